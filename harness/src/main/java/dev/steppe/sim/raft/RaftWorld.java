package dev.steppe.sim.raft;

import dev.steppe.base.OperatingFault;
import dev.steppe.check.ClientChecker;
import dev.steppe.check.InvariantViolated;
import dev.steppe.check.RaftChecker;
import dev.steppe.fault.Chance;
import dev.steppe.fault.Coverage;
import dev.steppe.fault.Mark;
import dev.steppe.fault.Swarm;
import dev.steppe.raft.api.Member;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.log.vault.Quarantine;
import dev.steppe.raft.node.NodeInspection;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.storage.memory.PageFate;
import dev.steppe.raft.storage.memory.SeededFate;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.clock.ManualClock;
import dev.steppe.sim.world.Agenda;
import dev.steppe.sim.world.DriftingClock;
import dev.steppe.sim.world.Trace;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerRole;
import dev.steppe.transport.memory.MemoryNetwork;
import dev.steppe.transport.memory.PacketModel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * One group and everything around it, moved event by event: an agent's turn, a packet's arrival, or something planned.
 * What can happen now happens in drawn order; when nothing can, time jumps to where something does. A turn takes the
 * machine some time, drawn too, and a disk operation takes more, so that machines are never in step.
 */
final class RaftWorld {
    static final long CLUSTER_ID = 77;
    private static final String REGION = "north";
    private static final long NETWORK_SHARE = 4;
    private static final int WRITE_BACK_PERMILLE = 30;
    private static final long REOPEN_NS = TimeUnit.MILLISECONDS.toNanos(500);

    final Swarm swarm;
    final Chance chance;
    final Coverage coverage = new Coverage();
    final Trace trace;
    final Agenda agenda = new Agenda();
    final ManualClock clock = new ManualClock(0);
    final PacketModel packets;
    final MemoryNetwork network;
    final List<SimMember> members = new ArrayList<>();
    final RaftChecker checker;
    final ClientChecker clientChecker = new ClientChecker(coverage);
    final Atlas atlas;
    final FlippedFrames flips;
    private final List<SimMember.Seat> ready = new ArrayList<>();
    private final List<Member> configured;
    private final int[][] cutCounts;

    RaftWorld(Swarm swarm, Chance chance, Trace trace) {
        this.swarm = swarm;
        this.chance = chance;
        this.trace = trace;
        int count = swarm.machineCount();
        flips = new FlippedFrames(this);
        packets = new PacketModel(clock, chance.split().entropy(), swarm.nature());
        network = new MemoryNetwork(4 << 20, 16 << 20, packets);
        checker = new RaftChecker(CLUSTER_ID, count, coverage);
        network.tapBy(checker.tap());
        network.judgeBy((from, to, buffer, offset, length) -> {
            trace.event(from.memberId() << 8 | to.memberId(), length, 0);
            member((int) to.memberId()).wakeConsensus(clock.nanoTime());
            return flips.judge(from, to, buffer, offset, length);
        });
        configured = IntStream.rangeClosed(1, swarm.voterCount())
                .mapToObj(RaftWorld::server)
                .toList();
        cutCounts = new int[count][count];
        for (int id = 1; id <= count; id++) {
            members.add(new SimMember(id, newClock()));
        }
        List<Membership.Server> voters = configured.stream()
                .map(member -> new Membership.Server(member.id(), 0, member.host(), member.port()))
                .toList();
        atlas = new Atlas(this, Membership.of(voters, List.of()));
        if (swarm.mayReadStale()) {
            clientChecker.allowStaleReads();
        }
    }

    /** Where a server listens. */
    static String hostOf(int memberId) {
        return "server-" + memberId;
    }

    private static Member server(int memberId) {
        return new Member(memberId, hostOf(memberId), 0);
    }

    /** Starts the first voters for the first time. */
    void openAll() {
        configured.forEach(member -> open(member(member.id())));
    }

    /** Starts a server with an empty disk that is to join the group as it is now. */
    void openAsNewcomer(SimMember member) {
        List<Member> joined = new ArrayList<>();
        for (Membership.Server voter : atlas.committed().voters()) {
            if (voter.memberId() != member.id) {
                joined.add(server(voter.memberId()));
            }
        }
        joined.add(server(member.id));
        member.joined = joined;
        open(member);
    }

