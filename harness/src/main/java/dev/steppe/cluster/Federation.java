package dev.steppe.cluster;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.Member;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.api.RaftStatus;
import dev.steppe.server.RegionServer;
import dev.steppe.server.ServerConfig;
import dev.steppe.server.ServerConfig.RegionLane;
import dev.steppe.server.ServerConfig.ServerLane;
import dev.steppe.server.ServerWorld;
import dev.steppe.state.StateView;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerRole;
import dev.steppe.transport.Transport;
import dev.steppe.transport.tcp.TcpConfig;
import dev.steppe.transport.tcp.TcpLoops;
import dev.steppe.transport.tcp.TcpTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/**
 * One cluster per region, all in this process: real servers over loopback, one event loop for each lane. Owned by the
 * thread that starts and closes it; {@link #leader} and the servers' own methods may be called by any.
 */
public final class Federation implements AutoCloseable {
    private static final long FEDERATION_ID = 1;

    private final FederationConfig config;
    private final ServerWorld world;
    private final ServerWorld.Network network;
    private final List<RegionLane> lanes = new ArrayList<>();
    private final Map<String, List<RegionServer>> servers = new TreeMap<>();
    private final Map<String, List<ServerConfig>> configs = new TreeMap<>();
    private final BiConsumer<String, StateView> views;
    private long nextClientId = 1;

    private Federation(FederationConfig config, ServerWorld world, BiConsumer<String, StateView> views) {
        this.config = config;
        this.world = world;
        this.views = views;
        this.network = ServerWorld.Network.plaintextOnLoopback(
                new TcpLoops("raft", world.clock(), world.entropy().get(), world.haltSwitch()),
                new TcpLoops("forward", world.clock(), world.entropy().get(), world.haltSwitch()));
    }

    /** Starts every server of every region; {@code views} is told of each view that a server of a region applied. */
    public static Federation start(FederationConfig config, ServerWorld world, BiConsumer<String, StateView> views)
            throws OperatingFault {
        Federation federation = new Federation(config, world, views);
        try {
            federation.open();
            return federation;
        } catch (OperatingFault | RuntimeException fault) {
            federation.close();
            throw fault;
        }
    }

    private void open() throws OperatingFault {
        int count = config.serverCount();
        List<Integer> ports = LoopbackPorts.draw(2 * count * config.regions().size());
        for (int region = 0; region < config.regions().size(); region++) {
            List<ServerLane> lane = new ArrayList<>();
            for (int server = 0; server < count; server++) {
                lane.add(new ServerLane(server + 1, address(ports.get(2 * (region * count + server) + 1))));
            }
            lanes.add(new RegionLane(config.regions().get(region), lane));
        }
        for (int region = 0; region < config.regions().size(); region++) {
            List<Member> members = new ArrayList<>();
            for (int server = 0; server < count; server++) {
                members.add(new Member(server + 1, LoopbackPorts.HOST, ports.get(2 * (region * count + server))));
            }
            openRegion(region, members);
        }
    }

    private void openRegion(int region, List<Member> members) throws OperatingFault {
        String name = config.regions().get(region);
        List<RegionServer> opened = new CopyOnWriteArrayList<>();
        List<ServerConfig> own = new ArrayList<>();
        servers.put(name, opened);
        configs.put(name, own);
        for (Member member : members) {
            RaftConfig raft = new RaftConfig(
                    FEDERATION_ID + 1 + region, name, member.id(), members, config.timing(), RaftConfig.Limits.SMALL);
            ServerLane lane = lanes.get(region).servers().get(member.id() - 1);
            ServerConfig server = new ServerConfig(
                    raft,
                    config.directory().resolve(name + "-" + member.id()),
                    new ServerConfig.Lanes(FEDERATION_ID, lane.address(), lanes),
                    config.work(),
                    config.watcher());
            own.add(server);
            opened.add(open(server));
        }
    }

    private RegionServer open(ServerConfig server) throws OperatingFault {
        return RegionServer.open(server, world.with(network, view -> views.accept(server.region(), view)));
    }

    /**
     * Opens a server of {@code region} again that was closed, in its directory and at its addresses. The owner only.
     */
    public RegionServer reopen(String region, int memberId) throws OperatingFault {
        List<ServerConfig> own = configs.getOrDefault(region, List.of());
        RegionServer server = open(own.get(memberId - 1));
        servers.getOrDefault(region, List.of()).set(memberId - 1, server);
        return server;
    }

    private static String address(int port) {
        return LoopbackPorts.HOST + ":" + port;
    }

    /** All servers of {@code region}, by member id. */
    public List<RegionServer> servers(String region) {
        return List.copyOf(servers.getOrDefault(region, List.of()));
    }

    /** The server that leads {@code region} by its own account, in the highest term; empty while there is none. */
    public Optional<RegionServer> leader(String region) {
        Optional<RegionServer> leader = Optional.empty();
        long term = -1;
        for (RegionServer server : servers(region)) {
            RaftStatus status = server.status();
            if (status.role() == RaftStatus.Role.LEADER && status.term() > term) {
                term = status.term();
                leader = Optional.of(server);
            }
        }
        return leader;
    }

    /** A client of {@code region} that is not running yet: give it an agent host. The owner only. */
    public GatewayClient client(String region, String name, long patienceMs) {
        PeerIdentity self = new PeerIdentity(FEDERATION_ID, region, PeerRole.CLIENT, nextClientId++, 1);
        Transport transport = new TcpTransport(
                network.forwardLoops(), self, TcpConfig.defaults("forward").withPlaintextLoopback());
        List<ServerLane> lane = lanes.get(config.regions().indexOf(region)).servers();
        return new GatewayClient(name, lane, transport, world.clock(), patienceMs);
    }

    /** Ends every server and both event loops. Close the clients first. */
    @Override
    public void close() {
        for (List<RegionServer> region : servers.values()) {
            region.forEach(RegionServer::close);
        }
        network.forwardLoops().close();
        network.raftLoops().close();
    }
}
