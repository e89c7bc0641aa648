package dev.steppe.raft.node;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.ChangeListener;
import dev.steppe.raft.api.MembershipChange;
import dev.steppe.raft.api.ProposalListener;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.api.RaftServer;
import dev.steppe.raft.api.RaftStatus;
import dev.steppe.raft.api.RaftStatus.Durability;
import dev.steppe.raft.api.ReadListener;
import dev.steppe.raft.api.RoleListener;
import dev.steppe.raft.api.SessionListener;
import dev.steppe.raft.api.SessionOpening;
import dev.steppe.raft.api.machine.StateMachine;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.log.EntryCursor;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.message.MembershipCodec;
import dev.steppe.raft.message.RaftMessageDecoder;
import dev.steppe.raft.message.RaftMessageEncoder;
import dev.steppe.raft.node.apply.ApplyAgent;
import dev.steppe.raft.node.apply.CheckedEntries;
import dev.steppe.raft.node.apply.Replica;
import dev.steppe.raft.node.consensus.Changes;
import dev.steppe.raft.node.consensus.ConsensusAgent;
import dev.steppe.raft.node.consensus.ElectionPace;
import dev.steppe.raft.node.consensus.Outbox;
import dev.steppe.raft.node.consensus.OutputPerformer;
import dev.steppe.raft.node.consensus.RunCheck;
import dev.steppe.raft.node.consensus.SnapshotDuty;
import dev.steppe.raft.node.consensus.StateWitness;
import dev.steppe.raft.node.consensus.StatusBoard;
import dev.steppe.raft.node.consensus.TimingWatch;
import dev.steppe.raft.node.desk.Desks;
import dev.steppe.raft.node.desk.ProposalDesk;
import dev.steppe.raft.node.desk.ReadDesk;
import dev.steppe.raft.node.desk.SessionOpener;
import dev.steppe.raft.node.disk.LogAgent;
import dev.steppe.raft.node.disk.LogForcing;
import dev.steppe.raft.node.disk.SnapshotAgent;
import dev.steppe.raft.node.disk.SupplyAgent;
import dev.steppe.raft.node.flight.FlightNotes;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.raft.node.mail.OperatorRequest;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.snapshot.SnapshotReader;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.file.DirectoryVerdict;
import dev.steppe.raft.storage.file.FileDirectory;
import dev.steppe.runtime.AgentHost;
import dev.steppe.runtime.Carrier;
import dev.steppe.runtime.IdleChoice;
import dev.steppe.runtime.ThreadLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One member of one group: opens its directory, recovers, joins its peers. Its agents run on threads of its own
 * ({@link #start}) or in a host of the embedder's ({@link #agents}); that host must then be closed before the node.
 *
 * <p>The state machine starts from the newest snapshot, or empty, and sees every committed entry behind it again, as
 * soon as this member learns what is committed.
 *
 * @param <R> what the state machine leaves for a proposer
 */
public final class RaftNode<R> implements RaftServer<R> {
    private final RaftConfig config;
    private final NodeWorld world;
    private final Desks<R> desks;
    private final StatusBoard board;
    private final ConsensusAgent.NodeClock clock;
    private final ConsensusAgent<R> consensus;
    private final LogAgent log;
    private final SupplyAgent supply;
    private final ApplyAgent<R> apply;
    private final SnapshotAgent snapshots;
    private final @Nullable PeerLinks links;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicLong seenLogTimeMs = new AtomicLong();
    private final NodeMail mail;
    private final NodeInspection inspection;
    private @Nullable AgentHost host;
    private final long discardedTailBytes;

    private RaftNode(
            RaftConfig config, NodeWorld world, NodeRecovery recovery, StateMachine<R> machine, RoleListener roles)
            throws OperatingFault {
        OpenLog open = recovery.open();
        this.config = config;
        this.world = world;
        NodeSizes sizes = NodeSizes.of(config.limits());
        mail = new NodeMail(sizes.frameMaxBytes(), sizes.chunkFrameMaxBytes(), sizes.seatCount());
        desks = new Desks<>(
                new ProposalDesk<>(
                        sizes.seatCount(),
                        config.limits().proposalQueueBytes(),
                        config.maxEntryBytes(),
                        mail.consensusBell),
                new ReadDesk(mail.consensusBell));
        clock = new ConsensusAgent.NodeClock(world.clock(), world.clock().nanoTime());
        RaftCore core = recovery.core(world.entropy().nextLong());
        discardedTailBytes = recovery.discardedTailBytes();
        FlightNotes notes = new FlightNotes(config.memberId());
        TimingWatch watch = new TimingWatch(config.timing(), notes);
        Durability durability = open.directory().isDurable() ? Durability.FORCED : Durability.UNFORCED;
        if (core.isQuarantined()) {
            notes.quarantine(open.vault().quarantine().name(), recovery.damage());
        }
        Replica<R> replica = restored(recovery, machine);
        board = new StatusBoard(config, durability, watch, core, replica.stateHash());
        ConsensusAgent.Parts<R> parts = consensusParts(recovery, sizes, watch, replica.appliedIndex());
        consensus = new ConsensusAgent<>(core, parts, clock, board);
        supply = new SupplyAgent(mail.faults, mail.logBell);
        log = new LogAgent(open, mail, supply, new LogAgent.Watch(world.clock(), notes));
        apply = new ApplyAgent<>(
                new ApplyAgent.State<>(
                        replica, roles, config.options().snapshots().everyBytes()),
                mail,
                desks,
                new CheckedEntries(open.log().openCursor(), config.clusterId(), config.maxEntryBytes()));
        snapshots = new SnapshotAgent(
                new SnapshotAgent.Files(open.directory(), recovery.shelf(), config.clusterId()),
                mail,
                new LogAgent.Watch(world.clock(), notes),
                RecordLayout.HEADER_BYTES,
                sizes.chunkFrameMaxBytes());
        snapshots.openNewest();
        inspection = new NodeInspection(core, open.log(), open.vault(), recovery.shelf());
        links = PeerLinks.join(
                config, core.membership(), new PeerLinks.Life(open.directoryId(), open.incarnation()), world, mail);
    }

    private ConsensusAgent.Parts<R> consensusParts(
            NodeRecovery recovery, NodeSizes sizes, TimingWatch watch, long appliedIndex) {
        OpenLog open = recovery.open();
        EntryCursor cursor = open.log().openCursor();
        RunCheck outgoing = new RunCheck(config.clusterId(), cursor, sizes.runMaxBytes());
        RunCheck incoming = new RunCheck(config.clusterId(), cursor, sizes.runMaxBytes());
        Outbox outbox = new Outbox(
                mail,
                watch,
                new Outbox.Source(cursor, outgoing),
                new RaftMessageEncoder(config.clusterId()),
                sizes.frameMaxBytes());
        outgoing.base(open.log().base().index(), open.log().base().chainCrc());
        incoming.base(open.log().base().index(), open.log().base().chainCrc());
        OutputPerformer performer = new OutputPerformer(mail, outbox);
        performer.restored(appliedIndex);
        outbox.readable(open.log().lastIndex());
        StateWitness.Self self = new StateWitness.Self(config.memberId(), open.directoryId(), open.incarnation());
        return new ConsensusAgent.Parts<>(
                mail,
                desks,
                new RaftMessageDecoder(config.clusterId(), RecordLayout.HEADER_BYTES),
                outbox,
                performer,
                watch,
                new ElectionPace(self, watch, outbox),
                new StateWitness(self, outbox),
                new Changes(watch.roundTrips(), config.options().voterRoundTripMaxMs()),
                new SnapshotDuty(config.options().snapshots()),
                new Links(),
                incoming,
                outgoing,
                sizes.strideBytes(),
                world.haltSwitch());
    }

    private static <R> Replica<R> restored(NodeRecovery recovery, StateMachine<R> machine) throws OperatingFault {
        Membership first = NodeRecovery.configured(recovery.config());
        UnsafeBuffer bytes = new UnsafeBuffer(new byte[MembershipCodec.lengthOf(first)]);
        new MembershipCodec().encode(first, bytes, 0);
        Replica<R> replica = new Replica<>(machine, recovery.config().clusterId(), bytes.byteArray());
        SnapshotReader reader = recovery.shelf().read();
        if (reader != null) {
            replica.restore(reader);
        }
        return replica;
    }

    /** Opens and closes links as members come and go; the links are made after the agent that calls it. */
    private final class Links implements ConsensusAgent.Neighbours {
        @Override
        public void meet(Membership membership) {
            if (links != null) {
                links.meet(membership);
            }
        }

        @Override
        public void part(Membership membership) {
            if (links != null) {
                links.part(membership);
            }
        }
    }

    /** As {@link #open(RaftConfig, StorageDirectory, NodeWorld, StateMachine, RoleListener)}, in a real directory. */
    public static <R> RaftNode<R> open(
            RaftConfig config, Path path, NodeWorld world, StateMachine<R> machine, RoleListener roles)
            throws OperatingFault {
        DirectoryVerdict verdict = FileDirectory.hold(path);
        if (verdict instanceof DirectoryVerdict.Held held) {
            return open(config, held.directory(), world, machine, roles);
        }
        throw new OperatingFault("another server uses " + path + "; stop it or choose another directory");
    }

    /**
     * Opens a member; nothing moves before its agents run.
     *
     * @param directory held for this node, which closes it, also when opening fails
     * @throws OperatingFault when the directory is damaged, foreign or full, or an address cannot be used
     */
    public static <R> RaftNode<R> open(
            RaftConfig config, StorageDirectory directory, NodeWorld world, StateMachine<R> machine, RoleListener roles)
            throws OperatingFault {
        NodeRecovery recovery = null;
        try {
            recovery = NodeRecovery.open(config, directory, world);
            return new RaftNode<>(config, world, recovery, machine, roles);
        } catch (OperatingFault | RuntimeException fault) {
            if (recovery != null) {
                recovery.open().close();
            } else {
                directory.close();
            }
            throw fault;
        }
    }

    /** Runs the agents in a host of this node's own; once. Returns this node. */
    public RaftNode<R> start(ThreadLayout layout, IdleChoice idle) {
        if (host != null) {
            throw new IllegalStateException("this node has been started");
        }
        host = AgentHost.start("raft-" + config.memberId(), layout, idle, world.haltSwitch(), agents());
        return this;
    }

    /**
     * Runs the agents on a thread that has other work as well, best on the event loop of this node's own transport;
     * once. The carrier must outlive the node. Returns this node.
     */
    public RaftNode<R> startOn(Carrier carrier) {
        if (host != null) {
            throw new IllegalStateException("this node has been started");
        }
        LogForcing.Hand hand = new LogForcing.Hand(mail.faults, mail.logBell);
        log.leaveForcesTo(hand);
        List<Agent> all = new ArrayList<>(agents());
        all.add(hand);
        host = AgentHost.startOn(carrier, "raft-" + config.memberId(), world.haltSwitch(), all);
        return this;
    }

    /** The agents, in the order in which one thread should run them. */
    public List<Agent> agents() {
        return List.of(consensus, log, supply, apply, snapshots);
    }

    @Override
    public ProposeVerdict propose(DirectBuffer buffer, int offset, int length, ProposalListener<R> listener) {
        ProposeVerdict refusal = refusalOf(length);
        return refusal == null
                ? desks.proposals().offer(NodeMail.KIND_COMMAND, buffer, offset, length, listener)
                : refusal;
    }

    @Override
    public ProposeVerdict propose(
            long sessionId, long sequence, DirectBuffer buffer, int offset, int length, SessionListener<R> listener) {
        ProposeVerdict refusal = refusalOf(length + NodeMail.SESSION_HEAD_BYTES);
        return refusal == null
                ? desks.proposals().offer(sessionId, sequence, buffer, offset, length, listener)
                : refusal;
    }

    @Override
    public ProposeVerdict openSession(SessionOpening listener) {
        UnsafeBuffer limit = new UnsafeBuffer(new byte[Long.BYTES]);
        limit.putLong(0, config.options().sessionMaxCount(), ByteOrder.LITTLE_ENDIAN);
        ProposeVerdict refusal = refusalOf(limit.capacity());
        return refusal == null
                ? desks.proposals()
                        .offer(NodeMail.KIND_SESSION_OPEN, limit, 0, limit.capacity(), new SessionOpener<>(listener))
                : refusal;
    }

    /** Why nothing of that length can be proposed now; null if it can. */
    private @Nullable ProposeVerdict refusalOf(int length) {
        if (length > config.maxEntryBytes()) {
            return ProposeVerdict.TOO_LARGE;
        }
        if (!board.leads() && !desks.proposals().isClosed()) {
            return ProposeVerdict.NOT_LEADER;
        }
        if (board.isDiskFull() && !desks.proposals().isClosed()) {
            return ProposeVerdict.BACK_PRESSURED;
        }
        return null;
    }

    @Override
    public ProposeVerdict read(ReadListener listener) {
        if (!board.leads() && !desks.proposals().isClosed()) {
            return ProposeVerdict.NOT_LEADER;
        }
        return desks.reads().offer(listener);
    }

    @Override
    public ProposeVerdict changeMembership(MembershipChange change, ChangeListener listener) {
        if (links == null && change instanceof MembershipChange.AddLearner) {
            listener.onRefused("this server was opened without a transport, so nobody can join it");
            return ProposeVerdict.ACCEPTED;
        }
        return request(new OperatorRequest.ToMembership(change, listener));
    }

    @Override
    public ProposeVerdict transferLeadership(int targetId, ChangeListener listener) {
        return request(new OperatorRequest.ToTransfer(targetId, listener));
    }

    @Override
    public void snapshotNow() {
        mail.isSnapshotWanted.set(true);
        mail.applyBell.ring();
    }

    private ProposeVerdict request(OperatorRequest request) {
        if (desks.proposals().isClosed()) {
            return ProposeVerdict.CLOSED;
        }
        return mail.requests.offer(request) ? ProposeVerdict.ACCEPTED : ProposeVerdict.BACK_PRESSURED;
    }

    @Override
    public long logTimeMs() {
        LogAgent.TimeAnchor anchor = log.anchor().get();
        long nowMs = Math.max(anchor.logTimeMs(world.clock().nanoTime()), apply.lastLogTimeMs());
        return seenLogTimeMs.accumulateAndGet(nowMs, Math::max);
    }

    @Override
    public RaftStatus status() {
        return board.status();
    }

    /** The inside of this member, for a world that runs {@link #agents()} by hand; see there who may look when. */
    public NodeInspection inspection() {
        return inspection;
    }

    /**
     * When the agents must have a turn although nothing arrives, in the time of the world's clock;
     * {@code Long.MAX_VALUE} for never. Asked by the thread that runs them, once all of them found nothing to do.
     */
    public long nextDeadlineNs() {
        long disksNs = Math.min(log.nextDeadlineNs(), snapshots.nextDeadlineNs());
        return Math.min(consensus.nextDeadlineNs(), disksNs);
    }

    /** Frames of peers that were lost here: malformed, of another group, or without room. Any thread. */
    public long droppedFrameCount() {
        return mail.droppedFrameCount.get();
    }

    /**
     * Bytes behind the last whole batch that opening the directory zeroed, 0 after a clean end. No watermark spoke for
     * them, so this member had acknowledged none of them unless its last watermark was lost as well.
     */
    public long discardedTailBytes() {
        return discardedTailBytes;
    }

    /** Messages that no link took. Any thread. */
    public long unsentMessageCount() {
        return mail.unsentMessageCount.get();
    }

    @Override
    public int doWork() {
        if (host == null) {
            throw new IllegalStateException("this node has no agents of its own running; start it first");
        }
        return host.doWork();
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        desks.proposals().close();
        desks.reads().close();
        if (host != null) {
            host.close();
        }
        if (links != null) {
            links.close();
        }
        // Each agent has closed its own part, unless it never ran.
        consensus.close();
        apply.close();
        snapshots.close();
        log.close();
        desks.proposals().abandonAll("this member was closed before the outcome was known");
        desks.reads().refuseAll("this member was closed");
        mail.requests.drain(request -> request.listener().onRefused("this member was closed"), 64);
    }
}
