package dev.steppe.raft.storage.memory;

import dev.steppe.base.Entropy;

/**
 * A fate drawn from a seed, one for each power loss: everything or nothing survives, or each page whole or not, or each
 * sector of each page. Asked in the disk's own order, so the same seed leaves the same disk.
 */
public final class SeededFate implements PageFate {
    private static final int MOOD_COUNT = 4;

    private final Entropy entropy;
    private final long mood;

    /** A fate for one power loss. */
    public SeededFate(Entropy entropy) {
        this.entropy = entropy;
        mood = entropy.nextBelow(MOOD_COUNT);
    }

    @Override
    public int survivingSectors(String name, int page) {
        if (mood < 2) {
            return mood == 0 ? 0 : MemoryFile.ALL_SECTORS;
        }
        long draw = entropy.nextLong();
        boolean isTorn = mood == 3 && (draw & 0x300) == 0;
        if (isTorn) {
            return (int) draw & MemoryFile.ALL_SECTORS;
        }
        return (draw & 1) == 0 ? 0 : MemoryFile.ALL_SECTORS;
    }

    @Override
    public boolean isNameKept(String name) {
        return mood == 1 || (mood > 1 && (entropy.nextLong() & 1) != 0);
    }
}
