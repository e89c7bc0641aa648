package dev.steppe.fault;

import java.util.Locale;

/** Something that a run should have met at least once: a misfortune, or a branch that only misfortune leads to. */
public enum Mark {
    /** A command was acknowledged to a client. */
    COMMAND_ACKNOWLEDGED,
    /** A client was told for certain that a command will never happen. */
    COMMAND_LOST,
    /** A leadership ended before a client's command was decided. */
    COMMAND_UNKNOWN,
    /** The disk or a queue was full, and a client was told at the door. */
    COMMAND_REFUSED,
    /** A client opened a session. */
    SESSION_OPENED,
    /** A client asked once more for a command of its session. */
    COMMAND_REPEATED,
    /** A command of a session was committed a second time and not applied again. */
    COMMAND_DUPLICATE,
    /** A command came from a session that had been forgotten. */
    SESSION_EXPIRED,
    /** A linearizable read was answered. */
    READ_ANSWERED,
    /** A linearizable read was refused after it had been taken. */
    READ_REFUSED,
    /** Somebody began to lead a term. */
    LEADER_ELECTED,
    /** A follower cut entries that a later leader did not have. */
    CONFLICT_CUT,
    /** A log lost its beginning to a snapshot of its own. */
    LOG_COMPACTED,
    /** A state machine took its state from a snapshot. */
    SNAPSHOT_RESTORED,
    /** A follower's log began anew behind a leader's snapshot. */
    SNAPSHOT_INSTALLED,
    /** A damaged member was filled by a leader and counts again. */
    QUARANTINE_HEALED,
    /** A process died between two turns, the machine living on. */
    PROCESS_KILLED,
    /** A process died in the middle of a disk operation. */
    CRASHED_AT_DISK_STEP,
    /** A process died while it recovered. */
    CRASHED_IN_RECOVERY,
    /** A machine lost power. */
    POWER_LOST,
    /** All machines lost power at once. */
    POWER_LOST_EVERYWHERE,
    /** Recovery found a batch that power loss had torn and cut it. */
    TORN_TAIL_CUT,
    /** A page reached the disk before its force. */
    WRITTEN_BACK,
    /** A force failed and the log was given up. */
    FORCE_FAILED,
    /** A disk was full. */
    DISK_FULL,
    /** A member that had refused commands for want of space took one again. */
    DISK_FULL_RESUMED,
    /** A disk answered late. */
    DISK_SLOW,
    /** A force returned and had taken nothing to the disk. */
    DISK_LIED,
    /** A bit of a file was flipped. */
    ROT,
    /** A page of a file appeared at another place. */
    MISDIRECTED,
    /** Recovery found a directory damaged. */
    DAMAGE_FOUND,
    /** A process stood still and went on. */
    PAUSED,
    /** One agent stood still while the others of its process went on. */
    STALLED,
    /** A member's clock ran at another speed than the world's. */
    CLOCK_DRIFTED,
    /** One member was cut off. */
    PARTITION_ISOLATE_ONE,
    /** The group fell into two parts. */
    PARTITION_HALVES,
    /** Two parts were joined by one member only. */
    PARTITION_BRIDGE,
    /** Each member heard its neighbours only. */
    PARTITION_RING,
    /** Somebody was heard but did not hear, or the other way round. */
    PARTITION_ASYMMETRIC,
    /** A cut came and went. */
    PARTITION_FLAPPING,
    /** Members were cut off one by one and came back in another order. */
    PARTITION_SWIZZLE,
    /** One direction stood still for up to five seconds. */
    CLOGGED,
    /** A connection broke with what was under way. */
    SEVERED,
    /** A packet was lost. */
    PACKET_LOST,
    /** A packet arrived twice. */
    PACKET_COPIED,
    /** An old packet was sent again. */
    PACKET_REPLAYED,
    /** A packet was lost because too much was under way. */
    PACKET_OVERFLOWED,
    /** A bit of a running member's log flipped. */
    ROT_UNDERFOOT,
    /** Bits of a frame flipped under way; its receiver saw it by the checksum, and the connection ended. */
    FRAME_FLIPPED,
    /** A machine's clock was suddenly ahead. */
    CLOCK_JUMPED,
    /** A read was answered in a group that relies on its clocks, and rightly so. */
    LEASE_READ,
    /** A read was answered in a group that wrongly relies on its clocks. */
    LEASE_DOUBTED,
    /** A leader appended another membership: one step, after an entry of its own term, the one before committed. */
    MEMBERSHIP_APPENDED,
    /** A membership that was in force somewhere was cut off again. */
    MEMBERSHIP_CUT,
    /** A server became a learner. */
    LEARNER_ADDED,
    /** A learner became a voter. */
    VOTER_PROMOTED,
    /** A voter became a learner. */
    VOTER_DEMOTED,
    /** A server was removed. */
    MEMBER_REMOVED,
    /** A leader was removed or demoted. */
    LEADER_REMOVED,
    /** A change of membership was refused. */
    CHANGE_REFUSED,
    /** A leadership ended before the change that it had begun was decided. */
    CHANGE_UNKNOWN,
    /** An even number of servers voted. */
    VOTERS_EVEN,
    /** One server alone voted in a group that had been larger. */
    VOTERS_ONE,
    /** A server that was removed asked for votes. */
    REMOVED_CAMPAIGNED,
    /** A voter's disk was new and empty, and it spoke under its old name. */
    WIPED_SPOKE,
    /** A server that was removed became a learner again, with what it had. */
    CAME_BACK,
    /** A server that was removed became a learner again, with an empty disk. */
    CAME_BACK_EMPTY,
    /** A leader handed its office over. */
    TRANSFER_DONE,
    /** A leader did not find anybody to take its office in time, or stopped before. */
    TRANSFER_FAILED,
    /** A leader refused to hand its office over. */
    TRANSFER_REFUSED,
    /** A leader held a proposal off because it was handing its office over. */
    TRANSFER_HELD_OFF,
    /** The target of a transfer died at once. */
    TRANSFER_TARGET_DIED,
    /** After the safety phase a random majority was healed and came to rest. */
    CORE_CONVERGED;

    /** The name in reports: lower case, words joined by hyphens. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
