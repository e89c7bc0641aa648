package dev.steppe.transport.frame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Cuts the stream of one connection into frames and judges them: length and kind first, before anything is kept for
 * them, then the checksum, before anything is decoded. A frame that lies whole in the bytes that came is handed on in
 * place; only one that is cut by their end is copied, and its room grows with the bytes, never on the word of a length.
 *
 * <p>Owned by one thread. After a bad frame, or once the sink is over, every further byte is thrown away.
 */
public final class FrameCutter {
    /** Room for a cut frame that is kept for the next one; what is larger goes to the collector. */
    private static final int KEPT_MAX_BYTES = 256 << 10;

    private static final int LEAST_BYTES = 256;
    private static final byte[] NOTHING = {};

    /** What {@link #measure} says of bytes that are no whole frame; the length of one is always more. */
    private static final int SHORT = 0;

    private static final int BAD = -1;

    private final FrameSink sink;
    private final CRC32C crc = new CRC32C();
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private ByteBuffer kept = ByteBuffer.wrap(NOTHING);
    private int keptStart;
    private int keptEnd;
    private boolean paused;
    private boolean over;

    /** A cutter at the beginning of a stream. */
    public FrameCutter(FrameSink sink) {
        this.sink = sink;
    }

    /** Whether the sink had no room for the next frame; {@link #resume} offers it again. */
    public boolean isPaused() {
        return paused;
    }

    /** Bytes that wait for the rest of their frame, or for room. */
    public int keptBytes() {
        return keptEnd - keptStart;
    }

    /**
     * Takes everything between position and limit of {@code in}, and gives every whole frame to the sink. Position and
     * limit are undefined afterwards. While paused the bytes are only kept: whoever feeds should stop.
     */
    public void take(ByteBuffer in) {
        int next = in.position();
        int end = in.limit();
        if (!over && paused) {
            keep(in, next, end);
            return;
        }
        while (!over && !paused && keptEnd > keptStart && next < end) {
            next = completeKept(in, next, end);
        }
        if (!over && !paused && next < end) {
            next = deliver(in, next, end);
        }
        if (!over && next < end) {
            keep(in, next, end);
        }
    }

    /** Offers the frame again for which there was no room, and those behind it. */
    public void resume() {
        if (over || !paused) {
            return;
        }
        paused = false;
        keptStart = deliver(kept, keptStart, keptEnd);
        trim();
    }

    /** Moves bytes that the cut frame needs behind those that are kept, and hands it on when it is whole. */
    private int completeKept(ByteBuffer in, int from, int end) {
        int neededBytes = FrameLayout.HEADER_BYTES;
        if (keptBytes() >= neededBytes) {
            neededBytes = FrameLayout.HEADER_BYTES + lengthAt(kept, keptStart);
        }
        int movedBytes = Math.min(neededBytes - keptBytes(), end - from);
        keep(in, from, from + movedBytes);
        keptStart = deliver(kept, keptStart, keptEnd);
        trim();
        return from + movedBytes;
    }

    /** Gives the sink the whole frames from {@code from} on; returns where the first that is not begins. */
    private int deliver(ByteBuffer bytes, int from, int end) {
        int next = from;
        while (next < end && !over && !paused) {
            int totalBytes = measure(bytes, next, end);
            if (totalBytes <= SHORT) {
                break;
            }
            byte kind = bytes.get(next + FrameLayout.KIND_OFFSET);
            view.wrap(bytes, next, totalBytes);
            FrameSink.Verdict verdict =
                    sink.onFrame(kind, view, FrameLayout.HEADER_BYTES, totalBytes - FrameLayout.HEADER_BYTES);
            over |= verdict == FrameSink.Verdict.OVER;
            paused = verdict == FrameSink.Verdict.NO_ROOM;
            next += paused ? 0 : totalBytes;
        }
        return next;
    }

    /** Length of the whole frame at {@code start} with a good checksum, {@link #SHORT} or {@link #BAD}. */
    private int measure(ByteBuffer bytes, int start, int end) {
        if (end - start < FrameLayout.HEADER_BYTES) {
            return SHORT;
        }
        int bodyBytes = lengthAt(bytes, start);
        int bodyMaxBytes = sink.bodyMaxBytes();
        if (bodyBytes < 0 || bodyBytes > bodyMaxBytes) {
            return bad("a frame claims " + bodyBytes + " bytes, and 0 to " + bodyMaxBytes + " are allowed.");
        }
        int kindWord = intAt(bytes, start + FrameLayout.KIND_OFFSET);
        if (!FrameLayout.isKind(kindWord)) {
            return bad("a frame is of no known kind: " + Integer.toHexString(kindWord) + ".");
        }
        int totalBytes = FrameLayout.HEADER_BYTES + bodyBytes;
        if (end - start < totalBytes) {
            return SHORT;
        }
        crc.reset();
        bytes.limit(start + totalBytes).position(start + FrameLayout.LENGTH_OFFSET);
        crc.update(bytes);
        bytes.limit(bytes.capacity());
        if ((int) crc.getValue() != intAt(bytes, start + FrameLayout.CRC_OFFSET)) {
            return bad("a frame's checksum is wrong.");
        }
        return totalBytes;
    }

    private int bad(String sentence) {
        over = true;
        sink.onBadFrame(sentence);
        return BAD;
    }

    private void keep(ByteBuffer in, int from, int end) {
        makeRoom(end - from);
        kept.put(keptEnd, in, from, end - from);
        keptEnd += end - from;
    }

    private void makeRoom(int moreBytes) {
        if (kept.capacity() - keptEnd >= moreBytes) {
            return;
        }
        int neededBytes = keptBytes() + moreBytes;
        ByteBuffer target = neededBytes <= kept.capacity()
                ? kept
                : ByteBuffer.allocate(Math.max(LEAST_BYTES, BitUtil.findNextPositivePowerOfTwo(neededBytes)));
        System.arraycopy(kept.array(), keptStart, target.array(), 0, keptBytes());
        keptEnd = keptBytes();
        keptStart = 0;
        kept = target;
    }

    /** Forgets what was handed on, and room that is larger than usual. */
    private void trim() {
        if (over || keptStart == keptEnd) {
            keptStart = 0;
            keptEnd = 0;
            kept = over || kept.capacity() > KEPT_MAX_BYTES ? ByteBuffer.wrap(NOTHING) : kept;
        }
    }

    private static int lengthAt(ByteBuffer bytes, int start) {
        return intAt(bytes, start + FrameLayout.LENGTH_OFFSET);
    }

    private static int intAt(ByteBuffer bytes, int offset) {
        int value = bytes.getInt(offset);
        return bytes.order() == ByteOrder.LITTLE_ENDIAN ? value : Integer.reverseBytes(value);
    }
}
