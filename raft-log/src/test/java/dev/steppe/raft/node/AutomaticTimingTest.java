package dev.steppe.raft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.api.RaftStatus.Role;
import dev.steppe.raft.node.InvokedGroup.Server;
import dev.steppe.raft.node.Ledger.Outcome;
import dev.steppe.raft.storage.memory.PageFate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The time-out that a leader chooses is the one after which others stand. */
class AutomaticTimingTest {
    private static final RaftConfig.Timing FROM_1_TO_4_S = new RaftConfig.Timing(100, 1_000, 4_000, true);

    private static void commit(InvokedGroup group, int count) {
        long target = group.ledger.count(Outcome.APPLIED) + count;
        Server leader = group.leader();
        for (int i = 0; i < count; i++) {
            assertEquals(ProposeVerdict.ACCEPTED, group.ledger.propose(leader.node, 100));
            group.round();
        }
        group.until(() -> group.ledger.count(Outcome.APPLIED) == target, "not everything was applied");
    }

    private static long timeoutMs(Server server) {
        return server.node.status().timing().electionTimeoutMs();
    }

    private static boolean allGoBy(InvokedGroup group, long wantedMs) {
        return group.servers.stream().filter(server -> server.node != null).allMatch(one -> timeoutMs(one) == wantedMs);
    }

    /** Commands that take as long as {@code roundCount} rounds: the network stands still in between. */
    private static void commitSlowly(InvokedGroup group, int roundCount) {
        Server leader = group.leader();
        assertEquals(ProposeVerdict.ACCEPTED, group.ledger.propose(leader.node, 100));
        for (int round = 0; round < roundCount; round++) {
            group.servers.forEach(server -> server.node.doWork());
            group.clock.advanceNs(TimeUnit.MILLISECONDS.toNanos(1));
        }
        group.until(() -> group.ledger.count(Outcome.WAITING) == 0, "a command is left");
    }

    /** How long after the death of the leader the first of the others asks for votes, in milliseconds. */
    private static long silenceMs(InvokedGroup group) {
        group.agree();
        Server leader = group.leader();
        List<Server> others =
                group.servers.stream().filter(server -> server != leader).toList();
        leader.crash(PageFate.LOSE_ALL);
        long startNs = group.clock.nanoTime();
        group.until(
                () -> others.stream()
                        .anyMatch(server -> server.node.status().role() == Role.PRE_CANDIDATE
                                || server.node.status().role() == Role.CANDIDATE
                                || server.leads()),
                "nobody stands");
        return TimeUnit.NANOSECONDS.toMillis(group.clock.nanoTime() - startNs);
    }

    @Test
    void beginsWithTheLongest() {
        InvokedGroup group = InvokedGroup.timed(3, 401, FROM_1_TO_4_S);
        commit(group, 10);
        assertTrue(allGoBy(group, 4_000));
        long silenceMs = silenceMs(group);
        // A heartbeat may have been heard a tenth of a second before the leader died.
        assertTrue(silenceMs > 3_800 && silenceMs < 8_100, "silence of " + silenceMs + " ms");
    }

    /** Every broadcast took a few milliseconds: by half at a time everybody comes down to the least that is allowed. */
    @Test
    void fallsWithTheBroadcastTimeAndIsInForceEverywhere() {
        InvokedGroup group = InvokedGroup.timed(3, 402, FROM_1_TO_4_S);
        commit(group, 1_500);
        group.until(() -> allGoBy(group, 2_000), "the time-out does not fall");
        for (int round = 0; round < 12_000; round++) {
            group.round();
        }
        assertTrue(allGoBy(group, 2_000), "not so soon");
        group.until(() -> allGoBy(group, 1_000), "the time-out does not fall further");
        long silenceMs = silenceMs(group);
        assertTrue(silenceMs > 800 && silenceMs < 2_100, "silence of " + silenceMs + " ms");
    }

    /**
     * A few broadcasts of more than a tenth of the time-out are enough, and whoever hears of it waits longer at once.
     */
    @Test
    void growsAtOnceWithTheBroadcastTime() {
        InvokedGroup group = InvokedGroup.timed(3, 403, FROM_1_TO_4_S);
        commit(group, 1_500);
        group.until(() -> allGoBy(group, 2_000), "the time-out does not fall");
        for (int i = 0; i < 4; i++) {
            commitSlowly(group, 300);
        }
        group.until(
                () -> group.servers.stream().allMatch(server -> timeoutMs(server) > 2_900),
                "the time-out does not grow");
        assertTrue(timeoutMs(group.leader()) < 3_300, "ten times the longest broadcast: " + timeoutMs(group.leader()));
        long silenceMs = silenceMs(group);
        assertTrue(silenceMs > 2_800 && silenceMs < 6_700, "silence of " + silenceMs + " ms");
    }

    @Test
    void staysWhereItIsFixed() {
        InvokedGroup group = new InvokedGroup(3, 404);
        commit(group, 1_500);
        for (int i = 0; i < 4; i++) {
            commitSlowly(group, 300);
        }
        for (int round = 0; round < 1_000; round++) {
            group.round();
        }
        assertTrue(allGoBy(group, 1_000));
        assertTrue(group.leader().node.status().timing().warning());
    }
}
