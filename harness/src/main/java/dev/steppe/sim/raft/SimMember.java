package dev.steppe.sim.raft;

import dev.steppe.base.Entropy;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.Member;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.node.NodeWorld;
import dev.steppe.raft.node.RaftNode;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.raft.storage.memory.MemoryDisk.AfterFailedForce;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.sim.world.DriftingClock;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.Transport;
import dev.steppe.transport.memory.MemoryNetwork;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.Agent;
import org.jspecify.annotations.Nullable;

/** One machine over all its lives: its disk, its clock, and while it lives the node with its agents. */
final class SimMember {
    private static final long NEVER = -1;
    private static final long OVERDUE_NS = 100_000;

    final int id;
    final MemoryDisk disk = new MemoryDisk();
    final DriftingClock clock;
    final List<Seat> seats = new ArrayList<>();

    /** Somebody made its disk fail, so it may give its log up. */
    boolean expectsFault;

    /** Its directory is damaged; it takes no part any more. */
    boolean isOut;

    /** It has a new disk and speaks under a name that belongs to the old one: nobody counts on it. */
    boolean isLost;

    /** More than one directory has spoken under its name. */
    boolean wasWiped;

    /** Who it believes to belong to the group before it has a log; it joins a group that exists if it is not null. */
    @Nullable
    List<Member> joined;

    /** A force of its disk said what was not so, and no power loss has shown it since. */
    boolean hasLied;

    /** A client was refused while its disk was full. */
    boolean wasFull;

    /** The process stands still until then. */
    long pausedUntilNs;

    /** Its disk answers nothing until then. */
    long diskStalledUntilNs;

    private @Nullable RaftNode<Long> node;
    private @Nullable RegisterMachine machine;
    private @Nullable Transport transport;
    private HaltSwitch.Recorder halts = new HaltSwitch.Recorder();
    private long crashAtStep = NEVER;
    private long deadlineNs;
    private boolean isDeadlineKnown;
    private @Nullable Membership lastMembership;
    private long lastMembershipIndex;

    /** One agent and when it may have its next turn. */
    static final class Seat {
        final SimMember member;
        final Agent agent;
        final int ordinal;
        boolean isAwake = true;
        long readyNs;

        Seat(SimMember member, Agent agent, int ordinal, long readyNs) {
            this.member = member;
            this.agent = agent;
            this.ordinal = ordinal;
            this.readyNs = readyNs;
        }

        /** Whether its turns may touch the disk. */
        boolean isAtDisk() {
            String role = agent.roleName();
            return role.equals("log") || role.equals("supply") || role.equals("snapshot");
        }
    }

    SimMember(int id, DriftingClock clock) {
        this.id = id;
        this.clock = clock;
    }

    /** Begins a life; the network gets this member's transport. */
    void open(RaftConfig config, Entropy entropy, MemoryNetwork network, RegisterMachine newMachine, long nowNs)
            throws OperatingFault {
        halts = new HaltSwitch.Recorder();
        NodeWorld world = new NodeWorld(clock, entropy, halts, self -> join(network, self));
        node = RaftNode.open(config, disk.hold(), world, newMachine, newMachine);
        machine = newMachine;
        int ordinal = 0;
        for (Agent agent : node.agents()) {
            agent.onStart();
            seats.add(new Seat(this, agent, ordinal++, nowNs));
        }
        isDeadlineKnown = false;
    }

    private Transport join(MemoryNetwork network, PeerIdentity self) {
        transport = network.join(self);
        return transport;
    }

    /** Ends the life without a word: nothing of the process runs any more, its connections end. */
    void end() {
        lastMembership = membership();
        lastMembershipIndex = membershipIndex();
        node = null;
        machine = null;
        seats.clear();
        crashAtStep = NEVER;
        expectsFault = false;
        diskStalledUntilNs = 0;
        if (transport != null) {
            transport.close();
            transport = null;
        }
    }

