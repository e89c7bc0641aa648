package dev.steppe.benchmarks.baseline;

import java.util.Random;

/**
 * What every append benchmark appends, and how often it forces, so that their figures compare: entries of
 * {@link #PAYLOAD_BYTES}, handed over in batches of {@link #BATCH_ENTRIES}, on segments of {@code segmentMib} that the
 * 9 rounds of a fork do not fill.
 */
public final class AppendShape {
    /** Payload of one entry. */
    public static final int PAYLOAD_BYTES = 256;

    /** Entries in one batch. */
    public static final int BATCH_ENTRIES = 64;

    /** Entries between two forces where many share one. */
    public static final int FORCE_ENTRIES = 1_024;

    /**
     * Entries in one round that does not force each of them: 28 MB, so many that the 6 kB which JMH itself allocates in
     * a round are less than 0.1 byte an entry.
     */
    public static final int ROUND_ENTRIES = 100 * FORCE_ENTRIES;

    /** Entries in one round that forces each of them. */
    public static final int FORCED_ROUND_ENTRIES = 256;

    private AppendShape() {}

    /** {@link #PAYLOAD_BYTES} random bytes, always the same. */
    public static byte[] payload() {
        byte[] payload = new byte[PAYLOAD_BYTES];
        new Random(20_260_101).nextBytes(payload);
        return payload;
    }
}
