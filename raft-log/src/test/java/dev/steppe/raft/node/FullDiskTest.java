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

    /** Proposes in every one of {@code rounds} rounds; returns what the leader said in the last one. */
    private static ProposeVerdict load(InvokedGroup group, Server leader, int rounds) {
        ProposeVerdict verdict = ProposeVerdict.ACCEPTED;
        for (int round = 0; round < rounds; round++) {
            verdict = group.ledger.propose(leader.node, LENGTH);
            group.round();
        }
        return verdict;
    }

    @Test
    void refusesCommandsAndKeepsItsOfficeUntilThereIsRoomAgain() {
        InvokedGroup group = new InvokedGroup(3, 51);
        Server leader = group.leader();
        group.agree();
        long term = leader.node.status().term();
        group.servers.forEach(Server::fillDisk);
        assertEquals(ProposeVerdict.BACK_PRESSURED, load(group, leader, 2_000));
        assertEquals(ProposeVerdict.BACK_PRESSURED, load(group, leader, 5_000));
        assertTrue(leader.leads() && leader.node.status().term() == term, "an office was lost over a full disk");
        assertEquals(0, group.ledger.count(Outcome.WAITING));
        assertEquals(0, group.ledger.count(Outcome.UNKNOWN));
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
        leader.crash(PageFate.LOSE_ALL);
        Server next = group.leader();
        long applied = group.ledger.count(Outcome.APPLIED);
        assertEquals(ProposeVerdict.BACK_PRESSURED, load(group, next, 3_000));
        group.servers.forEach(server -> server.disk.limitTo(Long.MAX_VALUE));
        leader.start();
        group.until(() -> group.ledger.propose(next.node, LENGTH) == ProposeVerdict.ACCEPTED, "no room");
        load(group, next, 1_000);
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
