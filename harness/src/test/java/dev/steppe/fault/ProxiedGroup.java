package dev.steppe.fault;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.cluster.LoopbackPorts;
import dev.steppe.raft.api.ChangeListener;
import dev.steppe.raft.api.ChangeWords;
import dev.steppe.raft.api.Member;
import dev.steppe.raft.api.MembershipChange;
import dev.steppe.raft.api.ProposalListener;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.api.RaftStatus;
import dev.steppe.raft.api.RaftStatus.Role;
import dev.steppe.raft.node.NodeWorld;
import dev.steppe.raft.node.RaftNode;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.IdleChoice;
import dev.steppe.runtime.ThreadLayout;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.runtime.clock.SystemClocks;
import dev.steppe.transport.LinkAudit;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.Transport;
import dev.steppe.transport.tcp.TcpConfig;
import dev.steppe.transport.tcp.TcpLoops;
import dev.steppe.transport.tcp.TcpTransport;
import dev.steppe.transport.tls.TlsConfig;
import dev.steppe.transport.tls.TlsCredentials;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;

/**
 * Production servers of one group in one process: threads, sockets through a {@link ProxiedNetwork}, mapped files.
 * Waits by a bounded number of looks, never by time. Belongs to the thread of the test.
 */
final class ProxiedGroup implements AutoCloseable {
    /** Small segments, pieces of a snapshot of 64 KiB. */
    static final RaftConfig.Limits LIMITS = new RaftConfig.Limits(256 << 10, 16 << 10, 256 << 10, 512 << 10);

    private static final RaftConfig.Snapshots SNAPSHOTS = new RaftConfig.Snapshots(0, 0, 0);
    private static final RaftConfig.Options OPTIONS =
            RaftConfig.Options.DEFAULT.with(SNAPSHOTS).withVotersWithin(RaftConfig.Options.ANY_DISTANCE);
    private static final int LOOKS_MAX_COUNT = 30_000;
    private static final int WAITING_MAX_COUNT = 32;

    final ProxiedNetwork network;
    final HaltSwitch.Recorder halts = new HaltSwitch.Recorder();
    final LinkedBlockingQueue<LinkAudit.Refusal> refusals = new LinkedBlockingQueue<>();
    final Set<Long> acknowledged = new ConcurrentSkipListSet<>();
    private final Setting setting;
    private final Map<Integer, Server> servers = new TreeMap<>();
    private final AtomicLong nextNumber = new AtomicLong();
    private final AtomicInteger waitingCount = new AtomicInteger();

    /**
     * How the servers of a group are set up.
     *
     * @param tls for every link; plaintext if null
     */
    record Setting(
            Path directory,
            int memberMaxCount,
            RaftConfig.Timing timing,
            TcpConfig tcp,
            @Nullable TlsConfig tls) {
        static Setting of(Path directory, int memberMaxCount, @Nullable TlsConfig tls) {
            TcpConfig tcp = TcpConfig.defaults("raft").withPlaintextLoopback();
            return new Setting(directory, memberMaxCount, RaftConfig.Timing.DEFAULT, tcp, tls);
        }

        /** Links that say a word that often, and dial again within a tenth of a second. */
        Setting withLinkHeartbeat(long linkHeartbeatMs) {
            TcpConfig.Times times = new TcpConfig.Times(
                    TimeUnit.SECONDS.toNanos(5),
                    TimeUnit.SECONDS.toNanos(2),
                    TimeUnit.MILLISECONDS.toNanos(linkHeartbeatMs),
                    TimeUnit.MILLISECONDS.toNanos(5),
                    TimeUnit.MILLISECONDS.toNanos(100));
            return new Setting(directory, memberMaxCount, timing, tcp.withTimes(times), tls);
        }

        Setting withBounds(TcpConfig.Bounds bounds) {
            return new Setting(directory, memberMaxCount, timing, tcp.withBounds(bounds), tls);
        }
    }

    /** One member. */
    final class Server {
        final int id;
        final TcpLoops loops;
        final @Nullable TlsCredentials credentials;
        private final List<Member> known;
        private final boolean isJoining;
        KeepingMachine machine = new KeepingMachine();

        @Nullable
        RaftNode<Long> node;

        private Server(int id, List<Member> known, boolean isJoining) throws OperatingFault {
            this.id = id;
            this.known = known;
            this.isJoining = isJoining;
            TlsConfig tls = setting.tls();
            credentials = tls == null ? null : TlsCredentials.open(tls, SystemClocks.epoch());
            loops = new TcpLoops("raft-net-" + id, SystemClocks.nano(), SeededEntropy.fromSystem(), halts);
        }

