package dev.steppe.transport.tcp;

import dev.steppe.base.Invariant;
import dev.steppe.transport.frame.FrameCutter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.TimeUnit;

/**
 * The last handler of a channel: hands what the socket, or TLS above it, read to the cutter, and events to the
 * {@link TcpConnection}. While the receiver has no room the socket is not read, and the frame that waits is offered
 * again every millisecond. Owned by the event loop.
 */
final class ChannelReader extends ChannelInboundHandlerAdapter {
    private static final long RETRY_MS = 1;

    private final TcpConnection connection;
    private final FrameCutter cutter;

    ChannelReader(TcpConnection connection) {
        this.connection = connection;
        this.cutter = new FrameCutter(connection);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf in)) {
            throw Invariant.broken("a channel read something else than bytes", message.toString());
        }
        try {
            int readBytes = in.readableBytes();
            boolean flowing = !cutter.isPaused();
            connection.onBytes();
            connection.setReading(true);
            cutter.take(
                    in.nioBufferCount() == 1
                            ? in.internalNioBuffer(in.readerIndex(), readBytes)
                            : in.nioBuffer(in.readerIndex(), readBytes));
            if (flowing && cutter.isPaused()) {
                pause(context);
            }
        } finally {
            connection.setReading(false);
            in.release();
        }
    }

    private void pause(ChannelHandlerContext context) {
        connection.onPause();
        context.channel().config().setAutoRead(false);
        retryLater(context);
    }

    private void retryLater(ChannelHandlerContext context) {
        TcpLoops.leave(context.executor().schedule(() -> retry(context), RETRY_MS, TimeUnit.MILLISECONDS));
    }

    private void retry(ChannelHandlerContext context) {
        connection.guard(() -> {
            if (connection.isOver()) {
                return;
            }
            cutter.resume();
            if (cutter.isPaused()) {
                retryLater(context);
            } else {
                context.channel().config().setAutoRead(true);
            }
        });
    }

    boolean isPaused() {
        return cutter.isPaused();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        connection.onActive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent done) {
            connection.onTlsDone(done);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        connection.onInactive();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        connection.onWritabilityChanged();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        connection.onException(cause);
    }
}
