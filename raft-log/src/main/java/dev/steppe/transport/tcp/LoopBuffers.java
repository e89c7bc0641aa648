package dev.steppe.transport.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * The few direct buffers through which everything of one event loop goes: one for what a socket reads, which is
 * consumed before the next read, and some for what goes out, each of which is free again when the socket took it. They
 * are used again as they are, so that a frame on its way allocates nothing; whatever is still held by somebody is left
 * to him, and replaced for this time by one of the pool.
 *
 * <p>Owned by the event loop, which makes them when it first needs them. They are freed with the loop.
 */
final class LoopBuffers extends DefaultMaxMessagesRecvByteBufAllocator {
    /**
     * What goes out at once, and what one record of TLS holds. The platform keeps 17 bytes of a record's 16 KiB for
     * itself: one byte too many would make a second record, which costs as much again.
     */
    static final int BATCH_BYTES = (16 << 10) - 32;

    /** For everything else, TLS in the first place. The platform's other pool makes new chunks all the time. */
    static final ByteBufAllocator POOL = PooledByteBufAllocator.DEFAULT;

    private static final int BATCH_COUNT = 16;
    private static final int RECEIVE_BYTES = 128 << 10;

    private final @Nullable ByteBuf[] batches = new ByteBuf[BATCH_COUNT];
    private ByteBuf receive = Unpooled.EMPTY_BUFFER;
    private int nextBatch;

    /** A buffer of {@link #BATCH_BYTES}, empty, whose reference the taker releases. */
    ByteBuf takeBatch(ByteBufAllocator pool) {
        for (int tried = 0; tried < BATCH_COUNT; tried++) {
            int slot = nextBatch;
            nextBatch = (slot + 1) % BATCH_COUNT;
            ByteBuf batch = batches[slot];
            if (batch == null) {
                batch = make(BATCH_BYTES);
                batches[slot] = batch;
            }
            if (batch.refCnt() == 1) {
                return batch.clear().retain();
            }
        }
        return pool.directBuffer(BATCH_BYTES, BATCH_BYTES);
    }

    @Override
    @SuppressWarnings("deprecation") // Netty's own handles are made the same way.
    public Handle newHandle() {
        return new ReceiveHandle();
    }

    /** Frees what nobody holds; the loop has ended, and with it every channel. Idempotent. */
    void free() {
        for (int slot = 0; slot < BATCH_COUNT; slot++) {
            ByteBuf batch = batches[slot];
            batches[slot] = null;
            if (batch != null) {
                batch.release();
            }
        }
        receive.release();
        receive = Unpooled.EMPTY_BUFFER;
    }

    private static ByteBuf make(int capacityBytes) {
        return UnpooledByteBufAllocator.DEFAULT.directBuffer(capacityBytes, capacityBytes);
    }

    private final class ReceiveHandle extends MaxMessageHandle {
        @Override
        public int guess() {
            return RECEIVE_BYTES;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator pool) {
            if (receive.capacity() == 0) {
                receive = make(RECEIVE_BYTES);
            }
            return receive.refCnt() == 1 ? receive.clear().retain() : pool.ioBuffer(RECEIVE_BYTES);
        }
    }
}
