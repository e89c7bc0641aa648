package dev.steppe.transport.tcp;

import dev.steppe.base.Invariant;
import dev.steppe.transport.frame.FrameLayout;
import io.netty.buffer.ByteBuf;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.jctools.queues.atomic.SpmcAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Frames of one link on their way to the event loop: filled by any thread, emptied by the loop.
 *
 * <p>Assumes one emptying thread. Guarantees: the frames of one sender leave in its order; bounded in frames and in
 * bytes, but one frame always fits into an empty box; no lock; nothing is allocated while spare slots last, and they
 * come back with every emptying, up to a bound of bytes that are kept.
 *
 * <p>Access modes: a slot is written plainly by the sender that took it, and passes to the loop and back through the
 * two queues (release on offer, acquire on poll). The three counts are fetch-and-add: room is taken before a frame goes
 * in and given back after it came out, so the queue itself is never full. {@code woken} is set by a sender before it
 * asks the loop to come, and cleared by the loop before it polls, so that a frame offered after the last poll always
 * asks again.
 */
final class FrameOutbox {
    private static final int SPARE_MAX_BYTES = 4 << 20;
    private static final int SLOT_MIN_BYTES = 512;

    private final MpscAtomicArrayQueue<Slot> waiting;
    private final SpmcAtomicArrayQueue<Slot> spare;
    private final AtomicLong waitingCount = new AtomicLong();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicLong spareBytes = new AtomicLong();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final CRC32C loopCrc = new CRC32C();
    private final int inFlightMaxBytes;
    private @Nullable Slot moving;
    private int movedBytes;

    private static final class Slot {
        private final CRC32C crc = new CRC32C();
        private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
        private byte[] bytes = new byte[0];
        private int totalBytes;

        void fill(DirectBuffer buffer, int offset, int length) {
            totalBytes = FrameLayout.HEADER_BYTES + length;
            if (bytes.length < totalBytes) {
                int grownBytes = Math.max(SLOT_MIN_BYTES, BitUtil.findNextPositivePowerOfTwo(totalBytes));
                bytes = new byte[grownBytes];
                view.wrap(bytes);
            }
            buffer.getBytes(offset, view, FrameLayout.HEADER_BYTES, length);
            view.putInt(FrameLayout.LENGTH_OFFSET, length, ByteOrder.LITTLE_ENDIAN);
            view.putInt(FrameLayout.KIND_OFFSET, FrameLayout.DATA, ByteOrder.LITTLE_ENDIAN);
            crc.reset();
            crc.update(bytes, FrameLayout.LENGTH_OFFSET, totalBytes - FrameLayout.LENGTH_OFFSET);
            view.putInt(FrameLayout.CRC_OFFSET, (int) crc.getValue(), ByteOrder.LITTLE_ENDIAN);
        }
    }

    FrameOutbox(TcpConfig.Bounds bounds) {
        waiting = new MpscAtomicArrayQueue<>(bounds.inFlightMaxCount());
        spare = new SpmcAtomicArrayQueue<>(waiting.capacity());
        inFlightMaxBytes = bounds.inFlightMaxBytes();
    }

    /** Writes one frame behind what is in {@code out}, which has room for it. The loop, when nothing waits here. */
    void write(ByteBuf out, DirectBuffer buffer, int offset, int length) {
        int start = out.writerIndex();
        int totalBytes = FrameLayout.HEADER_BYTES + length;
        out.writeIntLE(0).writeIntLE(length).writeIntLE(FrameLayout.DATA);
        buffer.getBytes(offset, out.internalNioBuffer(start + FrameLayout.HEADER_BYTES, length), length);
        out.writerIndex(start + totalBytes);
        loopCrc.reset();
        int checkedBytes = totalBytes - FrameLayout.LENGTH_OFFSET;
        loopCrc.update(out.internalNioBuffer(start + FrameLayout.LENGTH_OFFSET, checkedBytes));
        out.setIntLE(start + FrameLayout.CRC_OFFSET, (int) loopCrc.getValue());
    }

    /** Copies one frame in; false, and nothing done, when a bound is reached. Any thread. */
    boolean put(DirectBuffer buffer, int offset, int length) {
        int totalBytes = FrameLayout.HEADER_BYTES + length;
        if (!takeRoom(totalBytes)) {
            return false;
        }
        Slot slot = takeSlot();
        slot.fill(buffer, offset, length);
        if (!waiting.offer(slot)) {
            throw Invariant.broken("outbox is full though room was taken: waiting", waiting.size());
        }
        return true;
    }

    private boolean takeRoom(int totalBytes) {
        if (waitingCount.getAndIncrement() >= waiting.capacity()) {
            waitingCount.getAndDecrement();
            return false;
        }
        long beforeBytes = waitingBytes.getAndAdd(totalBytes);
        if (beforeBytes > 0 && beforeBytes + totalBytes > inFlightMaxBytes) {
            waitingBytes.getAndAdd(-totalBytes);
            waitingCount.getAndDecrement();
            return false;
        }
        return true;
    }

    private Slot takeSlot() {
        @Nullable Slot slot = spare.poll();
        if (slot == null) {
            return new Slot();
        }
        spareBytes.getAndAdd(-slot.bytes.length);
        return slot;
    }

    /** Whether the caller is the one who must ask the loop to come. Any thread. */
    boolean claimWake() {
        return !woken.get() && woken.compareAndSet(false, true);
    }

    /** The loop has come; to be called before {@link #moveTo}. */
    void wakeTaken() {
        woken.set(false);
    }

    /** Whether nothing waits, not even the rest of a frame. The loop. */
    boolean isEmpty() {
        return moving == null && waiting.isEmpty();
    }

    /** Moves frames into {@code batch} until it is full or nothing waits; a frame may be cut by its end. The loop. */
    void moveTo(ByteBuf batch) {
        while (batch.isWritable()) {
            Slot slot = moving == null ? waiting.poll() : moving;
            if (slot == null) {
                return;
            }
            int bytes = Math.min(batch.writableBytes(), slot.totalBytes - movedBytes);
            batch.writeBytes(slot.bytes, movedBytes, bytes);
            movedBytes += bytes;
            moving = slot;
            if (movedBytes == slot.totalBytes) {
                moving = null;
                movedBytes = 0;
                waitingBytes.getAndAdd(-slot.totalBytes);
                waitingCount.getAndDecrement();
                giveBack(slot);
            }
        }
    }

    /** Keeps the slot for another frame, unless enough bytes are kept; then it goes to the collector. */
    private void giveBack(Slot slot) {
        int slotBytes = slot.bytes.length;
        if (spareBytes.get() + slotBytes <= SPARE_MAX_BYTES && spare.offer(slot)) {
            spareBytes.getAndAdd(slotBytes);
        }
    }
}