    /** A machine, living or not, gets a new, empty disk; whoever it was is gone. */
    void wipe(SimMember member) {
        tell(member, "has a new disk");
        if (member.isUp()) {
            bury(member);
        }
        member.forget();
        member.isOut = false;
        checker.wiped(member.id);
    }

    SimMember member(int id) {
        return members.get(id - 1);
    }

    long nowNs() {
        return clock.nanoTime();
    }

    /** Lets things happen until {@code isDone} or world time {@code endNs}. */
    void run(long endNs, BooleanSupplier isDone) {
        while (clock.nanoTime() < endNs && !isDone.getAsBoolean()) {
            if (!act()) {
                jump(endNs);
            }
        }
    }

    /** The living members that are not paused. */
    List<SimMember> running() {
        return members.stream()
                .filter(member -> member.isUp() && !member.isPaused(nowNs()))
                .toList();
    }

    void tell(SimMember member, String what) {
        trace.tell(nowNs(), "member " + member.id, what);
    }

    void tell(String what) {
        trace.tell(nowNs(), "world", what);
    }

    /** The process of a living member dies; what it has written stays with the machine. */
    void kill(SimMember member) {
        tell(member, "is killed");
        bury(member);
        member.disk.killProgram();
    }

    /** The machine of a member, living or not, loses power; {@code fate} says what its disk kept. */
    void losePower(SimMember member, PageFate fate) {
        tell(member, "loses power");
        coverage.met(Mark.POWER_LOST);
        if (member.isUp()) {
            bury(member);
        }
        member.disk.losePower(fate);
        member.hasLied = false;
    }

    /** Draws what power loss leaves of what was not forced. */
    PageFate drawFate() {
        return new SeededFate(chance.entropy());
    }

    /** Starts a dead member; it may find its directory damaged or full. */
    void open(SimMember member) {
        if (member.isUp() || member.isOut) {
            return;
        }
        RegisterMachine machine =
                new RegisterMachine(member.id, clientChecker, swarm.compaction().imageBytes());
        try {
            member.open(config(member), chance.split().entropy(), network, machine, nowNs());
        } catch (OperatingFault fault) {
            notOpened(member, String.valueOf(fault.getMessage()));
            return;
        }
        NodeInspection inspection = member.node().inspection();
        Quarantine quarantine = inspection.vault().quarantine();
        tell(member, quarantine == Quarantine.NONE ? "opens" : "opens in quarantine: " + quarantine);
        if (member.node().discardedTailBytes() > 0) {
            coverage.met(Mark.TORN_TAIL_CUT);
        } else if (inspection.core().isQuarantined() && checker.isTainted(member.id)) {
            coverage.met(Mark.DAMAGE_FOUND);
        }
        network.retryDialling();
        checker.opened(member.id, inspection);
        if (quarantine == Quarantine.DAMAGED && !checker.isTainted(member.id)) {
            throw new InvariantViolated("S2", "member " + member.id + " finds damage on a disk that has none");
        }
        if (member.hasLied) {
            checker.tainted(member.id);
        }
    }

    /** Cuts one direction between two members once more, or takes one cut away. Ordinals count from 0. */
    void cut(int from, int to, boolean isCut) {
        cutCounts[from][to] = Math.max(0, cutCounts[from][to] + (isCut ? 1 : -1));
        if (cutCounts[from][to] == 0) {
            network.heal(identity(from + 1), identity(to + 1));
        } else {
            network.cut(identity(from + 1), identity(to + 1));
        }
    }

    /** Takes every cut away. */
    void healAll() {
        for (int from = 0; from < members.size(); from++) {
            for (int to = 0; to < members.size(); to++) {
                if (from != to && cutCounts[from][to] > 0) {
                    cutCounts[from][to] = 1;
                    cut(from, to, false);
                }
            }
        }
    }

    static PeerIdentity identity(int memberId) {
        return new PeerIdentity(CLUSTER_ID, REGION, PeerRole.SERVER, memberId, 0);
    }

