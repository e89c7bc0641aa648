package dev.steppe.transport.tcp;

import dev.steppe.base.OperatingFault;
import dev.steppe.transport.LinkAudit;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one link to one address. Between attempts it waits a time drawn uniformly below a bound that doubles up to the
 * configured most, so that many diallers of one lost server do not come back together. Owned by the event loop.
 */
final class TcpDialling implements Transport.Dialling {
    private static final int DOUBLINGS_MAX_COUNT = 20;

    private final TcpTransport transport;
    private final TcpConnection.Role role;
    private @Nullable TcpConnection connection;
    private int failedCount;
    private long nextAttemptNs;
    private boolean waiting = true;
    private boolean closed;
    private String audited = "";

    TcpDialling(TcpTransport transport, String address, PeerPolicy expected, LinkListener listener) {
        this.transport = transport;
        this.role = new TcpConnection.Role(address, expected, listener, this, null);
        this.nextAttemptNs = transport.loops().nowNs();
    }

    void onTick(long nowNs) {
        if (waiting && !closed && nowNs - nextAttemptNs >= 0) {
            waiting = false;
            lookUp();
        }
    }

    private void lookUp() {
        try {
            InetSocketAddress target = transport.checked(role.address());
            if (target.isUnresolved()) {
                transport.loops().lookUp(target, this::attempt, this::nowhere);
            } else {
                attempt(target);
            }
        } catch (OperatingFault fault) {
            nowhere(fault);
        }
    }

    /** The address leads nowhere: told to the audit when it begins to, or for another reason than before. */
    private void nowhere(Throwable cause) {
        String sentence = String.valueOf(cause.getMessage());
        if (!closed && !sentence.equals(audited)) {
            audited = sentence;
            transport.audit(LinkAudit.Cause.ADDRESS, role.address(), sentence, "");
        }
        unreachable(cause);
    }

    private void attempt(InetSocketAddress resolved) {
        if (closed) {
            return;
        }
        TcpLoops loops = transport.loops();
        int connectMaxMs =
                (int) TimeUnit.NANOSECONDS.toMillis(transport.config().times().handshakeMaxNs()) + 1;
        new Bootstrap()
                .group(loops.group())
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOCATOR, LoopBuffers.POOL)
                .option(ChannelOption.RECVBUF_ALLOCATOR, loops.buffers())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMaxMs)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, TcpTransport.WATER_MARK)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        loops.guard(() -> connection = transport.addConnection(channel, role));
                    }
                })
                .connect(resolved)
                .addListener(done -> loops.guard(() -> {
                    if (!done.isSuccess()) {
                        unreachable(done.cause());
                    }
                }));
    }

    private void unreachable(Throwable cause) {
        String sentence = "cannot connect to " + role.address() + ": " + cause.getMessage();
        if (connection != null) {
            connection.end(LinkDown.Cause.FAULT, sentence);
        } else if (!waiting && !closed) {
            ended();
            role.listener().onRefused(role.address(), sentence);
        }
    }

    /** The connection became a link. */
    void succeeded() {
        failedCount = 0;
        audited = "";
    }

    /** The connection or the attempt is over; the next one waits. */
    void ended() {
        connection = null;
        long boundNs = Math.min(
                transport.config().times().redialMaxNs(),
                transport.config().times().redialMinNs() << Math.min(failedCount, DOUBLINGS_MAX_COUNT));
        failedCount++;
        nextAttemptNs = transport.loops().nowNs() + transport.loops().entropy().nextBelow(boundNs);
        waiting = true;
    }

    @Override
    public void close() {
        transport.loops().executeAndWait(this::closeOnLoop);
    }

    void closeOnLoop() {
        closed = true;
        transport.forget(this);
        if (connection != null) {
            connection.endHere();
        }
    }
}
