package dev.steppe.raft.session;

import dev.steppe.base.Invariant;
import java.util.Arrays;
import org.agrona.collections.Long2LongHashMap;

/**
 * The sessions that are open, each with its last command. A session's id is the index of the entry that opened it, so
 * it is never given twice. The log alone decides what is forgotten: an opening names how many sessions there may be,
 * and the one that was used at the lowest index goes first.
 *
 * <p>Owned by the apply agent. Always: the list of use is ascending by the index of last use, and no two sessions were
 * used last at the same index. Deciding allocates nothing; opening does only when the table grows.
 */
public final class SessionTable {
    /** Most sessions that an opening may allow. */
    public static final int SESSIONS_MAX_COUNT = 1 << 16;

    private static final int NONE = -1;
    private static final long MISSING = -1;

    private final Long2LongHashMap slots = new Long2LongHashMap(MISSING);
    private long[] ids = new long[16];
    private long[] sequences = new long[16];
    private long[] commandIndexes = new long[16];
    private long[] usedIndexes = new long[16];
    private int[] older = new int[16];
    private int[] newer = new int[16];
    private int oldest = NONE;
    private int newest = NONE;
    private int usedSlotCount;
    private int freeSlot = NONE;
    private long hash;
    private long lastCommandIndex;

    /** A table without sessions. */
    public SessionTable() {}

    /** How many sessions are open. */
    public int count() {
        return slots.size();
    }

    /**
     * Takes the opening at {@code index}, above every index that came before; evicts until there are at most
     * {@code limitCount} sessions, 1..{@link #SESSIONS_MAX_COUNT}, with the new one.
     *
     * @return the session's id: {@code index}
     */
    public long open(long index, int limitCount) {
        checkIndex(index);
        int boundedCount = Math.min(Math.max(limitCount, 1), SESSIONS_MAX_COUNT);
        while (count() >= boundedCount) {
            evict(oldest);
        }
        put(index, 0, 0, index);
        return index;
    }

    /**
     * Takes the command that stands at {@code index}, above every index that came before. FRESH and DUPLICATE count as
     * use of the session, EXPIRED changes nothing.
     *
     * @param sequence number of the command in its session; from 1; a lower one counts as seen
     */
    public SessionVerdict admit(long sessionId, long sequence, long index) {
        checkIndex(index);
        if (!isOpen(sessionId)) {
            return SessionVerdict.EXPIRED;
        }
        int slot = (int) slots.get(sessionId);
        hash -= rowHash(slot);
        boolean isFresh = sequence > sequences[slot];
        if (isFresh) {
            sequences[slot] = sequence;
            commandIndexes[slot] = index;
        }
        lastCommandIndex = commandIndexes[slot];
        usedIndexes[slot] = index;
        unlink(slot);
        linkNewest(slot);
        hash += rowHash(slot);
        return isFresh ? SessionVerdict.FRESH : SessionVerdict.DUPLICATE;
    }

    /**
     * After FRESH the index of that command; after DUPLICATE that of the session's last command, which is the original
     * of a repeated last command and stands behind the original of an older one; 0 if there was none.
     */
    public long lastCommandIndex() {
        return lastCommandIndex;
    }

    /** Hash of all rows; equal for equal tables, whatever the order in which they came to be. O(1). */
    public long stateHash() {
        return hash;
    }

    /** Whether {@code sessionId} names a session that is open. */
    public boolean isOpen(long sessionId) {
        return slots.get(sessionId) != MISSING;
    }

    int oldest() {
        return oldest;
    }

    int newerThan(int slot) {
        return newer[slot];
    }

    long id(int slot) {
        return ids[slot];
    }

    long sequence(int slot) {
        return sequences[slot];
    }

    long commandIndex(int slot) {
        return commandIndexes[slot];
    }

    long usedIndex(int slot) {
        return usedIndexes[slot];
    }

    /** Adds a row behind all others; {@code usedIndex} is above theirs. */
    void put(long id, long sequence, long commandIndex, long usedIndex) {
        int slot = takeSlot();
        ids[slot] = id;
        sequences[slot] = sequence;
        commandIndexes[slot] = commandIndex;
        usedIndexes[slot] = usedIndex;
        slots.put(id, slot);
        linkNewest(slot);
        hash += rowHash(slot);
    }

    private void checkIndex(long index) {
        if (newest != NONE && index <= usedIndexes[newest]) {
            throw Invariant.broken("indexes must rise: last used, new", usedIndexes[newest], index);
        }
    }

    private void evict(int slot) {
        hash -= rowHash(slot);
        unlink(slot);
        slots.remove(ids[slot]);
        newer[slot] = freeSlot;
        freeSlot = slot;
    }

    private int takeSlot() {
        if (freeSlot != NONE) {
            int slot = freeSlot;
            freeSlot = newer[slot];
            return slot;
        }
        if (usedSlotCount == ids.length) {
            grow();
        }
        return usedSlotCount++;
    }

    private void grow() {
        int grownLength = 2 * ids.length;
        ids = Arrays.copyOf(ids, grownLength);
        sequences = Arrays.copyOf(sequences, grownLength);
        commandIndexes = Arrays.copyOf(commandIndexes, grownLength);
        usedIndexes = Arrays.copyOf(usedIndexes, grownLength);
        older = Arrays.copyOf(older, grownLength);
        newer = Arrays.copyOf(newer, grownLength);
    }

    private void linkNewest(int slot) {
        older[slot] = newest;
        newer[slot] = NONE;
        if (newest == NONE) {
            oldest = slot;
        } else {
            newer[newest] = slot;
        }
        newest = slot;
    }

    private void unlink(int slot) {
        if (older[slot] == NONE) {
            oldest = newer[slot];
        } else {
            newer[older[slot]] = newer[slot];
        }
        if (newer[slot] == NONE) {
            newest = older[slot];
        } else {
            older[newer[slot]] = older[slot];
        }
    }

    private long rowHash(int slot) {
        long folded = fold(fold(0x5E55L, ids[slot]), sequences[slot]);
        return fold(fold(folded, commandIndexes[slot]), usedIndexes[slot]);
    }

    private static long fold(long hash, long value) {
        long mixed = (hash ^ value) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
        return mixed ^ (mixed >>> 32);
    }
}