    /** Whether every member knows that the group is new, so that it votes and counts. */
    boolean isFounded() {
        return members.stream()
                .allMatch(member ->
                        member.isUp() && !member.node().inspection().core().isQuarantined());
    }

    /** Notes what the network did by chance, and how things stand. */
    void conclude() {
        coverage.met(Mark.PACKET_LOST, packets.lostCount());
        coverage.met(Mark.PACKET_COPIED, packets.copiedCount());
        coverage.met(Mark.PACKET_REPLAYED, packets.replayedCount());
        coverage.met(Mark.PACKET_OVERFLOWED, packets.overflowCount());
        if (swarm.operation().hasLease()) {
            Mark mark = swarm.mayReadStale() ? Mark.LEASE_DOUBTED : Mark.LEASE_READ;
            coverage.met(mark, coverage.count(Mark.READ_ANSWERED));
        }
        for (SimMember member : members) {
            trace.end(member.isUp() ? member.node().inspection().core().stateHash() : 0);
            trace.end(member.isUp() ? member.machine().stateHash() : 0);
        }
        trace.end(nowNs());
    }

    /** One event; false if nothing can happen now. */
    private boolean act() {
        long nowNs = clock.nanoTime();
        if (agenda.nextNs() <= nowNs) {
            agenda.doNext();
            return true;
        }
        ready.clear();
        for (int i = 0; i < members.size(); i++) {
            SimMember member = members.get(i);
            if (member.isUp() && member.pausedUntilNs <= nowNs) {
                member.wakeInTime(nowNs);
                addReady(member, nowNs);
            }
        }
        int networkCount = (int) Math.min(NETWORK_SHARE, network.readyCount());
        if (ready.isEmpty() && networkCount == 0) {
            return false;
        }
        int choice = chance.below(ready.size() + networkCount);
        if (choice < ready.size()) {
            turn(ready.get(choice));
        } else {
            network.deliverOne(chance.below(1 << 20));
        }
        return true;
    }

    private void addReady(SimMember member, long nowNs) {
        List<SimMember.Seat> seats = member.seats;
        for (int i = 0; i < seats.size(); i++) {
            SimMember.Seat seat = seats.get(i);
            if (seat.isAwake && seat.readyNs <= nowNs) {
                ready.add(seat);
            }
        }
    }

    private void jump(long endNs) {
        long nowNs = clock.nanoTime();
        long arrivalNs = network.nextArrivalNs();
        long nextNs = Math.min(Math.min(endNs, agenda.nextNs()), arrivalNs);
        for (int i = 0; i < members.size(); i++) {
            SimMember member = members.get(i);
            if (member.isUp()) {
                nextNs = Math.min(nextNs, Math.max(member.nextTurnNs(nowNs), member.pausedUntilNs));
            }
        }
        clock.advanceNs(Math.max(0, nextNs - nowNs));
        if (arrivalNs <= nextNs) {
            network.timePassed();
        }
    }

    private void turn(SimMember.Seat seat) {
        SimMember member = seat.member;
        long stepsBefore = member.disk.stepCount();
        int workCount = work(seat);
        long steps = member.disk.stepCount() - stepsBefore;
        trace.event(member.id << 4 | seat.ordinal, workCount, steps);
        if (trace.isRead() && workCount > 0) {
            trace.write(nowNs(), "member " + member.id, seat.agent.roleName() + " " + workCount + ", disk " + steps);
        }
        if (member.hasCrashed()) {
            crash(member);
            return;
        }
        if (!member.halts().isEmpty()) {
            halted(member);
            return;
        }
        if (checker.turned(member.id, member.node().inspection())) {
            tell(member, "counts again");
        }
        if (steps > 0 && chance.hits(WRITE_BACK_PERMILLE)) {
            writeBack(member);
        }
        member.forgetDeadline();
        seat.isAwake = workCount > 0;
        if (workCount > 0) {
            member.wake(nowNs());
        }
        seat.readyNs = nowNs() + 1 + chance.entropy().nextBelow(2 * swarm.pace().turnNs());
        for (long i = 0; i < steps; i++) {
            seat.readyNs += chance.entropy().nextBelow(2 * swarm.pace().forceNs());
        }
        if (seat.isAtDisk()) {
            seat.readyNs = Math.max(seat.readyNs, member.diskStalledUntilNs);
        }
    }

