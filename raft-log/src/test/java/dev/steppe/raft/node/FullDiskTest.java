package dev.steppe.raft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.ReadListener;
import dev.steppe.raft.node.InvokedGroup.Server;
import dev.steppe.raft.node.Ledger.Outcome;
import dev.steppe.raft.storage.memory.PageFate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** No room for the log's next segment. */
class FullDiskTest {
    private static final int LENGTH = 4_000;

    /** Proposes in every one of {@code rounds} rounds; returns what the server said in the last one. */
    private static ProposeVerdict load(InvokedGroup group, Server server, int rounds) {
        ProposeVerdict verdict = ProposeVerdict.ACCEPTED;
        for (int round = 0; round < rounds; round++) {
            verdict = group.ledger.propose(server.node, LENGTH);
            group.round();
        }
        return verdict;
    }

    @Test
    void handsItsOfficeToSomebodyWhoseDiskHasRoom() {
        InvokedGroup group = new InvokedGroup(3, 53);
        Server full = group.leader();
        group.agree();
        full.fillDisk();
        load(group, full, 1_000);
        Server next = group.leader();
        assertTrue(next != full, "it keeps an office in which it can do nothing");
        long applied = group.ledger.count(Outcome.APPLIED);
        load(group, next, 100);
        assertTrue(group.ledger.count(Outcome.APPLIED) >= applied + 90, "the group does not go on");
        full.disk.limitTo(Long.MAX_VALUE);
        group.agree();
    }

    @Test
    void refusesCommandsAndAnswersReadsUntilThereIsRoomAgain() {
        InvokedGroup group = new InvokedGroup(3, 51);
        group.agree();
        group.servers.forEach(Server::fillDisk);
        for (int round = 0; round < 3_000; round++) {
            group.ledger.propose(group.leader().node, LENGTH);
            group.round();
        }
        Server leader = group.leader();
        long term = leader.node.status().term();
        assertEquals(ProposeVerdict.BACK_PRESSURED, load(group, leader, 5_000));
        assertTrue(leader.leads() && leader.node.status().term() == term, "an office was lost over a full disk");
        assertEquals(0, group.ledger.count(Outcome.WAITING));
        List<String> reads = new ArrayList<>();
        assertEquals(ProposeVerdict.ACCEPTED, leader.node.read(new ReadListener() {
            @Override
            public void onReadable(long appliedIndex) {
                reads.add("readable");
            }

            @Override
            public void onRefused(String reason) {
                reads.add(reason);
            }
        }));
        group.until(() -> reads.equals(List.of("readable")), "a read is not answered");
        long applied = group.ledger.count(Outcome.APPLIED);
        group.servers.forEach(server -> server.disk.limitTo(Long.MAX_VALUE));
        group.until(() -> group.ledger.propose(leader.node, LENGTH) == ProposeVerdict.ACCEPTED, "no room");
        load(group, leader, 1_000);
        group.agree();
        assertTrue(group.ledger.count(Outcome.APPLIED) >= applied + 1_000);
    }

    @Test
    void votesAlthoughItsLogTakesNothingAnyMore() {
        InvokedGroup group = new InvokedGroup(3, 52);
        Server leader = group.leader();
        group.agree();
        Server full = group.servers.stream()
                .filter(server -> server != leader)
                .findFirst()
                .orElseThrow();
        full.fillDisk();
        load(group, leader, 3_000);
        long stuckIndex = full.node.status().indexes().forcedIndex();
        load(group, leader, 1_000);
        assertEquals(stuckIndex, full.node.status().indexes().forcedIndex(), "the disk is not full");
        assertEquals(4_000, group.ledger.count(Outcome.APPLIED) + group.ledger.count(Outcome.WAITING));
        leader.crash(PageFate.LOSE_ALL);
        assertTrue(group.leader() != full);
        full.disk.limitTo(Long.MAX_VALUE);
        leader.start();
        load(group, group.leader(), 100);
        group.agree();
    }
}
