package dev.steppe.benchmarks.raft;

import dev.steppe.base.OperatingFault;
import dev.steppe.cluster.LoopbackPorts;
import dev.steppe.raft.api.Member;
import dev.steppe.raft.api.ProposalListener;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.api.RaftStatus;
import dev.steppe.raft.api.RoleListener;
import dev.steppe.raft.api.machine.EntryPosition;
import dev.steppe.raft.api.machine.SnapshotImage;
import dev.steppe.raft.api.machine.SnapshotSource;
import dev.steppe.raft.api.machine.StateMachine;
import dev.steppe.raft.node.NodeWorld;
import dev.steppe.raft.node.RaftNode;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.IdleChoice;
import dev.steppe.runtime.ThreadLayout;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.runtime.clock.SystemClocks;
import dev.steppe.transport.LinkAudit;
import dev.steppe.transport.tcp.TcpConfig;
import dev.steppe.transport.tcp.TcpLoops;
import dev.steppe.transport.tcp.TcpTransport;
import dev.steppe.transport.tls.TlsCredentials;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** All members of one group of ours in this process: TCP over loopback, real files, a client beside the leader. */
public final class SteppeGroup implements GroupUnderLoad {
    private static final long ELECTION_MAX_NS = TimeUnit.SECONDS.toNanos(30);
    private static final RaftConfig.Limits LIMITS = new RaftConfig.Limits(64 << 20, 64 << 10, 4 << 20, 8 << 20);
    /** A snapshot for each segment, so that windows of seconds show a log that lives on its old segments. */
    private static final RaftConfig.Options OPTIONS = RaftConfig.Options.DEFAULT.with(
            new RaftConfig.Snapshots(LIMITS.segmentBytes(), LIMITS.segmentBytes(), 1L << 30));

    private static final int MASK = ClosedLoop.IN_FLIGHT_MAX - 1;

    private final List<RaftNode<Boolean>> nodes = new ArrayList<>();
    private final List<TcpLoops> loops = new ArrayList<>();
    private final HaltSwitch haltSwitch = HaltSwitch.process();
    private final Waiting[] waiting = new Waiting[ClosedLoop.IN_FLIGHT_MAX];
    private final String description;
    private RaftNode<Boolean> leader;

    /** One proposal; used again when its sequence comes round. */
    private static final class Waiting implements ProposalListener<Boolean> {
        private final Acks acks;
        private long sequence;

        Waiting(Acks acks) {
            this.acks = acks;
        }

        @Override
        public void onApplied(long index, long term, Boolean result) {
            acks.acknowledged(sequence);
        }

        @Override
        public void onLost(String reason) {
            throw new IllegalStateException("a command was lost under load: " + reason);
        }

        @Override
        public void onUnknown(String reason) {
            // At the end of the run; the client waits for nothing any more.
        }
    }

    /**
     * The least that a state machine can do: it remembers the bytes in a hash, as every machine must, and gives it as a
     * snapshot, so that the log uses its segments again.
     */
    private static final class Folding implements StateMachine<Boolean>, RoleListener {
        private long hash;

        @Override
        public Boolean apply(EntryPosition at, DirectBuffer buffer, int offset, int lengthBytes) {
            hash = 31 * hash + buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN);
            return Boolean.TRUE;
        }

        @Override
        public void applied(long index, long logTimeMs) {
            // Nobody reads this state.
        }

        @Override
        public long stateHash() {
            return hash;
        }

        @Override
        public SnapshotImage capture() {
            UnsafeBuffer image = new UnsafeBuffer(ByteBuffer.allocateDirect(Long.BYTES));
            image.putLong(0, hash, ByteOrder.LITTLE_ENDIAN);
            return sink -> {
                sink.put(image, 0, Long.BYTES);
                return true;
            };
        }

