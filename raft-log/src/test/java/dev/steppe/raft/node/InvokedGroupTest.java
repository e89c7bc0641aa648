package dev.steppe.raft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.api.RaftStatus.Role;
import dev.steppe.raft.api.ReadListener;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessageEncoder;
import dev.steppe.raft.node.InvokedGroup.Server;
import dev.steppe.raft.node.Ledger.Outcome;
import dev.steppe.raft.storage.memory.MemoryDisk.AfterFailedForce;
import dev.steppe.raft.storage.memory.PageFate;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.PeerRole;
import dev.steppe.transport.memory.FrameFate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InvokedGroupTest {
    private static final int LENGTH = 100;

    private static void commit(InvokedGroup group, int count) {
        long before = group.ledger.count(Outcome.APPLIED);
        Server leader = group.leader();
        int taken = 0;
        for (int round = 0; taken < count; round++) {
            assertTrue(round < 30_000, "proposals are not taken");
            while (taken < count && group.ledger.propose(leader.node, LENGTH) == ProposeVerdict.ACCEPTED) {
                taken++;
            }
            group.round();
        }
        group.until(() -> group.ledger.count(Outcome.APPLIED) >= before + count, "not everything was applied");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5})
    void electsCommitsAndAgrees(int memberCount) {
        InvokedGroup group = new InvokedGroup(memberCount, 5);
        commit(group, 1_000);
        group.agree();
        Server leader = group.leader();
        assertEquals(1_000, leader.machine.commands.size());
        assertEquals(
                "leader " + leader.node.status().term(), leader.machine.roles.get(leader.machine.roles.size() - 1));
        group.until(() -> leader.node.status().timing().broadcastP999Us() > 0, "broadcast time is not shown");
        assertFalse(leader.node.status().timing().warning());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void replaysEverythingAfterAPowerLossOfAll(int memberCount) {
        InvokedGroup group = new InvokedGroup(memberCount, 6);
        commit(group, 500);
        group.servers.forEach(server -> server.crash(PageFate.LOSE_ALL));
        group.servers.forEach(Server::start);
        commit(group, 10);
        group.agree();
        assertEquals(510, group.leader().machine.commands.size());
    }

    @Test
    void saysHowMuchOfATornTailItDiscarded() {
        InvokedGroup group = new InvokedGroup(1, 18);
        commit(group, 10);
        Server only = group.leader();
        only.crash(PageFate.KEEP_ALL);
        only.start();
        assertEquals(0, only.node.discardedTailBytes());
        group.leader();
        assertEquals(ProposeVerdict.ACCEPTED, group.ledger.propose(only.node, 3_000));
        only.node.agents().stream().limit(2).forEach(InvokedGroup::work);
        // Of a batch that was written and not forced, the disk kept every other sector.
        only.crash((name, page) -> 0b1010_1010);
        only.start();
        assertTrue(only.node.discardedTailBytes() > 0);
        commit(group, 1);
        assertEquals(11, only.machine.commands.size());
    }

    @Test
    void goesOnWhenItsLeaderDies() {
        InvokedGroup group = new InvokedGroup(3, 7);
        commit(group, 300);
        Server first = group.leader();
        first.crash(PageFate.LOSE_ALL);
        commit(group, 300);
        assertTrue(group.leader() != first);
        first.start();
        commit(group, 300);
        group.agree();
    }

    @Test
    void fillsAFollowerThatWasAwayForSeveralSegments() {
        InvokedGroup group = new InvokedGroup(3, 8);
        Server leader = group.leader();
        Server away = group.servers.stream()
                .filter(server -> server != leader)
                .findFirst()
                .orElseThrow();
        away.crash(PageFate.LOSE_ALL);
        commit(group, 20_000);
        assertTrue(leader.disk.names().stream()
                        .filter(name -> name.startsWith("segments/"))
                        .count()
                > 2);
        away.start();
        group.agree();
        assertEquals(20_000, away.machine.commands.size());
    }

    @Test
    void livesInTheSmallestLimits() {
        InvokedGroup group = new InvokedGroup(3, 19, RaftConfig.Limits.TINY, RaftConfig.Options.DEFAULT);
        commit(group, 2_000);
        group.servers.forEach(server -> server.crash(PageFate.LOSE_ALL));
        group.servers.forEach(Server::start);
        commit(group, 10);
        group.agree();
        long segmentCount = group.leader().disk.names().stream()
                .filter(name -> name.startsWith("segments/"))
                .count();
        assertTrue(segmentCount > 4, "segments: " + segmentCount);
    }

    @Test
    void answersAReadOnlyFromWhatWasCommittedBefore() {
        InvokedGroup group = new InvokedGroup(3, 9);
        commit(group, 50);
        Server leader = group.leader();
        List<Long> answers = new ArrayList<>();
        ReadListener listener = new ReadListener() {
            @Override
            public void onReadable(long appliedIndex) {
                answers.add(leader.machine.appliedIndex);
                assertEquals(appliedIndex, leader.machine.appliedIndex);
            }

            @Override
            public void onRefused(String reason) {
                answers.add(-1L);
            }
        };
        long committed = leader.node.status().indexes().commitIndex();
        assertEquals(ProposeVerdict.ACCEPTED, leader.node.read(listener));
        assertEquals(List.of(), answers);
        group.until(() -> !answers.isEmpty(), "no answer");
        assertTrue(answers.get(0) >= committed);
        for (Server other : group.servers) {
            if (other != leader) {
                assertEquals(ProposeVerdict.NOT_LEADER, other.node.read(listener));
            }
        }
    }

    @Test
    void tellsWaitersThatTheOutcomeIsUnknownWhenALeaderIsCutOff() {
        InvokedGroup group = new InvokedGroup(3, 10);
        commit(group, 10);
        Server old = group.leader();
        group.servers.stream().filter(other -> other != old).forEach(other -> cut(group, old, other));
        assertEquals(ProposeVerdict.ACCEPTED, group.ledger.propose(old.node, LENGTH));
        group.until(() -> group.ledger.count(Outcome.UNKNOWN) == 1, "the proposer is left waiting");
        assertEquals(Role.FOLLOWER, old.node.status().role());
        commit(group, 10);
        heal(group);
        commit(group, 1);
        group.agree();
        assertEquals(21, old.machine.commands.size());
        assertEquals(ProposeVerdict.NOT_LEADER, group.ledger.propose(old.node, LENGTH));
    }

    @Test
    void appliesWhatWasCommittedAlthoughTheLeadershipHasEnded() {
        InvokedGroup group = new InvokedGroup(3, 16);
        commit(group, 10);
        Server old = group.leader();
        assertEquals(ProposeVerdict.ACCEPTED, group.ledger.propose(old.node, LENGTH));
        for (int round = 0; round < 3_000; round++) {
            boolean isCommitted = old.node.status().indexes().commitIndex() > old.machine.appliedIndex;
            if (isCommitted) {
                group.servers.forEach(other -> cut(group, old, other));
            }
            // Everyone's apply agent stands still.
            group.servers.forEach(
                    server -> server.node.agents().stream().limit(3).forEach(InvokedGroup::work));
            group.network.deliverAll(10_000);
            group.clock.advanceNs(1_000_000);
        }
        assertFalse(old.leads());
        old.node.agents().forEach(InvokedGroup::work);
        assertEquals(11, group.ledger.count(Outcome.APPLIED));
    }

    @Test
    void takesNoWordOfAPeerForAnother() throws OperatingFault {
        InvokedGroup group = new InvokedGroup(3, 17);
        group.leader();
        Server one = group.servers.get(0);
        Server liar = group.servers.get(2);
        liar.crash(PageFate.LOSE_ALL);
        long droppedCount = one.node.droppedFrameCount();
        UnsafeBuffer frame = new UnsafeBuffer(new byte[256]);
        int length = new RaftMessageEncoder(InvokedGroup.CLUSTER_ID)
                .encode(new AppendAsk().from(2, 0, 1, 1_000).after(0, 0, 0), frame, 0);
        group.network
                .join(new PeerIdentity(InvokedGroup.CLUSTER_ID, "north", PeerRole.SERVER, 3, 99))
                .listen("server-3", PeerPolicy.sameRegionServers(), new LinkListener() {
                    @Override
                    public void onUp(Link link) {
                        link.offer(frame, 0, length);
                    }

                    @Override
                    public boolean onFrame(Link link, DirectBuffer buffer, int offset, int frameBytes) {
                        return true;
                    }

                    @Override
                    public void onDown(Link link, LinkDown reason) {}

                    @Override
                    public void onRefused(String address, String sentence) {}
                });
        group.until(() -> one.node.droppedFrameCount() == droppedCount + 1, "the frame is taken");
        assertTrue(one.node.status().term() < 1_000);
    }

    @Test
    void stopsForGoodAfterOneFailedForce() {
        InvokedGroup group = new InvokedGroup(3, 11);
        commit(group, 10);
        Server leader = group.leader();
        assertEquals(ProposeVerdict.ACCEPTED, group.ledger.propose(leader.node, LENGTH));
        leader.disk.failAt(leader.disk.stepCount() + 1, AfterFailedForce.KEPT);
        for (int round = 0; round < 30; round++) {
            leader.node.doWork();
            group.clock.advanceNs(1_000_000);
        }
        assertEquals(1, leader.halts.halts().size());
        assertEquals(HaltSwitch.FAULT, leader.halts.halts().get(0).exitCode());
        assertEquals(Role.STOPPED, leader.node.status().role());
        assertEquals(ProposeVerdict.CLOSED, group.ledger.propose(leader.node, LENGTH));
        assertEquals(1, group.ledger.count(Outcome.UNKNOWN));
        long term = leader.node.status().term();
        for (int round = 0; round < 5_000; round++) {
            leader.node.doWork();
            group.clock.advanceNs(1_000_000);
        }
        assertEquals(term, leader.node.status().term(), "a stopped member goes on");
        leader.crash(PageFate.LOSE_ALL);
        leader.start();
        commit(group, 10);
        group.agree();
    }

    /** The others need not wait for their time-outs, of which the shortest is a thousand rounds long. */
    @Test
    void asksAnotherToLeadBeforeItStops() {
        InvokedGroup group = new InvokedGroup(3, 12);
        commit(group, 10);
        group.agree();
        Server leader = group.leader();
        assertEquals(ProposeVerdict.ACCEPTED, group.ledger.propose(leader.node, LENGTH));
        leader.disk.failAt(leader.disk.stepCount() + 1, AfterFailedForce.KEPT);
        int roundCount = 0;
        while (group.servers.stream().noneMatch(other -> other != leader && other.leads())) {
            assertTrue(++roundCount < 100, "the office stays empty");
            group.servers.forEach(server -> server.node.doWork());
            group.network.deliverAll(10_000);
            group.clock.advanceNs(1_000_000);
        }
        assertEquals(Role.STOPPED, leader.node.status().role());
        group.clock.advanceNs(20_000_000);
        leader.node.doWork();
        assertEquals(1, leader.halts.halts().size());
    }

    @Test
    void callsEveryListenerOnceWhenItIsClosed() {
        InvokedGroup group = new InvokedGroup(1, 12);
        Server only = group.leader();
        for (int i = 0; i < 100; i++) {
            group.ledger.propose(only.node, LENGTH);
        }
        only.node.close();
        only.node.close();
        assertEquals(0, group.ledger.count(Outcome.WAITING));
        assertEquals("", group.ledger.fault());
        assertEquals(ProposeVerdict.CLOSED, group.ledger.propose(only.node, LENGTH));
    }

    @Test
    void keepsLogTimeAcrossLeadersAndNeverGoesBack() {
        InvokedGroup group = new InvokedGroup(3, 13);
        commit(group, 10);
        long before = group.leader().node.logTimeMs();
        group.leader().crash(PageFate.LOSE_ALL);
        commit(group, 10);
        long after = group.leader().node.logTimeMs();
        assertTrue(after >= before - 1_000 && after > 0, "log time jumped: " + before + ", " + after);
        long seen = 0;
        for (int i = 0; i < 100; i++) {
            group.round();
            long now = group.leader().node.logTimeMs();
            assertTrue(now >= seen);
            seen = now;
        }
    }

    /**
     * Seeded cuts, lost frames, pauses, full disks, crashes and power losses under load: what was told must be true in
     * the end.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 9, 17, 25})
    void keepsItsWordThroughFaults(long firstSeed) {
        long appliedCount = 0;
        for (long seed = firstSeed; seed < firstSeed + 8; seed++) {
            try {
                appliedCount += appliedThroughFaults(seed);
            } catch (AssertionError failure) {
                throw new AssertionError("seed " + seed, failure);
            }
        }
        assertTrue(appliedCount > 500, "commands applied in all worlds: " + appliedCount);
    }

    private static long appliedThroughFaults(long seed) {
        Random random = new Random(seed);
        InvokedGroup group = new InvokedGroup(3, seed);
        int lossPercent = random.nextInt(3) * random.nextInt(10);
        group.network.judgeBy((from, to, buffer, offset, length) ->
                random.nextInt(100) < lossPercent ? FrameFate.DROP : FrameFate.DELIVER);
        for (int round = 0; round < 6_000; round++) {
            Server server = group.servers.get(random.nextInt(3));
            if (server.node != null && random.nextInt(3) == 0) {
                group.ledger.propose(server.node, 8 + random.nextInt(2_000));
            }
            disturb(group, server, random);
            group.raggedRound(random);
        }
        heal(group);
        group.network.judgeBy((from, to, buffer, offset, length) -> FrameFate.DELIVER);
        group.servers.forEach(server -> server.pausedRounds = 0);
        group.servers.stream().filter(server -> server.node == null).forEach(Server::start);
        group.until(() -> group.ledger.count(Outcome.WAITING) == 0, "somebody is left waiting");
        commit(group, 1);
        group.agree();
        List<Long> commands = group.servers.get(0).machine.commands;
        TreeSet<Long> present = new TreeSet<>(commands);
        assertEquals(commands.size(), present.size(), "a command was applied twice");
        group.ledger.numbers(Outcome.APPLIED).forEach(number -> assertTrue(present.contains(number)));
        group.ledger.numbers(Outcome.LOST).forEach(number -> assertFalse(present.contains(number)));
        return group.ledger.count(Outcome.APPLIED);
    }

    private static void disturb(InvokedGroup group, Server server, Random random) {
        int choice = random.nextInt(2_000);
        if (choice < 2 && server.node != null) {
            server.crash((name, page) -> random.nextInt(256));
        } else if (choice < 20 && server.node == null) {
            server.start();
        } else if (choice < 22) {
            cut(group, server, group.servers.get(random.nextInt(3)));
        } else if (choice < 26) {
            group.servers.forEach(other -> cut(group, server, other));
        } else if (choice < 30) {
            heal(group);
        } else if (choice == 30) {
            server.pausedRounds = random.nextInt(3_000);
        } else if (choice == 31) {
            server.fillDisk();
        }
    }

    private static void cut(InvokedGroup group, Server from, Server to) {
        if (from.node != null && to.node != null && from != to) {
            group.network.cut(from.identity(), to.identity());
            group.network.cut(to.identity(), from.identity());
        }
    }

    private static void heal(InvokedGroup group) {
        group.servers.forEach(server -> server.disk.limitTo(Long.MAX_VALUE));
        for (Server from : group.servers) {
            for (Server to : group.servers) {
                if (from != to && from.hasIdentity() && to.hasIdentity()) {
                    group.network.heal(from.identity(), to.identity());
                }
            }
        }
    }
}