    /** The disk is new and empty. */
    void forget() {
        disk.become(new MemoryDisk());
        hasLied = false;
        wasWiped = true;
        lastMembership = null;
        lastMembershipIndex = 0;
    }

    /** What is in force here, or was when the last life ended; null before the first life. */
    @Nullable
    Membership membership() {
        return node == null ? lastMembership : node.inspection().core().membership();
    }

    /** Index of the entry that says it. */
    long membershipIndex() {
        return node == null ? lastMembershipIndex : node.inspection().core().membershipIndex();
    }

    /** Identity of the living member's directory. */
    long directoryId() {
        return node().inspection().core().settings().directoryId();
    }

    boolean isUp() {
        return node != null;
    }

    boolean isPaused(long nowNs) {
        return pausedUntilNs > nowNs;
    }

    /** The living node. */
    RaftNode<Long> node() {
        if (node == null) {
            throw new IllegalStateException("member " + id + " is dead");
        }
        return node;
    }

    /** The living state machine. */
    RegisterMachine machine() {
        if (machine == null) {
            throw new IllegalStateException("member " + id + " is dead");
        }
        return machine;
    }

    List<HaltSwitch.Halt> halts() {
        return halts.halts();
    }

    /** The process dies in the middle of disk operation number {@code step}. */
    void crashAt(long step) {
        crashAtStep = step;
        disk.crashAt(step);
    }

    /** Whether the disk operation at which the process should die has been asked for. */
    boolean hasCrashed() {
        return crashAtStep != NEVER && disk.stepCount() > crashAtStep;
    }

    /** No fault is planned for the disk any more. */
    void spareDisk() {
        crashAtStep = NEVER;
        disk.crashAt(NEVER);
        disk.failAt(NEVER, AfterFailedForce.KEPT);
        disk.lieAt(NEVER);
        disk.limitTo(Long.MAX_VALUE);
        diskStalledUntilNs = 0;
    }

    /** Every agent has something to look at. */
    void wake(long nowNs) {
        isDeadlineKnown = false;
        for (int i = 0; i < seats.size(); i++) {
            wake(seats.get(i), nowNs);
        }
    }

    /** Something has come in for the consensus agent. */
    void wakeConsensus(long nowNs) {
        isDeadlineKnown = false;
        if (!seats.isEmpty()) {
            wake(seats.get(0), nowNs);
        }
    }

    private static void wake(Seat seat, long nowNs) {
        if (!seat.isAwake) {
            seat.isAwake = true;
            seat.readyNs = Math.max(seat.readyNs, nowNs);
        }
    }

    /** When the next agent may have a turn that is awake, or that its time will wake. */
    long nextTurnNs(long nowNs) {
        long earliestNs = Long.MAX_VALUE;
        for (int i = 0; i < seats.size(); i++) {
            Seat seat = seats.get(i);
            if (seat.isAwake && seat.readyNs < earliestNs) {
                earliestNs = seat.readyNs;
            }
        }
        return Math.min(earliestNs, deadlineNs(nowNs));
    }

    /** Wakes everyone if the node's own time has come. */
    void wakeInTime(long nowNs) {
        if (deadlineNs(nowNs) <= nowNs) {
            wake(nowNs);
        }
    }

    /** When the node must be woken although nothing arrives; never while its consensus agent is awake anyway. */
    private long deadlineNs(long nowNs) {
        if (node == null || seats.get(0).isAwake) {
            return Long.MAX_VALUE;
        }
        if (!isDeadlineKnown) {
            // What is overdue waits for something else, for a disk for instance; it is looked at again from time to
            // time.
            deadlineNs = Math.max(clock.worldNsAt(node.nextDeadlineNs()), nowNs + OVERDUE_NS);
            isDeadlineKnown = true;
        }
        return deadlineNs;
    }

    /** The node may have another deadline now. */
    void forgetDeadline() {
        isDeadlineKnown = false;
    }
}
