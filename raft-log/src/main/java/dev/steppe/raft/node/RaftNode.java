package dev.steppe.raft.node;

import dev.steppe.base.Entropy;
import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.Member;
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
import dev.steppe.raft.api.StateMachine;
import dev.steppe.raft.core.CoreSettings;
import dev.steppe.raft.core.LogShape;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.track.MembershipStack;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.log.EntryCursor;
import dev.steppe.raft.log.LogConfig;
import dev.steppe.raft.log.LogRecovery;
import dev.steppe.raft.log.RecoveryVerdict;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.message.RaftMessageDecoder;
import dev.steppe.raft.message.RaftMessageEncoder;
import dev.steppe.raft.node.flight.FlightNotes;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.quorum.VoterSet;
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
import java.util.concurrent.TimeUnit;
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
 * <p>The state machine starts empty and sees every committed entry again, as soon as this member learns what is
 * committed.
 *
 * @param <R> what the state machine leaves for a proposer
 */
public final class RaftNode<R> implements RaftServer<R> {
    private final RaftConfig config;
    private final NodeWorld world;
    private final ApplyAgent.Desks<R> desks;
    private final StatusBoard board;
    private final ConsensusAgent.NodeClock clock;
    private final ConsensusAgent<R> consensus;
    private final LogAgent log;
    private final SupplyAgent supply;
    private final ApplyAgent<R> apply;
    private final @Nullable PeerLinks links;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicLong seenLogTimeMs = new AtomicLong();
    private final NodeMail mail;
    private final NodeInspection inspection;
    private @Nullable AgentHost host;
    private long discardedTailBytes;

