package dev.steppe.runtime.handover;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Hands messages of bytes from many threads to one, bounded in bytes; an Agrona ring buffer off the heap.
 *
 * <p>Assumes one draining thread at a time. A sender that dies between claim and commit would stop the box; a thread of
 * ours that dies stops the process.
 *
 * <p>Guarantees: what one sender offered arrives in its order, whole; the length of a record is stored with release and
 * read with acquire, so its bytes are seen; no lock and no allocation.
 */
public final class ByteMailbox {
    private static final int HEAD_BYTES = 2 * Long.BYTES;

    private final ManyToOneRingBuffer ring;
    private final @Nullable Doorbell doorbell;

    /**
     * A mailbox of {@code capacityBytes}, rounded up to a power of two; one message is at most an eighth of it. At
     * least 4096 bytes.
     */
    public ByteMailbox(int capacityBytes) {
        this(capacityBytes, null);
    }

    /** As {@link #ByteMailbox(int)}, with a bell that every offer rings. */
    public ByteMailbox(int capacityBytes, @Nullable Doorbell doorbell) {
        this.doorbell = doorbell;
        int ringBytes = BitUtil.findNextPositivePowerOfTwo(Math.max(4096, capacityBytes));
        ring = new ManyToOneRingBuffer(
                new UnsafeBuffer(ByteBuffer.allocateDirect(ringBytes + RingBufferDescriptor.TRAILER_LENGTH)));
    }

    /**
     * Copies one message in; false, and nothing done, when it does not fit now. Any thread.
     *
     * @param typeId 1 or more, handed on to the handler
     * @param length 0 to {@link #messageMaxBytes()}
     */
    public boolean offer(int typeId, DirectBuffer buffer, int offset, int length) {
        boolean isTaken = ring.write(typeId, buffer, offset, length);
        if (isTaken && doorbell != null) {
            doorbell.ring();
        }
        return isTaken;
    }

    /**
     * As {@link #offer(int, DirectBuffer, int, int)}, with two words in front of the bytes, little endian; together at
     * most {@link #messageMaxBytes()}.
     */
    public boolean offer(int typeId, long first, long second, DirectBuffer buffer, int offset, int length) {
        int index = ring.tryClaim(typeId, HEAD_BYTES + length);
        if (index <= 0) {
            return false;
        }
        AtomicBuffer target = ring.buffer();
        target.putLong(index, first, ByteOrder.LITTLE_ENDIAN);
        target.putLong(index + Long.BYTES, second, ByteOrder.LITTLE_ENDIAN);
        target.putBytes(index + HEAD_BYTES, buffer, offset, length);
        ring.commit(index);
        if (doorbell != null) {
            doorbell.ring();
        }
        return true;
    }

    /**
     * Gives up to {@code limitCount} messages to {@code handler}; returns how many. The one draining thread. The buffer
     * that the handler sees is the ring itself, valid during the call only.
     */
    public int drain(MessageHandler handler, int limitCount) {
        int readCount = ring.read(handler, limitCount);
        if (readCount == 0 && ring.size() > 0) {
            // A read that meets the padding before the wrap consumes only that and returns 0 with messages behind it.
            readCount = ring.read(handler, limitCount);
        }
        return readCount;
    }

    /**
     * As {@link #drain(MessageHandler, int)}, but {@code handler} says after each message whether to go on:
     * {@code CONTINUE} or {@code BREAK}. Many messages in one call cost much less than one call for each.
     */
    public int drainWhile(ControlledMessageHandler handler, int limitCount) {
        int readCount = ring.controlledRead(handler, limitCount);
        if (readCount == 0 && ring.size() > 0) {
            readCount = ring.controlledRead(handler, limitCount);
        }
        return readCount;
    }

    /** Bytes that wait, headers included; exact only while nobody offers or drains. Any thread. */
    public int waitingBytes() {
        return ring.size();
    }

    /** Longest message, in bytes. */
    public int messageMaxBytes() {
        return ring.maxMsgLength();
    }
}
