package dev.steppe.transport.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Copies what the socket read to the heap, where the platform's AES-GCM deciphers in place (from direct memory it
 * allocates 2 KB more for each record), and hands TLS whole records only, so that nothing behind it has to piece them
 * together in buffers of its own. What is no record of TLS is handed on as it came: TLS says what is wrong with it.
 *
 * <p>Holds back less than one record. Owned by the event loop; one for each connection.
 */
final class TlsRecords extends ChannelInboundHandlerAdapter {
    /** Type u8, version u16, length u16 (RFC 8446 §5.1). */
    static final int HEADER_BYTES = 5;

    private static final int LENGTH_OFFSET = 3;
    private static final int TYPE_FIRST = 20;
    private static final int TYPE_LAST = 24;
    private static final int VERSION_MAJOR = 3;
    /** RFC 8446 §5.2. */
    private static final int CIPHERTEXT_MAX_BYTES = (16 << 10) + 256;

    private static final int LEAST_BYTES = 4 << 10;

    private ByteBuf held = Unpooled.EMPTY_BUFFER;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf read)) {
            context.fireChannelRead(message);
            return;
        }
        ByteBuf room = roomFor(read.readableBytes());
        room.writeBytes(read);
        read.release();
        int wholeBytes = wholeBytes(room);
        if (wholeBytes > 0) {
            context.fireChannelRead(room.readRetainedSlice(wholeBytes));
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        held.release();
        held = Unpooled.EMPTY_BUFFER;
    }

    /** A buffer that begins with what is held back and has room for {@code moreBytes}. */
    private ByteBuf roomFor(int moreBytes) {
        boolean isStillRead = held.refCnt() > 1;
        if (!isStillRead) {
            held.discardReadBytes();
        }
        if (isStillRead || held.writableBytes() < moreBytes) {
            int neededBytes = held.readableBytes() + moreBytes;
            ByteBuf larger = Unpooled.buffer(Math.max(LEAST_BYTES, Integer.highestOneBit(neededBytes) << 1));
            larger.writeBytes(held);
            held.release();
            held = larger;
        }
        return held;
    }

    /** How many bytes from the reader index on are whole records, or not records at all. */
    private static int wholeBytes(ByteBuf in) {
        int start = in.readerIndex();
        int next = start;
        int end = in.writerIndex();
        while (end - next >= HEADER_BYTES) {
            int type = in.getUnsignedByte(next);
            int lengthBytes = in.getUnsignedShort(next + LENGTH_OFFSET);
            boolean isRecord = type >= TYPE_FIRST
                    && type <= TYPE_LAST
                    && in.getByte(next + 1) == VERSION_MAJOR
                    && lengthBytes <= CIPHERTEXT_MAX_BYTES;
            if (!isRecord) {
                return end - start;
            }
            if (end - next < HEADER_BYTES + lengthBytes) {
                break;
            }
            next += HEADER_BYTES + lengthBytes;
        }
        return next - start;
    }
}
