package dev.steppe.transport.tcp;

import java.util.concurrent.TimeUnit;

/**
 * How one lane behaves. Both ends of a lane should agree on the frame bound and the heartbeat.
 *
 * @param lane name of the lane, 1 to 32 characters of {@code [a-z0-9-]}; told in the handshake, another lane is refused
 * @param plaintextLoopback allows plaintext on loopback addresses; without it every address is refused
 * @param frameMaxBytes longest frame, without header; 1 KiB to 64 MiB
 * @param inFlightMaxBytes most bytes that wait in one link's outbox, headers included; one frame always fits. Up to 256
 *     KiB and one frame more may wait in the socket's own buffer
 * @param inFlightMaxCount most frames that wait in one link's outbox, rounded up to a power of two
 * @param handshakeMaxNs how long a connection may take to become a link
 * @param heartbeatNs an idle link says a word this often, and ends after twice this without a word from the peer
 * @param redialMinNs bound of the first back-off, which then doubles; the wait is drawn uniformly below the bound
 * @param redialMaxNs greatest bound of the back-off
 * @param acceptedMaxCount most accepted connections at a time, up or in the handshake; more are closed at once
 */
public record TcpConfig(
        String lane,
        boolean plaintextLoopback,
        int frameMaxBytes,
        int inFlightMaxBytes,
        int inFlightMaxCount,
        long handshakeMaxNs,
        long heartbeatNs,
        long redialMinNs,
        long redialMaxNs,
        int acceptedMaxCount) {

    private static final int FRAME_LEAST_MAX_BYTES = 1 << 10;
    private static final int FRAME_MOST_MAX_BYTES = 64 << 20;

    /** Refuses bounds that do not fit together. */
    public TcpConfig {
        if (!Greeting.isLaneName(lane)) {
            throw new IllegalArgumentException("lane must be 1 to 32 characters of [a-z0-9-]: " + lane);
        }
        if (frameMaxBytes < FRAME_LEAST_MAX_BYTES || frameMaxBytes > FRAME_MOST_MAX_BYTES) {
            throw new IllegalArgumentException("longest frame must be 1 KiB to 64 MiB: " + frameMaxBytes);
        }
        if (inFlightMaxBytes < 1 || inFlightMaxCount < 2 || acceptedMaxCount < 1) {
            throw new IllegalArgumentException("bounds in flight and of accepted connections must be positive: "
                    + inFlightMaxBytes + ", " + inFlightMaxCount + ", " + acceptedMaxCount);
        }
        if (handshakeMaxNs < 1 || heartbeatNs < 1 || redialMinNs < 1 || redialMaxNs < redialMinNs) {
            throw new IllegalArgumentException("times must be positive and redial max at least redial min: "
                    + handshakeMaxNs + ", " + heartbeatNs + ", " + redialMinNs + ", " + redialMaxNs);
        }
    }

    /**
     * Frames up to 8 MiB, 16 MiB or 1024 frames waiting, handshake within 5 s, heartbeat 1 s, back-off 50 ms to 2 s,
     * 256 accepted connections; every address refused.
     */
    public static TcpConfig defaults(String lane) {
        return new TcpConfig(
                lane,
                false,
                8 << 20,
                16 << 20,
                1_024,
                TimeUnit.SECONDS.toNanos(5),
                TimeUnit.SECONDS.toNanos(1),
                TimeUnit.MILLISECONDS.toNanos(50),
                TimeUnit.SECONDS.toNanos(2),
                256);
    }

    /** The same with plaintext allowed on loopback addresses: tests and demos on one machine. */
    public TcpConfig withPlaintextLoopback() {
        return new TcpConfig(
                lane,
                true,
                frameMaxBytes,
                inFlightMaxBytes,
                inFlightMaxCount,
                handshakeMaxNs,
                heartbeatNs,
                redialMinNs,
                redialMaxNs,
                acceptedMaxCount);
    }
}
