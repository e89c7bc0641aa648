package dev.steppe.raft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.ChangeWords;
import dev.steppe.raft.api.Member;
import dev.steppe.raft.api.MembershipChange;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.api.RaftStatus;
import dev.steppe.raft.api.RaftStatus.Role;
import dev.steppe.raft.node.Ledger.Outcome;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.storage.WriteStrategy;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.IdleChoice;
import dev.steppe.runtime.ThreadLayout;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.runtime.clock.SystemClocks;
import dev.steppe.transport.LinkAudit;
import dev.steppe.transport.tcp.TcpConfig;
import dev.steppe.transport.tcp.TcpLoops;
import dev.steppe.transport.tcp.TcpTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Three servers with threads, sockets on loopback and mapped files. */
class TcpGroupTest {
    private static final int LENGTH = 128;

    private final HaltSwitch.Recorder halts = new HaltSwitch.Recorder();
    private final Ledger ledger = new Ledger();
    private final List<RaftNode<Long>> nodes = new ArrayList<>();
    private final List<CountingMachine> machines = new ArrayList<>();
    private final TcpLoops loops = new TcpLoops("raft-net", SystemClocks.nano(), SeededEntropy.fromSystem(), halts);
    private List<Member> members = LoopbackMembers.draw(3);
    private WriteStrategy strategy = WriteStrategy.POSITIONAL;
    private final List<LinkAudit.Refusal> refusals = new CopyOnWriteArrayList<>();

    @TempDir
    private Path directory;

    @AfterEach
    void closeAll() {
        nodes.forEach(RaftNode::close);
        loops.close();
    }

    @Test
    @Timeout(60)
    void keepsEverythingOnItsEventLoop() throws OperatingFault {
        keepsEverythingThroughTheLossOfItsLeaderAndARestart(ThreadLayout.INVOKED);
    }

    @ParameterizedTest
    @EnumSource(names = {"DEDICATED", "SHARED"})
    @Timeout(60)
    void keepsEverythingThroughTheLossOfItsLeaderAndARestart(ThreadLayout layout) throws OperatingFault {
        for (int id = 1; id <= 3; id++) {
            nodes.add(null);
            machines.add(null);
            start(id, layout);
        }
        commit(10_000);
        RaftNode<Long> first = leader();
        first.close();
        commit(2_000);
        assertNotEquals(first.status().memberId(), leader().status().memberId());
        start(first.status().memberId(), layout);
        commit(1_000);
        agree(13_000);
        nodes.forEach(RaftNode::close);
        for (int id = 1; id <= 3; id++) {
            start(id, layout);
        }
        commit(100);
        agree(13_100);
        assertEquals("", ledger.fault());
        assertEquals(List.of(), halts.halts());
    }

    @Test
    @Timeout(60)
    void keepsAndRefillsEverythingWhereEntriesAreStoredThroughAMapping() throws OperatingFault, IOException {
        strategy = WriteStrategy.MAPPED;
        keepsEverythingThroughTheLossOfItsLeaderAndARestart(ThreadLayout.SHARED);
        nodes.get(0).close();
        spoilLogOf(1);
        start(1, ThreadLayout.SHARED);
        assertTrue(nodes.get(0).status().group().isQuarantined(), "the damage was not found");
        commit(100);
        await(() -> !nodes.get(0).status().group().isQuarantined());
        agree(13_200);
        assertEquals("", ledger.fault());
    }

