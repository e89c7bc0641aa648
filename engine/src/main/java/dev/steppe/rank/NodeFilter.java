package dev.steppe.rank;

/** Says which nodes could take what is asked, room aside. Must answer the same while a search goes on. */
@FunctionalInterface
public interface NodeFilter {
    /** Whether the node at {@code ordinal}, of class {@code nodeClass}, may be chosen. */
    boolean admits(int ordinal, int nodeClass);
}
