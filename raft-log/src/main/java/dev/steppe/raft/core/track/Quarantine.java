package dev.steppe.raft.core.track;

/** Whether what a directory remembers may be counted on. */
public enum Quarantine {
    /** It may: the member votes and counts. */
    NONE,
    /**
     * Behind the last whole batch stood bytes that nothing explains. The member counts again once a leader has healed
     * it, or after it has heard no leader for two longest election time-outs: all may have lost power at once.
     */
    DOUBTFUL,
    /** What was acknowledged may be gone. The member counts again only once a leader has healed it. */
    DAMAGED,
    /**
     * The directory was made just now, and nobody knows whether this member had another one before. The member counts
     * once the group is found to be new ({@link Founding}), or once a leader has healed it.
     */
    BLANK
}
