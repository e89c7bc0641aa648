package dev.steppe.raft.explore.member;

/** What can happen in an explored world, as one number: what, to whom, and which one. */
public enum Event {
    /** A packet arrives; its number is the argument. It stays on its way and may arrive again. */
    DELIVER("deliver"),
    /** No leader was heard for the longest election time-out. */
    TIMEOUT("timeout"),
    /** The last word of the leader is older than the shortest election time-out. */
    TIRE("tire"),
    /** A heartbeat is due. */
    HEARTBEAT("heartbeat"),
    /** So many heartbeats have passed that a follower that got no further is stalled. */
    STALL("stall"),
    /** No majority was heard for the shortest election time-out. */
    RESIGN("resign"),
    /** The vault has forced the first of the waiting terms and votes, as many as the argument says. */
    VAULT("vault"),
    /** The log has forced all that it has, and says so. */
    FORCE("force"),
    /** The log has forced all that it has; the notice is on its way. */
    QUIET_FORCE("quiet-force"),
    /** That notice arrives. */
    NOTICE("notice"),
    /** A client proposes the command with this number. */
    PROPOSE("propose"),
    /** A client asks for a read. */
    READ("read"),
    /** The process dies and starts again; the argument says what the disk has kept of what was not forced. */
    CRASH("crash"),
    /** The process dies, and the disk has lost what it held for certain; the argument says how much. */
    DAMAGE("damage"),
    /** Two longest election time-outs have passed since a damaged member began its life. */
    OUTLIVE("outlive"),
    /** So has a doubtful member, and heard no leader. */
    DOUBT_ENDS("doubt-ends"),
    /** The rounds that a leader has sent are too old for a lease. */
    LEASE_ENDS("lease-ends"),
    /** A time-out, and the members of the argument (bit 0 for member 1) say at once that they would vote. */
    CAMPAIGN("campaign"),
    /** A leader is asked for the membership of the argument. */
    CHANGE("change"),
    /** A leader is asked to hand its office to the member of the argument, 0 = to whom it likes. */
    TRANSFER("transfer"),
    /** The time for handing the office over is up. */
    TRANSFER_END("transfer-end"),
    /** What is committed here is written to a snapshot file. */
    SNAPSHOT("snapshot"),
    /** The entries up to the newest snapshot go. */
    COMPACT("compact"),
    /** The core hears that a piece of a received snapshot is stored. */
    STORED("stored"),
    /** A received snapshot stands instead of the log. */
    INSTALL("install"),
    /** A member whose directory is blank asks the member of the argument whether the group is new, and is answered. */
    LOOK("look"),
    /** The process dies, and starts again under its old id in a new directory, which is empty. */
    WIPE("wipe");

    private static final int KIND_SHIFT = 24;
    private static final int MEMBER_SHIFT = 20;
    private static final Event[] ALL = values();

    private final String word;

    Event(String word) {
        this.word = word;
    }

    /** The word for it in a script. */
    public String word() {
        return word;
    }

    /** A packet arrives. */
    public static int deliver(int packet) {
        return packet;
    }

    /** Something happens to a member. */
    @SuppressWarnings("EnumOrdinal") // lives as long as a run
    public int at(int memberId, int argument) {
        if (argument >>> MEMBER_SHIFT != 0) {
            throw new IllegalArgumentException(word + " cannot be told of " + argument);
        }
        return (ordinal() << KIND_SHIFT) | (memberId << MEMBER_SHIFT) | argument;
    }

    /** What a number says happens. */
    public static Event of(int event) {
        return ALL[event >>> KIND_SHIFT];
    }

    /** To whom; not for packets. */
    public static int memberOf(int event) {
        return (event >>> MEMBER_SHIFT) & 0xF;
    }

    /** Which one; of packets, the packet. */
    public static int argumentOf(int event) {
        return of(event) == DELIVER ? event : event & ((1 << MEMBER_SHIFT) - 1);
    }
}
