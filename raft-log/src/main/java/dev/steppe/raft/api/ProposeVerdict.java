package dev.steppe.raft.api;

/** What became of an offer at the door. */
public enum ProposeVerdict {
    /** Taken; the listener will be called exactly once. */
    ACCEPTED,
    /** The bounded queue is full, or the disk is; offer again later. Nothing was taken. */
    BACK_PRESSURED,
    /** This member is not the leader; {@link RaftStatus#leaderId()} may name it. Nothing was taken. */
    NOT_LEADER,
    /** Longer than one entry may be ({@link RaftConfig#maxEntryBytes()}). Nothing was taken. */
    TOO_LARGE,
    /** The server is closed or has stopped after a fault. Nothing was taken. */
    CLOSED
}
