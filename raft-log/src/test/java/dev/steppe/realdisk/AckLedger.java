package dev.steppe.realdisk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What servers acknowledged: index of the command and hash of the state behind it, as they came out of the pipe. Kept
 * by the parent, so that no death of a server takes anything from it. Thread-safe.
 */
public final class AckLedger {
    private final TreeMap<Long, Long> hashes = new TreeMap<>();
    private String contradiction = "";

    /** A second word about one index must be the first one. */
    public synchronized void note(long index, long hash) {
        Long before = hashes.put(index, hash);
        if (before != null && before != hash) {
            contradiction = "index " + index + " was acknowledged with " + before + " and with " + hash;
        }
    }

    /** What was acknowledged until now, and goes on by itself. */
    public synchronized AckLedger copy() {
        AckLedger copy = new AckLedger();
        copy.hashes.putAll(hashes);
        copy.contradiction = contradiction;
        return copy;
    }

    public synchronized int count() {
        return hashes.size();
    }

    public synchronized long lastIndex() {
        return hashes.isEmpty() ? 0 : hashes.lastKey();
    }

    /**
     * Everything that was acknowledged is in a state.
     *
     * @param window index and hash of the last commands of that state; what lies in front of it is vouched for by the
     *     hashes in it
     */
    public synchronized void verify(NavigableMap<Long, Long> window) {
        assertEquals("", contradiction);
        if (hashes.isEmpty()) {
            return;
        }
        long last = hashes.lastKey();
        assertTrue(
                !window.isEmpty() && window.firstKey() <= last,
                () -> "the acknowledged entry " + last + " is lost, or too far back to be looked up: "
                        + (window.isEmpty() ? "nothing is left" : window.firstKey() + " to " + window.lastKey()));
        hashes.tailMap(window.firstKey())
                .forEach((index, hash) -> assertEquals(
                        hash, window.get(index), "the acknowledged entry " + index + " of " + last + " is not there"));
    }
}