    /** The machine takes a page to the disk that nobody asked it to, or some sectors of one. */
    private void writeBack(SimMember member) {
        for (String name : member.disk.names()) {
            int page =
                    name.startsWith("segments/") ? member.disk.dirtyPages(name).nextSetBit(0) : -1;
            if (page >= 0) {
                coverage.met(Mark.WRITTEN_BACK);
                member.disk.writeBack(name, page, chance.hits(500) ? chance.below(256) : 0xFF);
                return;
            }
        }
    }

    private int work(SimMember.Seat seat) {
        try {
            return seat.agent.doWork();
        } catch (InvariantViolated violation) {
            throw violation;
        } catch (Exception broken) {
            throw new InvariantViolated(
                    "P7", "member " + seat.member.id + ", agent " + seat.agent.roleName() + ": " + broken);
        }
    }

    private void crash(SimMember member) {
        coverage.met(Mark.CRASHED_AT_DISK_STEP);
        tell(member, "crashes in a disk operation");
        bury(member);
        if (chance.hits(500)) {
            member.disk.killProgram();
        } else {
            losePower(member, drawFate());
        }
        reopenLater(member);
    }

    private void halted(SimMember member) {
        HaltSwitch.Halt halt = member.halts().get(0);
        if (halt.exitCode() != HaltSwitch.FAULT || !member.expectsFault) {
            throw new InvariantViolated("P7", "member " + member.id + " halts: " + halt.sentence());
        }
        coverage.met(Mark.FORCE_FAILED);
        tell(member, "gives its log up: " + halt.sentence());
        kill(member);
        reopenLater(member);
    }

    private void bury(SimMember member) {
        checker.died(member.id);
        member.end();
    }

    /** Starts a dead member after a while. */
    void reopenLater(SimMember member) {
        agenda.at(nowNs() + 1 + chance.lopsided(2 * REOPEN_NS), () -> open(member));
    }

    private void notOpened(SimMember member, String why) {
        boolean hasCrashed = member.hasCrashed();
        member.end();
        member.disk.killProgram();
        if (hasCrashed) {
            coverage.met(Mark.CRASHED_IN_RECOVERY);
            tell(member, "crashes while it opens");
            reopenLater(member);
        } else if (why.contains("make room")) {
            tell(member, "finds no room to open");
            reopenLater(member);
        } else if (checker.isTainted(member.id) && why.contains("is damaged")) {
            coverage.met(Mark.DAMAGE_FOUND);
            tell(member, "finds damage: " + why);
            member.isOut = true;
            checker.out(member.id);
        } else {
            throw new InvariantViolated("S12", "member " + member.id + " does not open: " + why);
        }
    }

    private RaftConfig config(SimMember member) {
        long heartbeatMs = swarm.pace().heartbeatMs();
        RaftConfig.Timing timing = new RaftConfig.Timing(heartbeatMs, 8 * heartbeatMs, 16 * heartbeatMs);
        RaftConfig.Limits limits = RaftConfig.Limits.TINY;
        Swarm.Compaction compaction = swarm.compaction();
        RaftConfig.Snapshots snapshots =
                new RaftConfig.Snapshots(compaction.everyBytes(), compaction.keptBytes(), 4 * compaction.keptBytes());
        RaftConfig.Options options = new RaftConfig.Options(
                snapshots,
                swarm.operation().leaseDriftPpm(),
                RaftConfig.Options.ANY_DISTANCE,
                swarm.load().sessionMaxCount(),
                member.joined != null);
        List<Member> known = member.joined == null ? configured : member.joined;
        return new RaftConfig(CLUSTER_ID, REGION, member.id, known, timing, limits, options);
    }

    private DriftingClock newClock() {
        long originNs = chance.nextLong() >> 20;
        int driftMaxPpm = swarm.pace().driftMaxPpm();
        long driftPpm = driftMaxPpm == 0 ? 0 : chance.between(-driftMaxPpm, driftMaxPpm);
        if (driftPpm != 0) {
            coverage.met(Mark.CLOCK_DRIFTED);
        }
        return new DriftingClock(clock, originNs, driftPpm);
    }
}
