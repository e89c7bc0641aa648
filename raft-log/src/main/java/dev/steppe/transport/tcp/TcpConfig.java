package dev.steppe.transport.tcp;

import dev.steppe.transport.frame.Greeting;
import java.util.concurrent.TimeUnit;

/**
 * How one lane behaves. Both ends of a lane should agree on the frame bound and the heartbeat.
 *
 * @param lane name of the lane, 1 to 32 characters of {@code [a-z0-9-]}; told in the handshake, another lane is refused
 * @param plaintextLoopback allows plaintext on loopback addresses; without it a transport without TLS refuses every
 *     address. Of no meaning to a transport with TLS
 */
public record TcpConfig(String lane, boolean plaintextLoopback, Bounds bounds, Times times) {

    /** Refuses a lane that is not a plain name. */
    public TcpConfig {
        if (!Greeting.isLaneName(lane)) {
            throw new IllegalArgumentException("lane must be 1 to 32 characters of [a-z0-9-]: " + lane);
        }
    }

    /**
     * What a link and a transport may hold.
     *
     * @param frameMaxBytes longest frame, without header; 1 KiB to 64 MiB
     * @param inFlightMaxBytes most bytes that wait in one link's outbox, headers included; one frame always fits. Up to
     *     256 KiB and one frame more may wait in the socket's own buffer
     * @param inFlightMaxCount most frames that wait in one link's outbox, rounded up to a power of two
     * @param acceptedMaxCount most links at a time that others dialled; more are refused when hands are shaken
     * @param acceptedPerAddressMaxCount most connections at a time from one remote address, up or in the handshake;
     *     more are closed at once
     * @param handshakeMaxCount most accepted connections at a time that are no links yet; the oldest gives way
     */
    public record Bounds(
            int frameMaxBytes,
            int inFlightMaxBytes,
            int inFlightMaxCount,
            int acceptedMaxCount,
            int acceptedPerAddressMaxCount,
            int handshakeMaxCount) {

        private static final int FRAME_LEAST_MAX_BYTES = 1 << 10;
        private static final int FRAME_MOST_MAX_BYTES = 64 << 20;

        /**
         * Frames up to 8 MiB, 16 MiB or 1024 frames waiting, 256 accepted links, 100 of one address, 256 handshakes.
         */
        public static final Bounds USUAL = new Bounds(8 << 20, 16 << 20, 1_024, 256, 100);

        /** Refuses bounds that are none. */
        public Bounds {
            if (frameMaxBytes < FRAME_LEAST_MAX_BYTES || frameMaxBytes > FRAME_MOST_MAX_BYTES) {
                throw new IllegalArgumentException("longest frame must be 1 KiB to 64 MiB: " + frameMaxBytes);
            }
            if (inFlightMaxBytes < 1 || inFlightMaxCount < 2) {
                throw new IllegalArgumentException(
                        "bounds in flight must be positive: " + inFlightMaxBytes + ", " + inFlightMaxCount);
            }
            if (acceptedMaxCount < 1 || acceptedPerAddressMaxCount < 1 || handshakeMaxCount < 1) {
                throw new IllegalArgumentException("bounds of accepted connections must be positive: "
                        + acceptedMaxCount + ", " + acceptedPerAddressMaxCount + ", " + handshakeMaxCount);
            }
        }

        /** As many unfinished handshakes as links. */
        public Bounds(
                int frameMaxBytes,
                int inFlightMaxBytes,
                int inFlightMaxCount,
                int acceptedMaxCount,
                int acceptedPerAddressMaxCount) {
            this(
                    frameMaxBytes,
                    inFlightMaxBytes,
                    inFlightMaxCount,
                    acceptedMaxCount,
                    acceptedPerAddressMaxCount,
                    acceptedMaxCount);
        }

        /** The same with another bound of unfinished handshakes. */
        public Bounds withHandshakes(int mostCount) {
            return new Bounds(
                    frameMaxBytes,
                    inFlightMaxBytes,
                    inFlightMaxCount,
                    acceptedMaxCount,
                    acceptedPerAddressMaxCount,
                    mostCount);
        }
    }

    /**
     * How long things may take.
     *
     * @param handshakeMaxNs from the first packet to the link, TLS included
     * @param firstFrameMaxNs from the moment at which frames can flow to the peer's first frame
     * @param heartbeatNs an idle link says a word this often, and ends after twice this without a byte from the peer
     * @param redialMinNs bound of the first back-off, which then doubles; the wait is drawn uniformly below the bound
     * @param redialMaxNs greatest bound of the back-off
     */
    public record Times(
            long handshakeMaxNs, long firstFrameMaxNs, long heartbeatNs, long redialMinNs, long redialMaxNs) {

        /** Handshake within 5 s, its first frame within 2 s, heartbeat 1 s, back-off 50 ms to 2 s. */
        public static final Times USUAL = new Times(
                TimeUnit.SECONDS.toNanos(5),
                TimeUnit.SECONDS.toNanos(2),
                TimeUnit.SECONDS.toNanos(1),
                TimeUnit.MILLISECONDS.toNanos(50),
                TimeUnit.SECONDS.toNanos(2));

        /** Refuses times that do not fit together. */
        public Times {
            if (handshakeMaxNs < 1 || firstFrameMaxNs < 1 || heartbeatNs < 1) {
                throw new IllegalArgumentException(
                        "times must be positive: " + handshakeMaxNs + ", " + firstFrameMaxNs + ", " + heartbeatNs);
            }
            if (redialMinNs < 1 || redialMaxNs < redialMinNs) {
                throw new IllegalArgumentException("back-off must be positive, and its greatest bound no less: "
                        + redialMinNs + ", " + redialMaxNs);
            }
        }
    }

    /** {@link Bounds#USUAL} and {@link Times#USUAL}; no plaintext. */
    public static TcpConfig defaults(String lane) {
        return new TcpConfig(lane, false, Bounds.USUAL, Times.USUAL);
    }

    /** The same with plaintext allowed on loopback addresses: tests and demos on one machine. */
    public TcpConfig withPlaintextLoopback() {
        return new TcpConfig(lane, true, bounds, times);
    }

    /** The same with other bounds. */
    public TcpConfig withBounds(Bounds others) {
        return new TcpConfig(lane, plaintextLoopback, others, times);
    }

    /** The same with other times. */
    public TcpConfig withTimes(Times others) {
        return new TcpConfig(lane, plaintextLoopback, bounds, others);
    }
}
