package dev.steppe.raft.explore.search;

import java.util.ArrayList;
import java.util.List;

/** For every state, in the order of their finding, the state before it and the event between: the way back. */
public final class Trail {
    private static final int CHUNK_STATES = 1 << 16;

    private final List<int[]> chunks = new ArrayList<>();
    private int count;

    /** Adds the next state; -1 is the parent of a first state. Returns its number. */
    public int add(int parent, int event) {
        int slot = count % CHUNK_STATES;
        if (slot == 0) {
            chunks.add(new int[2 * CHUNK_STATES]);
        }
        int[] chunk = chunks.get(count / CHUNK_STATES);
        chunk[2 * slot] = parent;
        chunk[2 * slot + 1] = event;
        return count++;
    }

    /** The events that lead from the first state to {@code state}, in order. */
    public List<Integer> eventsTo(int state) {
        List<Integer> events = new ArrayList<>();
        for (int at = state; word(at, 0) >= 0; at = word(at, 0)) {
            events.add(0, word(at, 1));
        }
        return events;
    }

    private int word(int state, int which) {
        return chunks.get(state / CHUNK_STATES)[2 * (state % CHUNK_STATES) + which];
    }
}
