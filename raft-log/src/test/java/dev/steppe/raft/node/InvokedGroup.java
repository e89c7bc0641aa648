package dev.steppe.raft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.Member;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.api.RaftStatus.Role;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.raft.storage.memory.PageFate;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.IdleChoice;
import dev.steppe.runtime.ThreadLayout;
import dev.steppe.runtime.clock.ManualClock;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.Transport;
import dev.steppe.transport.memory.MemoryNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.agrona.concurrent.Agent;
import org.jspecify.annotations.Nullable;

/** A group whose members, network and disks all live in the calling thread, under a clock that is moved by hand. */
final class InvokedGroup {
    static final long CLUSTER_ID = 77;

    private static final long STEP_NS = 1_000_000;
    static final RaftConfig.Limits SMALL = new RaftConfig.Limits(1 << 20, 4_096, 256 << 10, 256 << 10);

    final MemoryNetwork network = new MemoryNetwork(4 << 20, 16 << 20);
    final ManualClock clock = new ManualClock(0);
    final Ledger ledger = new Ledger();
    final List<Server> servers = new ArrayList<>();
    private final List<Member> members;
    private final SeededEntropy entropy;
    private final RaftConfig.Limits limits;
    private final RaftConfig.Options options;
    private final RaftConfig.Timing timing;

    /** One member with its disk, over all its lives. */
    final class Server {
        final int id;
        MemoryDisk disk = new MemoryDisk();
        HaltSwitch.Recorder halts = new HaltSwitch.Recorder();
        CountingMachine machine = new CountingMachine();

        @Nullable
        RaftNode<Long> node;

        /** The process stands still for so many ragged rounds. */
        int pausedRounds;

        private boolean isJoining;

        private long clusterId = CLUSTER_ID;

        private @Nullable Transport transport;

        private List<Member> known;

        Server(int id, List<Member> known) {
            this.id = id;
            this.known = known;
        }

        /** Ends in good order, for good. */
        void stop() {
            node.close();
            transport.close();
            ledger.died(node);
            node = null;
        }

        /** Rot in both copies of term and vote. */
        void spoilVault() {
            disk.flipBit("vault", 20, 3);
            disk.flipBit("vault", 4_096 + 20, 3);
        }

        /** Rot in the middle of its log. */
        void spoil() {
            String name = disk.names().stream()
                    .filter(file -> file.startsWith("segments/"))
                    .sorted()
                    .skip(1)
                    .findFirst()
                    .orElseThrow();
            disk.flipBit(name, 4_096 + 5_000, 3);
        }

        void start() {
            try {
                open();
            } catch (OperatingFault fault) {
                throw new AssertionError("member " + id + " does not open", fault);
            }
        }

        /** As {@link #start}, where it may refuse. */
        void open() throws OperatingFault {
            RaftConfig config = new RaftConfig(
                    clusterId, "north", id, known, timing, limits, isJoining ? options.joining() : options);
            machine = new CountingMachine();
            halts = new HaltSwitch.Recorder();
            NodeWorld world = new NodeWorld(clock, entropy.split(), halts, this::join);
            node = RaftNode.open(config, disk.hold(), world, machine, machine)
                    .start(ThreadLayout.INVOKED, IdleChoice.YIELD);
        }

        private Transport join(PeerIdentity self) {
            transport = network.join(self);
            return transport;
        }

        /** From now on this server makes no further file, until its disk is limited otherwise. */
        void fillDisk() {
            disk.limitTo(disk.names().stream().mapToLong(disk::lengthBytes).sum());
        }

        /** The process dies with the machine; {@code fate} says what the disk kept of what was not forced. */
        void crash(PageFate fate) {
            if (transport != null) {
                transport.close();
            }
            if (node != null) {
                ledger.died(node);
            }
            node = null;
            disk.losePower(fate);
        }

        boolean hasIdentity() {
            return transport != null;
        }

        PeerIdentity identity() {
            return transport.self();
        }

        boolean leads() {
            return node != null && node.status().role() == Role.LEADER;
        }
    }

    InvokedGroup(int memberCount, long seed) {
        this(memberCount, seed, SMALL, RaftConfig.Options.DEFAULT);
    }

    InvokedGroup(int memberCount, long seed, RaftConfig.Limits limits, RaftConfig.Options options) {
        this(memberCount, seed, limits, options, RaftConfig.Timing.DEFAULT);
    }

    /** With the shortest election time-out chosen as {@code timing} allows. */
    static InvokedGroup timed(int memberCount, long seed, RaftConfig.Timing timing) {
        return new InvokedGroup(memberCount, seed, SMALL, RaftConfig.Options.DEFAULT, timing);
    }

    private InvokedGroup(
            int memberCount,
            long seed,
            RaftConfig.Limits limits,
            RaftConfig.Options options,
            RaftConfig.Timing timing) {
        this.timing = timing;
        this.options = options;
        this.limits = limits;
        entropy = new SeededEntropy(seed);
        members = IntStream.rangeClosed(1, memberCount)
                .mapToObj(id -> new Member(id, "server-" + id, 0))
                .toList();
        members.forEach(member -> servers.add(new Server(member.id(), members)));
        servers.forEach(Server::start);
    }

