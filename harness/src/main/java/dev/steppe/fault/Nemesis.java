package dev.steppe.fault;

/** What can happen to a group from outside. A run has some of them on; the driver draws which strikes next. */
public enum Nemesis {
    /** A process dies; what it wrote stays with the machine. */
    KILL(4),
    /** A machine loses power; of what was not forced, sectors survive by chance. */
    POWER_LOSS(4),
    /** Every machine loses power at once. */
    POWER_LOSS_EVERYWHERE(1),
    /** A process dies in the middle of one of its next disk operations. */
    CRASH_AT_DISK_STEP(4),
    /** One of the next forces fails. */
    FAILED_FORCE(1),
    /** A disk takes no new file for a while. */
    FULL_DISK(2),
    /** A disk answers nothing for a while. */
    SLOW_DISK(2),
    /** One of the next forces is a lie. */
    LYING_DISK(1),
    /** A bit of a dead member's disk flips. */
    ROT(1),
    /** A page of a dead member's disk stands at another place too. */
    MISDIRECTED_WRITE(1),
    /** Directions between members are cut, in one of the shapes of {@link PartitionShape}. */
    PARTITION(6),
    /** A direction stands still for up to five seconds. */
    CLOG(2),
    /** A connection breaks. */
    SEVER(2),
    /** A process stands still for up to a minute. */
    PAUSE(3),
    /** One thread of a process stands still for up to three seconds while the others go on. */
    STALL(3),
    /** A bit of the log that a running member has mapped flips. */
    ROT_UNDERFOOT(4),
    /** From now on some frames arrive with a few bits flipped. */
    FLIPPED_FRAMES(1),
    /** A machine's clock is suddenly ahead, as after a sleep. */
    CLOCK_JUMP(2),
    /** A machine gets a new, empty disk and keeps its name. */
    WIPE(2);

    private final int weight;

    Nemesis(int weight) {
        this.weight = weight;
    }

    /** Whether it also strikes groups that no operator cares for. */
    public boolean isSteady() {
        return compareTo(STALL) <= 0;
    }

    /** How often it strikes compared with the others that are on. */
    public int weight() {
        return weight;
    }
}
