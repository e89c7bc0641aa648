package dev.steppe.transport.tcp;

/**
 * Bytes of a frame, little-endian, format 0 without compatibility.
 *
 * <pre>
 *   0  4  CRC32C of everything from byte 4 to the end of the body
 *   4  4  body length in bytes, 0 to the limit of the moment
 *   8  1  kind
 *   9  3  zero
 *  12  …  body
 * </pre>
 *
 * The checksum covers the length, so that a wrong length that leads to a wrong end is found as well.
 */
final class FrameLayout {
    static final int CRC_OFFSET = 0;
    static final int LENGTH_OFFSET = 4;
    static final int KIND_OFFSET = 8;
    static final int HEADER_BYTES = 12;

    /** Dialler's first word: who am I. */
    static final byte HELLO = 1;
    /** Acceptor's answer: who am I, and the dialler's nonce back. */
    static final byte WELCOME = 2;
    /** Dialler's agreement: the acceptor's nonce back. The link is up. */
    static final byte READY = 3;
    /** Why the handshake ends here; the body is one sentence in UTF-8. */
    static final byte REFUSED = 4;
    /** One frame of the user. */
    static final byte DATA = 5;
    /** Nothing but a sign of life; no body. */
    static final byte HEARTBEAT = 6;

    /** Most bytes of a frame, header included, before the link is up (reliability §4, input limits). */
    static final int BEFORE_UP_MAX_BYTES = 16 << 10;

    private FrameLayout() {}

    static boolean isKind(byte kind) {
        return kind >= HELLO && kind <= HEARTBEAT;
    }
}
