package dev.steppe.raft.storage.memory;

/** Decides what a power loss leaves of what was written but not forced, and of names whose folder was not synced. */
@FunctionalInterface
public interface PageFate {
    /** Nothing that was not forced survives. */
    PageFate LOSE_ALL = (name, page) -> 0;

    /** Everything that was written survives, forced or not, and so does every name. */
    PageFate KEEP_ALL = new PageFate() {
        @Override
        public int survivingSectors(String name, int page) {
            return 0xFF;
        }

        @Override
        public boolean isNameKept(String name) {
            return true;
        }
    };

    /**
     * Which sectors survive of dirty page {@code page} (4 KiB, from 0) of file {@code name}.
     *
     * @return bit i set: sector i (512 bytes) holds what was written last; clear: what was durable before
     */
    int survivingSectors(String name, int page);

    /**
     * True if what was done to {@code name} (given or taken away) is kept although its folder was not synced since;
     * false, as here, if it is undone.
     */
    default boolean isNameKept(String name) {
        return false;
    }
}
