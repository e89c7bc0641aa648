package dev.steppe.raft.log.layout;

/**
 * One place in the history of a group: an entry, and what everything up to it comes to. What a snapshot stands for, and
 * what a log whose beginning is gone begins behind.
 *
 * @param index of the entry, from 1; 0 in {@link #ORIGIN}
 * @param term of the entry
 * @param chainCrc chain checksum at the entry, see {@link EntryChain}
 * @param logTimeMs log time of the entry in milliseconds
 */
public record LogPosition(long index, long term, int chainCrc, long logTimeMs) {
    /** Before the first entry. */
    public static final LogPosition ORIGIN = new LogPosition(0, 0, EntryChain.ORIGIN, 0);

    /** Refuses an index below 0, and a term that does not go with it. */
    public LogPosition {
        if (index < 0 || term < 0 || (index == 0) != (term == 0)) {
            throw new IllegalArgumentException("no such place in a log: index " + index + ", term " + term);
        }
    }
}
