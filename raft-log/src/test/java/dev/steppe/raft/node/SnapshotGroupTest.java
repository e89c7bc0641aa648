package dev.steppe.raft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.api.RaftConfig.Options;
import dev.steppe.raft.log.EntryCursor;
import dev.steppe.raft.log.RaftLog;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.node.InvokedGroup.Server;
import dev.steppe.raft.node.Ledger.Outcome;
import dev.steppe.raft.node.consensus.RunCheck;
import dev.steppe.raft.storage.memory.PageFate;
import org.junit.jupiter.api.Test;

/** Logs that lose their beginning to snapshots. */
class SnapshotGroupTest {
    private static final Options OFTEN = Options.DEFAULT.with(new RaftConfig.Snapshots(64 << 10, 32 << 10, 256 << 10));

    private static void commit(InvokedGroup group, int count) {
        long target = group.ledger.count(Outcome.APPLIED) + count;
        int taken = 0;
        for (int round = 0; taken < count; round++) {
            assertTrue(round < 30_000, "proposals are not taken");
            Server leader = group.leader();
            while (taken < count && group.ledger.propose(leader.node, 100) == ProposeVerdict.ACCEPTED) {
                taken++;
            }
            group.round();
        }
        group.until(() -> group.ledger.count(Outcome.APPLIED) >= target, "not everything was applied");
    }

    private static long segmentCount(Server server) {
        return server.disk.names().stream()
                .filter(name -> name.startsWith("segments/"))
                .count();
    }

    @Test
    void dropsTheBeginningAndStartsFromSnapshotAndLog() {
        InvokedGroup group = new InvokedGroup(3, 81, RaftConfig.Limits.TINY, OFTEN);
        commit(group, 10_000);
        group.agree();
        for (Server server : group.servers) {
            assertTrue(server.node.status().group().snapshotIndex() > 5_000, "no snapshot of member " + server.id);
            assertTrue(segmentCount(server) < 12, "segments of member " + server.id + ": " + segmentCount(server));
        }
        group.servers.forEach(server -> server.crash(PageFate.LOSE_ALL));
        group.servers.forEach(Server::start);
        group.servers.forEach(server -> assertEquals(1, server.machine.restoreCount));
        commit(group, 100);
        group.agree();
        assertEquals(10_100, group.leader().machine.commands.size());
    }

    @Test
    void feedsASnapshotToWhoeverWasAwayForTooLong() {
        InvokedGroup group = new InvokedGroup(3, 82, RaftConfig.Limits.TINY, OFTEN);
        Server leader = group.leader();
        Server away = group.servers.stream()
                .filter(server -> server != leader)
                .findFirst()
                .orElseThrow();
        commit(group, 100);
        away.crash(PageFate.LOSE_ALL);
        commit(group, 8_000);
        assertTrue(group.leader().node.status().group().firstIndex() > 1_000, "the log has not lost its beginning");
        away.start();
        commit(group, 500);
        group.agree();
        assertEquals(1, away.machine.restoreCount);
        away.crash(PageFate.LOSE_ALL);
        away.start();
        commit(group, 10);
        group.agree();
        assertEquals(8_610, away.machine.commands.size());
    }

    @Test
    void takesASnapshotWhenAsked() {
        InvokedGroup group = new InvokedGroup(1, 83);
        commit(group, 10);
        Server only = group.leader();
        assertEquals(0, only.node.status().group().snapshotIndex());
        only.node.snapshotNow();
        group.until(() -> only.node.status().group().snapshotIndex() > 10, "no snapshot");
        only.crash(PageFate.LOSE_ALL);
        only.start();
        assertEquals(10, only.machine.commands.size());
        commit(group, 1);
    }

    /** The log thread gives entries up before the core hears of it: what names them then is not sent, and no rot. */
    @Test
    void beginsNoRunInFrontOfWhatTheLogHasGivenUp() {
        InvokedGroup group = new InvokedGroup(3, 89, RaftConfig.Limits.TINY, OFTEN);
        commit(group, 8_000);
        RaftLog log = group.leader().node.inspection().log();
        assertTrue(log.firstIndex() > 1_000, "the log has not lost its beginning");
        try (EntryCursor cursor = log.openCursor()) {
            RunCheck check = new RunCheck(InvokedGroup.CLUSTER_ID, cursor, 1 << 16);
            AppendAsk ask = new AppendAsk();
            assertTrue(check.begins(ask.after(log.lastIndex() - 1, 1, 0), log.lastIndex()));
            assertFalse(check.begins(ask.after(5, 1, 0), log.lastIndex()));
        }
    }
}
