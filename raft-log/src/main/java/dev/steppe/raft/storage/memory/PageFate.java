package dev.steppe.raft.storage.memory;

/** Decides what a power loss leaves of a page that was written but not forced. */
@FunctionalInterface
public interface PageFate {
    /** Nothing that was not forced survives. */
    PageFate LOSE_ALL = (name, page) -> 0;

    /** Everything that was written survives, forced or not. */
    PageFate KEEP_ALL = (name, page) -> 0xFF;

    /**
     * Which sectors survive of dirty page {@code page} (4 KiB, from 0) of file {@code name}.
     *
     * @return bit i set: sector i (512 bytes) holds what was written last; clear: what was durable before
     */
    int survivingSectors(String name, int page);
}
