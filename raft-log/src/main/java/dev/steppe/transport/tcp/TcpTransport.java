package dev.steppe.transport.tcp;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One server's links on one lane. Its methods may be called from any thread except {@link #listen}, which waits for the
 * event loop and so must not be called by it; listeners are called on the event loop of its {@link TcpLoops}.
 *
 * <p>The sets of connections, diallings and listenings belong to the event loop. {@code closed} is volatile, written on
 * the loop, and read elsewhere only to refuse early.
 */
public final class TcpTransport implements Transport {
    static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(128 << 10, 256 << 10);

    private static final int BACKLOG_COUNT = 128;

    private final TcpLoops loops;
    private final PeerIdentity self;
    private final TcpConfig config;
    private final TcpCounters counters = new TcpCounters();
    private final Set<TcpConnection> connections = new LinkedHashSet<>();
    private final Set<TcpDialling> diallings = new LinkedHashSet<>();
    private final Set<TcpListening> listenings = new LinkedHashSet<>();
    private final Future<?> ticking;
    private long tickedNs;
    private int acceptedCount;
    private volatile boolean closed;

    /**
     * A transport without links.
     *
     * @param loops the event loop of this lane; outlives the transport
     */
    public TcpTransport(TcpLoops loops, PeerIdentity self, TcpConfig config) {
        this.loops = loops;
        this.self = self;
        this.config = config;
        tickedNs = loops.nowNs();
        ticking = loops.everyTick(this::onTick);
    }

    /** What happened so far; live, read by any thread. */
    public TcpCounters counters() {
        return counters;
    }

    @Override
    public PeerIdentity self() {
        return self;
    }

    @Override
    public Listening listen(String address, PeerPolicy policy, LinkListener listener) throws OperatingFault {
        if (loops.isOnLoop()) {
            throw Invariant.broken("the event loop would wait for itself listening on", address);
        }
        InetSocketAddress local = checked(address);
        ChannelFuture binding = new ServerBootstrap()
                .group(loops.group())
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG_COUNT)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        loops.guard(() -> accept(channel, policy, listener));
                    }
                })
                .bind(local)
                .awaitUninterruptibly();
        if (!binding.isSuccess()) {
            throw new OperatingFault(
                    "cannot listen at " + address + ": " + binding.cause().getMessage(), binding.cause());
        }
        TcpListening listening = new TcpListening(this, binding.channel());
        loops.executeAndWait(() -> keep(listening));
        return listening;
    }

    @Override
    public Dialling dial(String address, PeerPolicy expected, LinkListener listener) throws OperatingFault {
        TcpDialling dialling = new TcpDialling(this, address, checked(address), expected, listener);
        loops.execute(() -> loops.guard(() -> {
            if (!closed) {
                diallings.add(dialling);
                dialling.onTick(loops.nowNs());
            }
        }));
        return dialling;
    }

    @Override
    public void close() {
        loops.executeAndWait(this::closeOnLoop);
    }

    private void closeOnLoop() {
        closed = true;
        ticking.cancel(false);
        List.copyOf(listenings).forEach(TcpListening::closeOnLoop);
        List.copyOf(diallings).forEach(TcpDialling::closeOnLoop);
        List.copyOf(connections).forEach(TcpConnection::endHere);
    }

    private InetSocketAddress checked(String address) throws OperatingFault {
        if (closed) {
            throw new OperatingFault("the transport of member " + self.memberId() + " is closed.");
        }
        return TcpAddress.parse(address, config);
    }

    private void keep(TcpListening listening) {
        if (closed) {
            listening.closeOnLoop();
        } else {
            listenings.add(listening);
        }
    }

    private void accept(Channel channel, PeerPolicy policy, LinkListener listener) {
        if (closed) {
            TcpLoops.leave(channel.close());
        } else if (acceptedCount >= config.acceptedMaxCount()) {
            counters.countFlood();
            TcpLoops.leave(channel.close());
        } else {
            String remote = TcpAddress.print((InetSocketAddress) channel.remoteAddress());
            addConnection(channel, new TcpConnection.Role(remote, policy, listener, null));
        }
    }

    TcpConnection addConnection(Channel channel, TcpConnection.Role role) {
        TcpConnection connection = new TcpConnection(this, channel, role);
        connections.add(connection);
        acceptedCount += connection.isAccepted() ? 1 : 0;
        channel.pipeline().addLast(new FrameReader(connection));
        return connection;
    }

    /** Why a peer that names itself so is refused for its incarnation; empty when it is the newest that is linked. */
    Optional<String> incarnationRefusal(PeerIdentity peer) {
        for (TcpConnection connection : connections) {
            if (connection.isUp() && connection.peer().isSameMember(peer)) {
                long newest = connection.peer().incarnation();
                if (newest > peer.incarnation()) {
                    return Optional.of("incarnation " + peer.incarnation() + " of member " + peer.memberId()
                            + " is over: incarnation " + newest + " is linked.");
                }
            }
        }
        return Optional.empty();
    }

    void onUp(TcpConnection fresh) {
        counters.countUp();
        PeerIdentity peer = fresh.peer();
        for (TcpConnection connection : List.copyOf(connections)) {
            boolean earlier = connection.isUp()
                    && connection.peer().isSameMember(peer)
                    && connection.peer().incarnation() < peer.incarnation();
            if (earlier) {
                connection.end(
                        LinkDown.Cause.SUPERSEDED,
                        "incarnation " + peer.incarnation() + " of member " + peer.memberId() + " has come.");
            }
        }
    }

    void onOver(TcpConnection connection, boolean wasUp) {
        if (connections.remove(connection)) {
            acceptedCount -= connection.isAccepted() ? 1 : 0;
        }
        if (wasUp) {
            counters.countDown();
        } else {
            counters.countRefused();
        }
    }

    private void onTick() {
        long nowNs = loops.nowNs();
        boolean stalled = nowNs - tickedNs > config.heartbeatNs();
        tickedNs = nowNs;
        for (TcpConnection connection : new ArrayList<>(connections)) {
            if (stalled) {
                connection.forgiveSilence(nowNs);
            }
            connection.onTick(nowNs);
        }
        for (TcpDialling dialling : new ArrayList<>(diallings)) {
            dialling.onTick(nowNs);
        }
    }

    void forget(TcpListening listening) {
        listenings.remove(listening);
    }

    void forget(TcpDialling dialling) {
        diallings.remove(dialling);
    }

    TcpLoops loops() {
        return loops;
    }

    TcpConfig config() {
        return config;
    }
}