        void start() throws OperatingFault {
            RaftConfig.Options options = isJoining ? OPTIONS.joining() : OPTIONS;
            RaftConfig config = new RaftConfig(99, "eu", id, known, setting.timing(), LIMITS, options);
            NodeWorld world = new NodeWorld(SystemClocks.nano(), SeededEntropy.fromSystem(), halts, this::transport);
            machine = new KeepingMachine();
            node = RaftNode.open(config, setting.directory().resolve("member-" + id), world, machine, machine)
                    .start(ThreadLayout.SHARED, IdleChoice.BACK_OFF);
        }

        private Transport transport(PeerIdentity self) {
            return network.through(new TcpTransport(loops, self, setting.tcp(), credentials, refusals::add));
        }

        void stop() {
            RaftNode<Long> running = node;
            node = null;
            if (running != null) {
                running.close();
            }
        }

        RaftStatus status() {
            RaftNode<Long> running = node;
            if (running == null) {
                throw new AssertionError("member " + id + " is stopped");
            }
            return running.status();
        }

        boolean leads() {
            return node != null && status().role() == Role.LEADER;
        }

        Membership membership() {
            return status().group().membership();
        }
    }

    ProxiedGroup(Setting setting, int firstCount) throws OperatingFault {
        this.setting = setting;
        network = new ProxiedNetwork(setting.memberMaxCount());
        List<Member> first =
                IntStream.rangeClosed(1, firstCount).mapToObj(this::member).toList();
        for (Member member : first) {
            servers.put(member.id(), new Server(member.id(), first, false));
        }
        for (Server server : servers.values()) {
            server.start();
        }
    }

    private Member member(int id) {
        return new Member(id, LoopbackPorts.HOST, network.portOf(id));
    }

    Server server(int id) {
        Server server = servers.get(id);
        if (server == null) {
            throw new AssertionError("there is no member " + id);
        }
        return server;
    }

    List<Server> running() {
        return servers.values().stream().filter(server -> server.node != null).toList();
    }

    /** Starts a server that is no member yet and knows the present voters. */
    Server join(int id) throws OperatingFault {
        List<Member> known = new ArrayList<>(leader().membership().voters().stream()
                .map(voter -> member(voter.memberId()))
                .toList());
        known.add(member(id));
        Server joined = new Server(id, List.copyOf(known), true);
        servers.put(id, joined);
        joined.start();
        return joined;
    }

    /** Ends a server that belongs to the group no more. */
    void drop(Server server) {
        server.stop();
        server.loops.close();
        servers.remove(server.id);
    }

    MembershipChange.AddLearner learner(int id) {
        return new MembershipChange.AddLearner(new Membership.Server(id, 0, LoopbackPorts.HOST, network.portOf(id)));
    }

    /** Has {@code change} made, asking again while the group has yet to settle; only "done" will do. */
    void change(MembershipChange change) {
        List<String> words = new ArrayList<>();
        for (int attempt = 0; attempt < 1_000; attempt++) {
            String word = answer(listener -> node(leader()).changeMembership(change, listener));
            words.add(word);
            if (word.equals("done")) {
                return;
            }
            boolean isLater = word.endsWith("NOT_SETTLED")
                    || word.endsWith("UNREACHABLE")
                    || word.endsWith("IN_PROGRESS")
                    || word.endsWith("NOT_CAUGHT_UP")
                    || word.endsWith("NOT_LEADER");
            assertTrue(isLater, () -> change + ": " + words);
            linger(20);
        }
        throw new AssertionError(change + " is not done: " + words);
    }

    /** Has the office handed to {@code targetId}, whoever holds it; asks again while the group has yet to settle. */
    void transferTo(int targetId) {
        List<String> words = new ArrayList<>();
        for (int attempt = 0; attempt < 1_000 && leader().id != targetId; attempt++) {
            words.add(answer(listener -> node(leader()).transferLeadership(targetId, listener)));
            linger(20);
        }
        assertEquals(targetId, leader().id, () -> "the office was not handed over: " + words);
    }

    private String answer(Function<ChangeListener, ProposeVerdict> question) {
        ChangeWords listener = new ChangeWords();
        assertEquals(ProposeVerdict.ACCEPTED, question.apply(listener));
        await("a word about what was asked", () -> !listener.words.isEmpty());
        return listener.words.get(0);
    }

    /** Has {@code count} more commands acknowledged, whoever leads. */
    void commit(int count) {
        long target = acknowledged.size() + (long) count;
        await("commands are acknowledged", () -> {
            Server leader = newestLeader();
            while (leader != null && waitingCount.get() < WAITING_MAX_COUNT && offer(leader)) {
                Thread.onSpinWait();
            }
            return acknowledged.size() >= target;
        });
    }

