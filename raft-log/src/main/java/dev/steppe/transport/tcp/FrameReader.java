package dev.steppe.transport.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Cuts the stream of one connection into frames and judges them: length first, before anything is kept for it, then the
 * checksum, before anything is decoded. Bytes are collected as they come, never reserved on the word of a length. Owned
 * by the event loop; passes everything on to its {@link TcpConnection}.
 */
final class FrameReader extends ByteToMessageDecoder {
    private final TcpConnection connection;
    private final CRC32C crc = new CRC32C();
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    FrameReader(TcpConnection connection) {
        this.connection = connection;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (connection.isOver()) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (in.readableBytes() < FrameLayout.HEADER_BYTES) {
            return;
        }
        int start = in.readerIndex();
        int bodyBytes = in.getIntLE(start + FrameLayout.LENGTH_OFFSET);
        int bodyMaxBytes = connection.bodyMaxBytes();
        if (bodyBytes < 0 || bodyBytes > bodyMaxBytes) {
            connection.onBadFrame("a frame claims " + bodyBytes + " bytes, and 0 to " + bodyMaxBytes + " are allowed.");
            return;
        }
        int kindWord = in.getIntLE(start + FrameLayout.KIND_OFFSET);
        if (kindWord < 0 || kindWord > Byte.MAX_VALUE || !FrameLayout.isKind((byte) kindWord)) {
            connection.onBadFrame("a frame is of no known kind: " + Integer.toHexString(kindWord) + ".");
            return;
        }
        int totalBytes = FrameLayout.HEADER_BYTES + bodyBytes;
        if (in.readableBytes() >= totalBytes) {
            deliver(in, (byte) kindWord, totalBytes);
        }
    }

    private void deliver(ByteBuf in, byte kind, int totalBytes) {
        int start = in.readerIndex();
        int expectedCrc = in.getIntLE(start + FrameLayout.CRC_OFFSET);
        ByteBuffer bytes =
                in.nioBufferCount() == 1 ? in.internalNioBuffer(start, totalBytes) : in.nioBuffer(start, totalBytes);
        view.wrap(bytes, bytes.position(), totalBytes);
        crc.reset();
        bytes.position(bytes.position() + FrameLayout.LENGTH_OFFSET);
        crc.update(bytes);
        if ((int) crc.getValue() != expectedCrc) {
            connection.onBadFrame("a frame's checksum is wrong.");
            return;
        }
        in.skipBytes(totalBytes);
        connection.onFrame(kind, view, FrameLayout.HEADER_BYTES, totalBytes - FrameLayout.HEADER_BYTES);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        connection.onActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        super.channelInactive(context);
        connection.onInactive();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        connection.onWritabilityChanged();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Throwable inner = cause instanceof DecoderException ? cause.getCause() : null;
        connection.onException(inner == null ? cause : inner);
    }
}
