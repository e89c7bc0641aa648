package dev.steppe.transport.tcp;

import java.util.concurrent.atomic.AtomicLong;

/** What happened on one transport since it began. Written by the event loop only, read by any thread. */
public final class TcpCounters {
    private final AtomicLong upCount = new AtomicLong();
    private final AtomicLong downCount = new AtomicLong();
    private final AtomicLong refusedCount = new AtomicLong();
    private final AtomicLong badFrameCount = new AtomicLong();
    private final AtomicLong silentCount = new AtomicLong();
    private final AtomicLong lateHandshakeCount = new AtomicLong();
    private final AtomicLong floodCount = new AtomicLong();
    private final AtomicLong untrustedCount = new AtomicLong();
    private final AtomicLong pauseCount = new AtomicLong();

    TcpCounters() {}

    /** Links that came up. */
    public long upCount() {
        return upCount.get();
    }

    /** Links that ended, for whatever reason. */
    public long downCount() {
        return downCount.get();
    }

    /** Connections that never became a link. */
    public long refusedCount() {
        return refusedCount.get();
    }

    /** Connections ended because their bytes were not a frame of ours. */
    public long badFrameCount() {
        return badFrameCount.get();
    }

    /** Links ended because nothing was heard for two heartbeats. */
    public long silentCount() {
        return silentCount.get();
    }

    /** Connections ended because the handshake took too long. */
    public long lateHandshakeCount() {
        return lateHandshakeCount.get();
    }

    /** Connections closed unread because too many were accepted already. */
    public long floodCount() {
        return floodCount.get();
    }

    /** Connections and links ended because TLS did not come about or the certificate was not good for this lane. */
    public long untrustedCount() {
        return untrustedCount.get();
    }

    /** How often a link stopped reading because its receiver had no room. */
    public long pauseCount() {
        return pauseCount.get();
    }

    void countUp() {
        increment(upCount);
    }

    void countDown() {
        increment(downCount);
    }

    void countRefused() {
        increment(refusedCount);
    }

    void countBadFrame() {
        increment(badFrameCount);
    }

    void countSilent() {
        increment(silentCount);
    }

    void countLateHandshake() {
        increment(lateHandshakeCount);
    }

    void countFlood() {
        increment(floodCount);
    }

    void countUntrusted() {
        increment(untrustedCount);
    }

    void countPause() {
        increment(pauseCount);
    }

    private static void increment(AtomicLong counter) {
        counter.lazySet(counter.getPlain() + 1); // One writer.
    }
}
