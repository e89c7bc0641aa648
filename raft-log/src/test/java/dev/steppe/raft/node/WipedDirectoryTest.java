package dev.steppe.raft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.node.InvokedGroup.Server;
import dev.steppe.raft.node.Ledger.Outcome;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.raft.storage.memory.PageFate;
import org.junit.jupiter.api.Test;

/** A new disk under an old id ({@code reliability.md} U4, R14), and the beginning of groups that are new. */
class WipedDirectoryTest {
    private static void commit(InvokedGroup group, int count) {
        long target = group.ledger.count(Outcome.APPLIED) + count;
        Server leader = group.leader();
        for (int i = 0; i < count; i++) {
            assertEquals(ProposeVerdict.ACCEPTED, group.ledger.propose(leader.node, 100));
            group.round();
        }
        group.until(() -> group.ledger.count(Outcome.APPLIED) == target, "not everything was applied");
    }

    private static void wipe(Server server) {
        server.crash(PageFate.LOSE_ALL);
        server.disk = new MemoryDisk();
        server.start();
    }

    private static boolean isQuarantined(Server server) {
        return server.node.status().group().isQuarantined();
    }

    /** The third has seen neither entries nor pins: only the wiped one could know that there is something to lose. */
    @Test
    void electsNobodyWhoLacksWhatItHadAcknowledged() {
        InvokedGroup group = new InvokedGroup(3, 201).founded();
        Server away = group.server(3);
        away.crash(PageFate.LOSE_ALL);
        commit(group, 100);
        Server one = group.server(1);
        Server wiped = group.server(2);
        one.crash(PageFate.LOSE_ALL);
        wipe(wiped);
        away.start();
        for (int round = 0; round < 8_000; round++) {
            group.round();
            assertFalse(away.leads() || wiped.leads(), "a hollow member was elected in round " + round);
        }
        assertTrue(isQuarantined(wiped));
        one.start();
        commit(group, 10);
        assertEquals(110, one.machine.commands.size(), "an acknowledged command is gone");
    }

    /** Once the old directory is pinned, its successor is a stranger until an operator says otherwise. */
    @Test
    void staysOutsideWhereTheOldOneIsPinned() {
        InvokedGroup group = new InvokedGroup(3, 202);
        commit(group, 10);
        group.agree();
        Server wiped = group.follower();
        wipe(wiped);
        commit(group, 10);
        for (int round = 0; round < 6_000; round++) {
            group.round();
        }
        assertTrue(isQuarantined(wiped));
        assertEquals(0, wiped.machine.commands.size());
    }

    @Test
    void beginsOnlyWithAllOfTheFirstVoters() {
        InvokedGroup group = new InvokedGroup(3, 203);
        Server late = group.server(2);
        late.crash(PageFate.LOSE_ALL);
        for (int round = 0; round < 6_000; round++) {
            group.round();
        }
        assertTrue(isQuarantined(group.server(1)) && isQuarantined(group.server(3)));
        late.start();
        commit(group, 10);
        group.agree();
    }

    /** Whoever learned it first says still that its log is empty, also in another life. */
    @Test
    void beginsAlthoughSomeDieInTheMiddle() {
        for (int seed = 0; seed < 20; seed++) {
            InvokedGroup group = new InvokedGroup(3, 300 + seed);
            for (int round = 0; round < seed % 10; round++) {
                group.servers.get(round % 3).node.doWork();
                group.network.deliverAll(1 + seed / 10);
            }
            group.server(1 + seed % 3).crash(PageFate.LOSE_ALL);
            group.server(1 + (seed + 1) % 3).crash(PageFate.LOSE_ALL);
            for (int round = 0; round < 50; round++) {
                group.round();
            }
            group.servers.stream().filter(server -> server.node == null).forEach(Server::start);
            commit(group, 3);
            group.agree();
        }
    }
}
