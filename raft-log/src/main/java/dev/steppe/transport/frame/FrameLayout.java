package dev.steppe.transport.frame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

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
public final class FrameLayout {
    /** Where the checksum stands. */
    public static final int CRC_OFFSET = 0;
    /** Where the length of the body stands, and where the bytes under the checksum begin. */
    public static final int LENGTH_OFFSET = 4;
    /** Where the kind stands; the word with its three zeros. */
    public static final int KIND_OFFSET = 8;
    /** Length of a header; the body follows. */
    public static final int HEADER_BYTES = 12;

    /** Dialler's first word: who am I. */
    public static final byte HELLO = 1;
    /** Acceptor's answer: who am I, and the dialler's nonce back. */
    public static final byte WELCOME = 2;
    /** Dialler's agreement: the acceptor's nonce back. The link is up. */
    public static final byte READY = 3;
    /** Why the handshake ends here; the body is one sentence in UTF-8. */
    public static final byte REFUSED = 4;
    /** One frame of the user. */
    public static final byte DATA = 5;
    /** Nothing but a sign of life; no body. */
    public static final byte HEARTBEAT = 6;

    /** Most bytes of a frame, header included, before the link is up (reliability §4, input limits). */
    public static final int BEFORE_UP_MAX_BYTES = 16 << 10;

    private FrameLayout() {}

    static boolean isKind(int kindWord) {
        return kindWord >= HELLO && kindWord <= HEARTBEAT;
    }

    /** One whole frame. For the few words of a handshake; frames of the user are built in place. */
    public static byte[] frame(byte kind, byte[] body) {
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + body.length).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(LENGTH_OFFSET, body.length).putInt(KIND_OFFSET, kind).put(HEADER_BYTES, body);
        CRC32C crc = new CRC32C();
        crc.update(out.array(), LENGTH_OFFSET, out.capacity() - LENGTH_OFFSET);
        return out.putInt(CRC_OFFSET, (int) crc.getValue()).array();
    }
}