    private RaftNode(RaftConfig config, NodeWorld world, OpenLog open, StateMachine<R> machine, RoleListener roles)
            throws OperatingFault {
        this.config = config;
        this.world = world;
        NodeSizes sizes = NodeSizes.of(config.limits());
        mail = new NodeMail(sizes.frameMaxBytes(), sizes.seatCount());
        desks = new ApplyAgent.Desks<>(
                new ProposalDesk<>(
                        sizes.seatCount(),
                        config.limits().proposalQueueBytes(),
                        config.maxEntryBytes(),
                        mail.consensusBell),
                new ReadDesk(mail.consensusBell));
        clock = new ConsensusAgent.NodeClock(world.clock(), world.clock().nanoTime());
        VoterSet voters =
                VoterSet.of(config.members().stream().mapToInt(Member::id).toArray());
        RaftCore core = recoveredCore(config, open, world.entropy().nextLong());
        FlightNotes notes = new FlightNotes(config.memberId());
        TimingWatch watch = new TimingWatch(config.timing(), notes);
        Durability durability = open.directory().isDurable() ? Durability.FORCED : Durability.UNFORCED;
        board = new StatusBoard(config, durability, watch, core, machine.stateHash());
        EntryCursor cursor = open.log().openCursor();
        RunCheck outgoing = new RunCheck(config.clusterId(), cursor, sizes.runMaxBytes());
        RunCheck incoming = new RunCheck(config.clusterId(), cursor, sizes.runMaxBytes());
        Outbox outbox = new Outbox(
                mail,
                watch,
                new Outbox.Source(cursor, outgoing),
                new RaftMessageEncoder(config.clusterId()),
                sizes.frameMaxBytes());
        ConsensusAgent.Parts<R> parts = new ConsensusAgent.Parts<>(
                mail,
                desks,
                new RaftMessageDecoder(config.clusterId(), RecordLayout.HEADER_BYTES),
                outbox,
                new OutputPerformer(mail, outbox),
                watch,
                incoming,
                sizes.strideBytes(),
                world.haltSwitch());
        outbox.readable(open.log().lastIndex());
        consensus = new ConsensusAgent<>(core, parts, clock, board);
        supply = new SupplyAgent(mail.faults, mail.logBell);
        log = new LogAgent(open, mail, supply, new LogAgent.Watch(world.clock(), notes));
        apply = new ApplyAgent<>(machine, roles, mail, desks, open.log().openCursor());
        inspection = new NodeInspection(core, open.log(), open.vault());
        links = voters.count() == 1 ? null : PeerLinks.join(config, voters, open.incarnation(), world, mail);
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
        OpenLog open = null;
        try {
            RecoveryVerdict verdict = recover(config, directory, world.entropy());
            open = openLogOf(verdict, config.memberId());
            RaftNode<R> node = new RaftNode<>(config, world, open, machine, roles);
            node.discardedTailBytes = verdict instanceof RecoveryVerdict.TornTail torn ? torn.discardedBytes() : 0;
            return node;
        } catch (OperatingFault | RuntimeException fault) {
            if (open != null) {
                open.close();
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
        return List.of(consensus, log, supply, apply);
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
        return Math.min(consensus.nextDeadlineNs(), log.nextDeadlineNs());
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
        log.close();
        desks.proposals().abandonAll("this member was closed before the outcome was known");
        desks.reads().refuseAll("this member was closed");
    }

    private static RecoveryVerdict recover(RaftConfig config, StorageDirectory directory, Entropy entropy)
            throws OperatingFault {
        LogIdentity identity = new LogIdentity(config.clusterId(), config.memberId());
        LogConfig logConfig = NodeSizes.of(config.limits()).log(config.limits());
        return LogRecovery.open(directory, identity, logConfig, entropy, LogPosition.ORIGIN);
    }

    private static OpenLog openLogOf(RecoveryVerdict verdict, int memberId) throws OperatingFault {
        if (verdict instanceof RecoveryVerdict.Clean clean) {
            return clean.open();
        }
        if (verdict instanceof RecoveryVerdict.TornTail torn) {
            return torn.open();
        }
        throw new OperatingFault("member " + memberId + " cannot use its directory: " + sentence(verdict));
    }

    private static String sentence(RecoveryVerdict verdict) {
        if (verdict instanceof RecoveryVerdict.Damaged damaged) {
            return damaged.place() + " is damaged (" + damaged.reason()
                    + "); nothing was changed, keep the directory and" + " put a new member in this one's place";
        }
        if (verdict instanceof RecoveryVerdict.Foreign foreign) {
            return "it belongs to member " + foreign.found().memberId() + " of cluster "
                    + foreign.found().clusterId() + "; nothing was changed, check the path";
        }
        if (verdict instanceof RecoveryVerdict.NoSpace noSpace) {
            return "the disk has no room for " + noSpace.fileName() + " of " + noSpace.neededBytes()
                    + " bytes; make room and start again";
        }
        throw Invariant.broken("no log although the verdict is good", verdict.toString());
    }

    private static RaftCore recoveredCore(RaftConfig config, OpenLog open, long seed) {
        RaftConfig.Timing timing = config.timing();
        CoreSettings.Times times = new CoreSettings.Times(
                TimeUnit.MILLISECONDS.toNanos(timing.heartbeatMs()),
                TimeUnit.MILLISECONDS.toNanos(timing.electionMinMs()),
                TimeUnit.MILLISECONDS.toNanos(timing.electionMaxMs()));
        CoreSettings settings = new CoreSettings(
                config.memberId(),
                0,
                open.incarnation(),
                times,
                config.limits().inFlightBytes(),
                CoreSettings.NO_LEASE);
        // The log may be ahead of the vault: then this member learned a later term from entries, stored those first,
        // and told nobody. It has given no vote in that term.
        long term = Math.max(open.vault().term(), open.log().lastTerm());
        int votedFor = term == open.vault().term() ? open.vault().votedFor() : CoreSettings.NOBODY;
        LogShape shape = shapeOf(open, NodeSizes.of(config.limits()).emptyShape());
        MembershipStack memberships = new MembershipStack(0, membershipOf(config));
        return new RaftCore(
                settings, new RaftCore.Recovered(term, votedFor, Quarantine.NONE, shape, memberships, null), seed, 0);
    }

    private static Membership membershipOf(RaftConfig config) {
        List<Membership.Server> voters = config.members().stream()
                .map(member -> new Membership.Server(member.id(), 0, member.host(), member.port()))
                .toList();
        return Membership.of(voters, List.of());
    }

    private static LogShape shapeOf(OpenLog open, LogShape empty) {
        try (EntryCursor cursor = open.log().openCursor()) {
            long lastIndex = open.log().lastIndex();
            for (long index = 1; index <= lastIndex; index++) {
                cursor.moveTo(index, lastIndex);
                empty.append(cursor.term(), 1, cursor.recordBytes());
            }
        }
        return empty;
    }
}
