package dev.steppe.raft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessageDecoder;
import dev.steppe.raft.node.InvokedGroup.Server;
import dev.steppe.raft.node.Ledger.Outcome;
import dev.steppe.transport.memory.FrameFate;
import org.junit.jupiter.api.Test;

/** A leader whose process stood still while the others went on without it. */
class PausedLeaderTest {
    private final RaftMessageDecoder decoder = new RaftMessageDecoder(InvokedGroup.CLUSTER_ID, 24);

    /** Everyone but {@code paused}. */
    private static void roundsWithout(InvokedGroup group, Server paused, int rounds) {
        for (int round = 0; round < rounds; round++) {
            group.servers.stream().filter(server -> server != paused).forEach(server -> server.node.doWork());
            group.network.deliverAll(10_000);
            group.clock.advanceNs(1_000_000);
        }
    }

    @Test
    void abandonsItsOwnEntriesWhenTheFirstWordOfItsSuccessorReplacesThem() {
        InvokedGroup group = new InvokedGroup(3, 31);
        Server old = group.leader();
        group.agree();
        for (int i = 0; i < 5; i++) {
            assertEquals(ProposeVerdict.ACCEPTED, group.ledger.propose(old.node, 100));
        }
        // Its entries are written and forced, but it is stopped before any of them leaves.
        group.servers.stream().filter(other -> other != old).forEach(other -> {
            group.network.cut(old.identity(), other.identity());
        });
        for (int i = 0; i < 10; i++) {
            old.node.doWork();
        }
        group.network.deliverAll(10_000);
        old.node.doWork();
        group.network.judgeBy((from, to, buffer, offset, length) -> {
            decoder.decode(buffer, offset, length);
            boolean isCommittedRun = decoder.message() instanceof AppendAsk ask
                    && ask.entryCount() > 0
                    && ask.commitIndex() >= ask.lastIndex();
            // Of all that is said to the old leader only entries get through that are committed by then.
            return to.memberId() != old.id || isCommittedRun ? FrameFate.DELIVER : FrameFate.DROP;
        });
        roundsWithout(group, old, 5_000);
        Server successor = group.servers.stream()
                .filter(other -> other != old && other.leads())
                .findFirst()
                .orElseThrow();
        for (int i = 0; i < 9; i++) {
            assertEquals(ProposeVerdict.ACCEPTED, group.ledger.propose(successor.node, 100));
        }
        roundsWithout(group, old, 1_000);
        assertEquals(9, group.ledger.count(Outcome.APPLIED));
        group.until(() -> group.ledger.count(Outcome.WAITING) == 0, "the proposers are left waiting");
        assertEquals(5, group.ledger.count(Outcome.UNKNOWN));
        group.servers.stream().filter(other -> other != old).forEach(other -> {
            group.network.heal(old.identity(), other.identity());
        });
        group.network.judgeBy((from, to, buffer, offset, length) -> FrameFate.DELIVER);
        group.agree();
        assertTrue(old.machine.commands.size() == 9);
    }
}