    /** Rot among its first entries. */
    private void spoilLogOf(int id) throws IOException {
        Path segment = directory.resolve("member-" + id).resolve("segments/segment-0000000000000001");
        try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, 10_000);
            one.put(0, (byte) (one.get(0) ^ 8)).rewind();
            channel.write(one, 10_000);
        }
    }

    @Test
    @Timeout(60)
    void goesOnWithAMemberWhoseAddressLeadsNowhere() throws OperatingFault {
        startAll();
        commit(100);
        MembershipChange change = new MembershipChange.AddLearner(new Membership.Server(4, 0, "no/such/place", 9));
        await(() -> {
            ChangeWords listener = new ChangeWords();
            boolean isAsked = leader().changeMembership(change, listener) == ProposeVerdict.ACCEPTED;
            await(() -> !isAsked || !listener.words.isEmpty());
            return isAsked && listener.words.equals(List.of("done"));
        });
        commit(100);
        agree(200);
        await(() -> nowhereCount() == 3);
        nodes.forEach(RaftNode::close);
        startAll();
        commit(100);
        agree(300);
        await(() -> nowhereCount() == 6);
        assertEquals(1, leader().status().group().membership().learners().size());
        assertEquals("", ledger.fault());
        assertEquals(List.of(), halts.halts());
    }

    @Test
    @Timeout(60)
    void refusesToStartWithAnAddressOfTheConfigurationThatLeadsNowhere() {
        members = List.of(members.get(0), new Member(2, "no/such/place", 9), members.get(2));
        nodes.add(null);
        machines.add(null);
        OperatingFault fault = assertThrows(OperatingFault.class, () -> start(1, ThreadLayout.SHARED));
        assertTrue(fault.getMessage().startsWith("plaintext to no/such/place:9 is refused"), fault.getMessage());
        nodes.clear();
    }

    private void startAll() throws OperatingFault {
        for (int id = 1; id <= 3; id++) {
            if (nodes.size() < id) {
                nodes.add(null);
                machines.add(null);
            }
            start(id, ThreadLayout.SHARED);
        }
    }

    private long nowhereCount() {
        return refusals.stream()
                .filter(refusal -> refusal.cause() == LinkAudit.Cause.ADDRESS
                        && refusal.address().equals("no/such/place:9"))
                .count();
    }

    @Test
    @Timeout(60)
    void cannotBeJoinedWithoutATransport() throws OperatingFault {
        RaftConfig config = new RaftConfig(
                99, "north", 1, members.subList(0, 1), RaftConfig.Timing.DEFAULT, RaftConfig.Limits.SMALL);
        NodeWorld world = NodeWorld.alone(SystemClocks.nano(), SeededEntropy.fromSystem(), halts);
        CountingMachine machine = new CountingMachine();
        nodes.add(RaftNode.open(config, directory.resolve("alone"), world, machine, machine)
                .start(ThreadLayout.SHARED, IdleChoice.BACK_OFF));
        commit(10);
        ChangeWords listener = new ChangeWords();
        MembershipChange change = new MembershipChange.AddLearner(new Membership.Server(2, 0, "127.0.0.1", 1));
        assertEquals(ProposeVerdict.ACCEPTED, leader().changeMembership(change, listener));
        assertEquals(List.of("this server was opened without a transport, so nobody can join it"), listener.words);
        assertEquals(0, leader().status().group().membership().learners().size());
    }

    /** INVOKED stands for the event loop here. */
    private void start(int id, ThreadLayout layout) throws OperatingFault {
        RaftConfig.Timing timing = new RaftConfig.Timing(50, 500, 1_000);
        RaftConfig config = new RaftConfig(99, "north", id, members, timing, RaftConfig.Limits.SMALL)
                .with(RaftConfig.Options.DEFAULT.with(strategy));
        TcpConfig tcp = TcpConfig.defaults("raft").withPlaintextLoopback();
        NodeWorld world = new NodeWorld(
                SystemClocks.nano(),
                SeededEntropy.fromSystem(),
                halts,
                self -> new TcpTransport(loops, self, tcp, null, refusals::add));
        CountingMachine machine = new CountingMachine();
        machines.set(id - 1, machine);
        RaftNode<Long> node = RaftNode.open(config, directory.resolve("member-" + id), world, machine, machine);
        nodes.set(
                id - 1, layout == ThreadLayout.INVOKED ? node.startOn(loops) : node.start(layout, IdleChoice.BACK_OFF));
    }

    private RaftNode<Long> leader() {
        await(() -> newestLeader() != null);
        return newestLeader();
    }

    private RaftNode<Long> newestLeader() {
        RaftNode<Long> newest = null;
        for (RaftNode<Long> node : nodes) {
            RaftStatus status = node.status();
            boolean isNewer = status.role() == Role.LEADER
                    && (newest == null || status.term() > newest.status().term());
            newest = isNewer ? node : newest;
        }
        return newest;
    }

    /**
     * Has {@code count} more applied, whoever leads; what was lost or unknown on the way is offered anew. On a busy
     * machine every thread may stand still for longer than an election time-out, and then the office changes hands.
     */
    private void commit(int count) {
        long target = ledger.count(Outcome.APPLIED) + count;
        await(() -> {
            RaftNode<Long> leader = newestLeader();
            boolean isTaken = leader != null;
            while (isTaken && ledger.count(Outcome.APPLIED) + ledger.count(Outcome.WAITING) < target) {
                isTaken = ledger.propose(leader, LENGTH) == ProposeVerdict.ACCEPTED;
            }
            return ledger.count(Outcome.APPLIED) >= target;
        });
    }

    private void agree(int commandCount) {
        await(() -> nodes.stream().allMatch(node -> {
            RaftStatus.Indexes indexes = node.status().indexes();
            return indexes.appliedIndex() == leader().status().indexes().lastIndex();
        }));
        long hash = leader().status().stateHash();
        for (RaftNode<Long> node : nodes) {
            assertEquals(
                    hash,
                    node.status().stateHash(),
                    "state of member " + node.status().memberId());
        }
        nodes.forEach(node -> assertTrue(node.status().indexes().appliedIndex() > commandCount));
    }

    /** Without sleeping; the test's own time-out ends it. */
    private void await(BooleanSupplier condition) {
        IdleStrategy idle = new BackoffIdleStrategy();
        while (!condition.getAsBoolean()) {
            assertEquals(List.of(), halts.halts());
            idle.idle();
        }
    }
}