    /** Offers one command to {@code server}; whether it was taken. */
    boolean offer(Server server) {
        RaftNode<Long> node = server.node;
        if (node == null) {
            return false;
        }
        long number = nextNumber.incrementAndGet();
        DirectBuffer command = KeepingMachine.command(number);
        waitingCount.incrementAndGet();
        ProposeVerdict verdict = node.propose(command, 0, command.capacity(), new ProposalListener<>() {
            @Override
            public void onApplied(long index, long term, Long result) {
                acknowledged.add(number);
                waitingCount.decrementAndGet();
            }

            @Override
            public void onLost(String reason) {
                waitingCount.decrementAndGet();
            }

            @Override
            public void onUnknown(String reason) {
                waitingCount.decrementAndGet();
            }
        });
        if (verdict != ProposeVerdict.ACCEPTED) {
            waitingCount.decrementAndGet();
        }
        return verdict == ProposeVerdict.ACCEPTED;
    }

    /** Every log loses its beginning to snapshots: to the older of two. */
    void dropPrefixes() {
        for (int round = 0; round < 2; round++) {
            commit(1);
            agree();
            long lastIndex = leader().status().indexes().lastIndex();
            running().forEach(server -> node(server).snapshotNow());
            await(
                    "snapshots stand",
                    () -> running().stream()
                            .allMatch(server -> server.status().group().snapshotIndex() >= lastIndex));
        }
        long lastIndex = leader().status().indexes().lastIndex();
        await(
                "logs begin behind snapshots",
                () -> running().stream()
                        .allMatch(server -> server.status().group().firstIndex() > lastIndex / 2));
    }

    private static RaftNode<Long> node(Server server) {
        RaftNode<Long> node = server.node;
        if (node == null) {
            throw new AssertionError("member " + server.id + " is stopped");
        }
        return node;
    }

    /** The leader of the latest term, once there is one. */
    Server leader() {
        await("somebody leads", () -> newestLeader() != null);
        Server leader = newestLeader();
        return leader == null ? leader() : leader;
    }

    @Nullable
    Server newestLeader() {
        Server newest = null;
        for (Server server : running()) {
            if (server.leads()
                    && (newest == null
                            || server.status().term() > newest.status().term())) {
                newest = server;
            }
        }
        return newest;
    }

    /** The latest term of which anybody knows. */
    long term() {
        return running().stream()
                .mapToLong(server -> server.status().term())
                .max()
                .orElse(0);
    }

    /** Waits until every running server has the same state, which holds everything that was acknowledged. */
    void agree() {
        await("nobody waits any more", () -> waitingCount.get() == 0);
        await("all have everything", () -> {
            Server leader = newestLeader();
            return leader != null
                    && running().stream()
                            .allMatch(server -> server.status().indexes().appliedIndex()
                                    == leader.status().indexes().lastIndex());
        });
        long[] numbers = running().get(0).machine.numbers();
        for (Server server : running()) {
            assertArrayEquals(numbers, server.machine.numbers(), "state of member " + server.id);
        }
        long[] sorted = numbers.clone();
        Arrays.sort(sorted);
        acknowledged.forEach(number -> assertTrue(
                Arrays.binarySearch(sorted, number) >= 0, () -> "command " + number + " was acknowledged and is lost"));
        assertEquals(sorted.length, Arrays.stream(sorted).distinct().count(), "a command was applied twice");
    }

    /** Lets the group go on, offering commands to whoever leads, for so many looks. */
    void linger(int lookCount) {
        AtomicInteger looks = new AtomicInteger();
        await("a moment passes", () -> {
            Server leader = newestLeader();
            if (leader != null && waitingCount.get() < WAITING_MAX_COUNT) {
                offer(leader);
            }
            return looks.incrementAndGet() >= lookCount;
        });
    }

    /** Looks until {@code condition} holds, a bounded number of times. */
    void await(String what, BooleanSupplier condition) {
        IdleStrategy idle = new BackoffIdleStrategy();
        for (int look = 0; look < LOOKS_MAX_COUNT; look++) {
            if (condition.getAsBoolean()) {
                return;
            }
            assertEquals(List.of(), halts.halts());
            idle.idle();
        }
        StringBuilder picture = new StringBuilder("not so: ").append(what);
        running().forEach(server -> picture.append("\n  ").append(server.status()));
        refusals.forEach(refusal -> picture.append("\n  ").append(refusal.line()));
        throw new AssertionError(picture.toString());
    }

    @Override
    public void close() {
        servers.values().forEach(Server::stop);
        servers.values().forEach(server -> server.loops.close());
        network.close();
        assertEquals(List.of(), halts.halts());
    }
}
