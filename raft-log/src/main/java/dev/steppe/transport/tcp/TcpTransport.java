package dev.steppe.transport.tcp;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.transport.LinkAudit;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.Transport;
import dev.steppe.transport.tls.TlsCredentials;
import dev.steppe.transport.tls.TlsMaterial;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
    private final @Nullable TlsCredentials credentials;
    private final LinkAudit audit;
    private final AcceptGate gate;
    private final TcpCounters counters = new TcpCounters();
    private final Set<TcpConnection> connections = new LinkedHashSet<>();
    private final Set<TcpDialling> diallings = new LinkedHashSet<>();
    private final Set<Bound> listenings = new LinkedHashSet<>();
    private final Future<?> ticking;
    private long tickedNs;
    private @Nullable TlsMaterial judgedBy;
    private volatile boolean closed;

    /** A transport without links and without TLS, for loopback addresses if {@code config} allows plaintext there. */
    public TcpTransport(TcpLoops loops, PeerIdentity self, TcpConfig config) {
        this(loops, self, config, null, LinkAudit.NONE);
    }

    /**
     * A transport without links.
     *
     * @param loops the event loop of this lane; outlives the transport
     * @param credentials for TLS on every link; null for plaintext as {@code config} allows it
     * @param audit told of every refusal, on the event loop
     */
    public TcpTransport(
            TcpLoops loops,
            PeerIdentity self,
            TcpConfig config,
            @Nullable TlsCredentials credentials,
            LinkAudit audit) {
        this.loops = loops;
        this.self = self;
        this.config = config;
        this.credentials = credentials;
        this.audit = audit;
        gate = new AcceptGate(config.bounds());
        judgedBy = credentials == null ? null : credentials.current();
        tickedNs = loops.nowNs();
        ticking = loops.scheduleEveryTick(this::onTick);
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
        if (loops.isCarrying()) {
            throw Invariant.broken("the event loop would wait for itself listening on", address);
        }
        InetSocketAddress named = checked(address);
        InetSocketAddress local =
                named.isUnresolved() ? new InetSocketAddress(named.getHostString(), named.getPort()) : named;
        ChannelFuture binding = new ServerBootstrap()
                .group(loops.group())
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG_COUNT)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOCATOR, LoopBuffers.POOL)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, loops.buffers())
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
        Bound listening = new Bound(binding.channel());
        loops.executeAndWait(() -> keep(listening));
        return listening;
    }

    @Override
    public Dialling dial(String address, PeerPolicy expected, LinkListener listener) throws OperatingFault {
        checked(address);
        return dialPatiently(address, expected, listener);
    }

    @Override
    public Dialling dialPatiently(String address, PeerPolicy expected, LinkListener listener) {
        TcpDialling dialling = new TcpDialling(this, address, expected, listener);
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
        List.copyOf(listenings).forEach(Bound::closeOnLoop);
        List.copyOf(diallings).forEach(TcpDialling::closeOnLoop);
        List.copyOf(connections).forEach(TcpConnection::endHere);
    }

    /** What to listen at or to dial; the material of TLS may change, and with it the answer. */
    InetSocketAddress checked(String address) throws OperatingFault {
        if (closed) {
            throw new OperatingFault("the transport of member " + self.memberId() + " is closed.");
        }
        if (credentials == null) {
            return TcpAddress.plaintext(address, config);
        }
        Optional<String> disagreement = credentials.current().ownName().disagreement(self);
        if (disagreement.isPresent()) {
            throw new OperatingFault(
                    "every peer would refuse the own certificate, as this side would a peer's: " + disagreement.get());
        }
        return TcpAddress.any(address);
    }

    private void keep(Bound listening) {
        if (closed) {
            listening.closeOnLoop();
        } else {
            listenings.add(listening);
        }
    }

    private void accept(Channel channel, PeerPolicy policy, LinkListener listener) {
        InetSocketAddress remote = (InetSocketAddress) channel.remoteAddress();
        if (closed || remote == null) {
            TcpLoops.leave(channel.close()); // Nobody is there any more, on this side or on that.
            return;
        }
        String address = TcpAddress.print(remote);
        InetAddress from = remote.getAddress();
        if (!gate.enter(from)) {
            counters.countFlood();
            audit(LinkAudit.Cause.FLOOD, address, "too many connections from this address.", "");
            TcpLoops.leave(channel.close());
            return;
        }
        TcpConnection oldest =
                gate.begin(addConnection(channel, new TcpConnection.Role(address, policy, listener, null, from)));
        if (oldest != null) {
            oldest.giveWay();
        }
    }

    TcpConnection addConnection(Channel channel, TcpConnection.Role role) {
        TlsDoor door =
                credentials == null ? null : new TlsDoor(credentials, role.dialling() != null, loops.handshakes());
        TcpConnection connection = new TcpConnection(this, channel, role, door);
        connections.add(connection);
        if (door != null) {
            door.install(channel.pipeline());
        }
        channel.pipeline().addLast(new ChannelReader(connection));
        return connection;
    }

    void audit(LinkAudit.Cause cause, String address, String sentence, String fingerprint) {
        audit.onRefusal(new LinkAudit.Refusal(config.lane(), address, cause, sentence, fingerprint));
    }

    /** Why a peer that names itself so is refused for its incarnation; empty when it is the newest that is linked. */
    Optional<String> incarnationRefusal(PeerIdentity peer) {
        for (TcpConnection connection : connections) {
            if (connection.isUp() && peer.isEarlierLifeOf(connection.peer())) {
                return Optional.of("incarnation " + peer.incarnation() + " of member " + peer.memberId()
                        + " is over: incarnation " + connection.peer().incarnation() + " is linked.");
            }
        }
        return Optional.empty();
    }

    /** Whether one more accepted connection may become a link. */
    boolean hasRoomForLink() {
        return gate.hasRoomForLink();
    }

    void onUp(TcpConnection fresh) {
        counters.countUp();
        if (fresh.acceptedFrom() != null) {
            gate.up(fresh);
        }
        PeerIdentity peer = fresh.peer();
        for (TcpConnection connection : List.copyOf(connections)) {
            if (connection.isUp() && connection.peer().isEarlierLifeOf(peer)) {
                connection.end(
                        LinkDown.Cause.SUPERSEDED,
                        "incarnation " + peer.incarnation() + " of member " + peer.memberId() + " has come.");
            }
        }
    }

    void onOver(TcpConnection connection, boolean wasUp) {
        InetAddress from = connection.acceptedFrom();
        if (connections.remove(connection) && from != null) {
            gate.leave(connection, from, wasUp);
        }
        if (wasUp) {
            counters.countDown();
        } else {
            counters.countRefused();
        }
    }

    private void onTick() {
        long nowNs = loops.nowNs();
        boolean stalled = nowNs - tickedNs > config.times().heartbeatNs();
        tickedNs = nowNs;
        for (TcpConnection connection : new ArrayList<>(connections)) {
            if (stalled) {
                connection.forgiveSilence(nowNs);
            }
            connection.onTick(nowNs);
        }
        if (credentials != null) {
            onTrustTick(credentials.current());
        }
        for (TcpDialling dialling : new ArrayList<>(diallings)) {
            dialling.onTick(nowNs);
        }
    }

    private void onTrustTick(TlsMaterial current) {
        boolean renewed = current != judgedBy;
        judgedBy = current;
        for (TcpConnection connection : new ArrayList<>(connections)) {
            connection.onTrustTick(renewed);
        }
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

    /** One bound address. The channel belongs to the event loop; the address never changes. */
    private final class Bound implements Listening {
        private final Channel channel;
        private final String address;

        Bound(Channel channel) {
            this.channel = channel;
            this.address = TcpAddress.print((InetSocketAddress) channel.localAddress());
        }

        @Override
        public String address() {
            return address;
        }

        @Override
        public void close() {
            loops.executeAndWait(this::closeOnLoop);
        }

        void closeOnLoop() {
            TcpLoops.leave(channel.close());
            listenings.remove(this);
        }
    }
}