    /** Waits until every member knows that the group is new; nobody leads it yet. */
    InvokedGroup founded() {
        until(
                () -> servers.stream()
                        .noneMatch(server -> server.node.status().group().isQuarantined()),
                "the group does not begin");
        return this;
    }

    /**
     * As {@link #round()}, but as threads would have it: each agent has its turn or not, in any order, and only some of
     * what is on the network arrives.
     */
    void raggedRound(Random random) {
        for (Server server : servers) {
            if (server.pausedRounds > 0) {
                server.pausedRounds--;
                continue;
            }
            for (int turn = 0; server.node != null && turn < 4; turn++) {
                work(server.node.agents().get(random.nextInt(5)));
                assertEquals(List.of(), server.halts.halts(), "member " + server.id);
            }
        }
        for (int i = random.nextInt(20); i > 0; i--) {
            network.deliverOne(random.nextInt(1_000));
        }
        clock.advanceNs(random.nextInt(2 * (int) STEP_NS));
    }

    static void work(Agent agent) {
        try {
            agent.doWork();
        } catch (Exception fault) {
            throw new AssertionError("agent " + agent.roleName(), fault);
        }
    }

    /** One round of everyone, everything delivered, one millisecond gone. */
    void round() {
        for (Server server : servers) {
            if (server.node != null) {
                server.node.doWork();
                assertEquals(List.of(), server.halts.halts(), "member " + server.id);
            }
        }
        network.deliverAll(10_000);
        clock.advanceNs(STEP_NS);
    }

    void until(BooleanSupplier condition, String what) {
        for (int round = 0; round < 30_000 && !condition.getAsBoolean(); round++) {
            round();
        }
        assertTrue(condition.getAsBoolean(), what);
    }

    /** Starts a server that is no member yet. */
    Server join(int id) {
        List<Member> known = new ArrayList<>(members);
        known.removeIf(member -> member.id() == id);
        known.add(new Member(id, "server-" + id, 0));
        Server server = new Server(id, known);
        server.isJoining = true;
        servers.add(server);
        server.start();
        return server;
    }

    /** Starts {@code disk} in the machine of a dead server, as all that a group of its own begins with. */
    Server refound(int id, long clusterId, MemoryDisk disk) {
        Server server = new Server(id, List.of(new Member(id, "server-" + id, 0)));
        server.clusterId = clusterId;
        server.disk = disk;
        servers.add(server);
        server.start();
        return server;
    }

    /** A dead server of the first group with its disk, not started. */
    Server comeBack(int id, MemoryDisk disk) {
        Server server = new Server(id, members);
        server.disk = disk;
        servers.add(server);
        return server;
    }

    /** Starts a server with an empty disk that is to join the group of {@code founder}. */
    Server join(int id, Server founder) {
        List<Member> known = new ArrayList<>(founder.known);
        known.add(new Member(id, "server-" + id, 0));
        Server server = new Server(id, known);
        server.clusterId = founder.clusterId;
        server.isJoining = true;
        servers.add(server);
        server.start();
        return server;
    }

    /** A new disk in the machine of {@code server}, which starts anew as one that joins. */
    void wipe(Server server) {
        server.crash(PageFate.LOSE_ALL);
        server.disk = new MemoryDisk();
        server.isJoining = true;
        server.start();
    }

    Server server(int id) {
        return servers.stream().filter(server -> server.id == id).findFirst().orElseThrow();
    }

    Server follower() {
        Server leader = leader();
        return servers.stream()
                .filter(server -> server.node != null && server != leader)
                .findFirst()
                .orElseThrow();
    }

    /** The leader of the latest term, once there is one. */
    Server leader() {
        until(() -> newestLeader() != null, "no leader");
        return newestLeader();
    }

    private @Nullable Server newestLeader() {
        Server newest = null;
        for (Server server : servers) {
            boolean isNewer = server.leads()
                    && (newest == null
                            || server.node.status().term()
                                    > newest.node.status().term());
            newest = isNewer ? server : newest;
        }
        return newest;
    }

    /** Waits until every member has applied everything, and checks that all states are equal. */
    void agree() {
        until(this::isSettled, "the members do not come to rest");
        CountingMachine first = servers.get(0).machine;
        long statusHash = servers.get(0).node.status().stateHash();
        for (Server server : servers) {
            assertEquals(first.commands, server.machine.commands, "commands of member " + server.id);
            assertEquals(first.stateHash(), server.machine.stateHash(), "state of member " + server.id);
            assertEquals(statusHash, server.node.status().stateHash(), "status of member " + server.id);
        }
        assertEquals("", ledger.fault());
    }

    private boolean isSettled() {
        Server leader = newestLeader();
        if (leader == null) {
            return false;
        }
        long last = leader.node.status().indexes().lastIndex();
        return servers.stream()
                .allMatch(server -> server.node != null
                        && server.machine.appliedIndex == last
                        && server.node.status().indexes().appliedIndex() == last);
    }
}