        @Override
        public void restore(SnapshotSource source) throws OperatingFault {
            UnsafeBuffer image = new UnsafeBuffer(ByteBuffer.allocateDirect(Long.BYTES));
            int readBytes = 0;
            while (readBytes < Long.BYTES) {
                int moreBytes = source.read(image, readBytes, Long.BYTES - readBytes);
                if (moreBytes == SnapshotSource.END) {
                    throw new OperatingFault("an image has eight bytes, not " + readBytes);
                }
                readBytes += moreBytes;
            }
            hash = image.getLong(0, ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public void onLeader(long term) {
            // Asked for through the status.
        }

        @Override
        public void onFollower(long term, int leaderId) {
            // Asked for through the status.
        }
    }

    /**
     * What to open.
     *
     * @param directory where the members' directories lie
     * @param voterCount members, all of them voters
     * @param yields whether each member has a thread beside its event loop, which never rests; else the loop carries it
     * @param isEncrypted whether the links are of TLS 1.3, with keys made on the spot
     */
    public record Setup(Path directory, int voterCount, boolean yields, boolean isEncrypted) {}

    /** Opens the members and waits until one of them leads. */
    public SteppeGroup(Setup setup, Acks acks) throws OperatingFault, IOException {
        for (int i = 0; i < waiting.length; i++) {
            waiting[i] = new Waiting(acks);
        }
        List<Member> members = members(setup.voterCount());
        KeyMaker keys = setup.isEncrypted() ? new KeyMaker(setup.directory()) : null;
        for (Member member : members) {
            TcpLoops lane = new TcpLoops(
                    "raft-net-" + member.id(), SystemClocks.nano(), SeededEntropy.fromSystem(), haltSwitch);
            loops.add(lane);
            NodeWorld world = new NodeWorld(
                    SystemClocks.nano(), SeededEntropy.fromSystem(), haltSwitch, transports(lane, keys, member.id()));
            RaftConfig config = new RaftConfig(
                    7, KeyMaker.REGION, member.id(), members, RaftConfig.Timing.DEFAULT, LIMITS, OPTIONS);
            Folding machine = new Folding();
            Path own = setup.directory().resolve("member-" + member.id());
            RaftNode<Boolean> node = RaftNode.open(config, own, world, machine, machine);
            nodes.add(setup.yields() ? node.start(ThreadLayout.SHARED, IdleChoice.YIELD) : node.startOn(lane));
        }
        leader = awaitLeader();
        description = "steppe, " + setup.voterCount() + " voters, "
                + leader.status().durability() + ", " + (setup.isEncrypted() ? "TLS, " : "")
                + (setup.yields() ? "SHARED, YIELD" : "carried by the event loop");
    }

    @Override
    public boolean offer(DirectBuffer buffer, int offset, int lengthBytes) {
        long sequence = buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN);
        Waiting listener = waiting[(int) (sequence & MASK)];
        listener.sequence = sequence;
        ProposeVerdict verdict = leader.propose(buffer, offset, lengthBytes, listener);
        if (verdict == ProposeVerdict.NOT_LEADER) {
            leader = awaitLeader();
        }
        return verdict == ProposeVerdict.ACCEPTED;
    }

    @Override
    public String description() {
        return description;
    }

    /** Append to quorum as the leader measured it of late, p99.9, microseconds. */
    double broadcastP999Us() {
        return leader.status().timing().broadcast().p999Us();
    }

    @Override
    public void close() {
        nodes.forEach(RaftNode::close);
        loops.forEach(TcpLoops::close);
    }

    private RaftNode<Boolean> awaitLeader() {
        long startNs = System.nanoTime();
        while (System.nanoTime() - startNs < ELECTION_MAX_NS) {
            for (RaftNode<Boolean> node : nodes) {
                if (node.status().role() == RaftStatus.Role.LEADER) {
                    return node;
                }
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        throw new IllegalStateException("no member leads after " + ELECTION_MAX_NS / 1_000_000 + " ms");
    }

    private static NodeWorld.TransportMaker transports(TcpLoops lane, @Nullable KeyMaker keys, int memberId)
            throws OperatingFault, IOException {
        if (keys == null) {
            TcpConfig plain = TcpConfig.defaults("raft").withPlaintextLoopback();
            return self -> new TcpTransport(lane, self, plain);
        }
        TlsCredentials credentials = keys.credentials(memberId);
        TcpConfig encrypted = TcpConfig.defaults("raft");
        return self -> new TcpTransport(lane, self, encrypted, credentials, LinkAudit.NONE);
    }

    private static List<Member> members(int voterCount) throws OperatingFault {
        List<Integer> ports = LoopbackPorts.draw(voterCount);
        List<Member> members = new ArrayList<>();
        for (int id = 1; id <= voterCount; id++) {
            members.add(new Member(id, "127.0.0.1", ports.get(id - 1)));
        }
        return List.copyOf(members);
    }
}
