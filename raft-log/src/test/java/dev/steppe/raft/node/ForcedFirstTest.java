package dev.steppe.raft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftStatus.Role;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessageDecoder;
import dev.steppe.raft.node.InvokedGroup.Server;
import dev.steppe.raft.node.Ledger.Outcome;
import dev.steppe.transport.memory.FrameFate;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.Agent;
import org.junit.jupiter.api.Test;

/** Disks that never answer: nothing that depends on them may leave. */
class ForcedFirstTest {
    private static final int LOG_AGENT = 1;

    private final RaftMessageDecoder decoder = new RaftMessageDecoder(InvokedGroup.CLUSTER_ID, 24);
    private long highestTerm;
    private long highestMatchIndex;
    private int entryCount;

    private void watch(InvokedGroup group) {
        group.network.judgeBy((from, to, buffer, offset, length) -> {
            assertEquals(RaftMessageDecoder.Verdict.DECODED, decoder.decode(buffer, offset, length));
            RaftMessage message = decoder.message();
            highestTerm = Math.max(highestTerm, message.term());
            if (message instanceof AppendReply reply) {
                highestMatchIndex = Math.max(highestMatchIndex, reply.matchIndex());
            } else if (message instanceof AppendAsk ask) {
                entryCount += ask.entryCount();
            }
            return FrameFate.DELIVER;
        });
    }

    /** Everyone's agents but the log's. */
    private static void runWithoutDisks(InvokedGroup group, List<Server> stuck, int rounds) {
        for (int round = 0; round < rounds; round++) {
            for (Server server : group.servers) {
                List<Agent> agents = server.node.agents();
                for (int i = 0; i < agents.size(); i++) {
                    if (i != LOG_AGENT || !stuck.contains(server)) {
                        InvokedGroup.work(agents.get(i));
                    }
                }
            }
            group.network.deliverAll(10_000);
            group.clock.advanceNs(1_000_000);
        }
    }

    @Test
    void keepsVotesAndTermsBackThatNoVaultHasForced() {
        InvokedGroup group = new InvokedGroup(3, 21).founded();
        watch(group);
        runWithoutDisks(group, group.servers, 20_000);
        assertEquals(0, highestTerm);
        assertTrue(
                group.servers.stream().anyMatch(server -> server.node.status().term() > 0));
        assertTrue(group.servers.stream().noneMatch(Server::leads));
    }

    @Test
    void sendsNoEntryThatCannotBeRead() {
        InvokedGroup group = new InvokedGroup(3, 22);
        Server leader = group.leader();
        group.agree();
        watch(group);
        assertEquals(ProposeVerdict.ACCEPTED, group.ledger.propose(leader.node, 64));
        runWithoutDisks(group, List.of(leader), 900);
        assertEquals(0, entryCount);
        runWithoutDisks(group, List.of(leader), 1_000);
        assertTrue(leader.node.status().role() != Role.LEADER, "a leader that cannot write must give up");
        assertEquals(1, group.ledger.count(Outcome.UNKNOWN));
    }

    @Test
    void acknowledgesNothingThatIsNotForced() {
        InvokedGroup group = new InvokedGroup(3, 23);
        Server leader = group.leader();
        group.agree();
        long forced = leader.node.status().indexes().forcedIndex();
        watch(group);
        List<Server> followers = new ArrayList<>(group.servers);
        followers.remove(leader);
        assertEquals(ProposeVerdict.ACCEPTED, group.ledger.propose(leader.node, 64));
        runWithoutDisks(group, followers, 5_000);
        assertTrue(entryCount > 0);
        assertEquals(forced, highestMatchIndex);
        assertEquals(1, group.ledger.count(Outcome.WAITING));
        group.agree();
        assertEquals(1, group.ledger.count(Outcome.APPLIED));
    }

    @Test
    void spendsNoTermsWhileTheDiskOfASingleVoterHangs() {
        InvokedGroup group = new InvokedGroup(1, 24).founded();
        runWithoutDisks(group, group.servers, 20_000);
        assertEquals(1, group.servers.get(0).node.status().term());
        Server only = group.leader();
        assertEquals(ProposeVerdict.ACCEPTED, group.ledger.propose(only.node, 64));
        runWithoutDisks(group, group.servers, 20_000);
        assertTrue(only.leads(), "nobody could take over");
        assertEquals(1, only.node.status().term());
        assertEquals(1, group.ledger.count(Outcome.WAITING));
        group.agree();
        assertEquals(1, group.ledger.count(Outcome.APPLIED));
    }
}
