package dev.steppe.raft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftConfig.Options;
import dev.steppe.raft.api.SessionListener;
import dev.steppe.raft.api.SessionOpening;
import dev.steppe.raft.node.InvokedGroup.Server;
import dev.steppe.raft.storage.memory.PageFate;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Commands of clients that repeat what they do not know the outcome of. */
class SessionGroupTest {
    private final List<String> words = new ArrayList<>();

    private long open(InvokedGroup group) {
        List<Long> opened = new ArrayList<>();
        SessionOpening opening = new SessionOpening() {
            @Override
            public void onOpened(long sessionId) {
                opened.add(sessionId);
            }

            @Override
            public void onLost(String reason) {
                words.add("lost");
            }

            @Override
            public void onUnknown(String reason) {
                words.add("unknown");
            }
        };
        assertEquals(ProposeVerdict.ACCEPTED, group.leader().node.openSession(opening));
        group.until(() -> !opened.isEmpty(), "no session");
        return opened.get(0);
    }

    private void propose(Server server, long sessionId, long sequence, long number) {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[8]);
        buffer.putLong(0, number);
        SessionListener<Long> listener = new SessionListener<>() {
            @Override
            public void onDuplicate(long originalIndex) {
                words.add("duplicate of " + originalIndex);
            }

            @Override
            public void onExpired() {
                words.add("expired");
            }

            @Override
            public void onApplied(long index, long term, Long result) {
                words.add("applied as " + result);
            }

            @Override
            public void onLost(String reason) {
                words.add("lost");
            }

            @Override
            public void onUnknown(String reason) {
                words.add("unknown");
            }
        };
        assertEquals(ProposeVerdict.ACCEPTED, server.node.propose(sessionId, sequence, buffer, 0, 8, listener));
    }

    private void await(InvokedGroup group, String... expected) {
        group.until(() -> words.size() >= expected.length, "no word");
        assertEquals(List.of(expected), words);
        words.clear();
    }

    @Test
    void appliesARepeatedCommandOnce() {
        InvokedGroup group = new InvokedGroup(3, 61);
        long session = open(group);
        propose(group.leader(), session, 1, 100);
        await(group, "applied as 1");
        propose(group.leader(), session, 1, 100);
        propose(group.leader(), session, 2, 200);
        propose(group.leader(), session + 1, 1, 300);
        await(group, "duplicate of " + (session + 1), "applied as 2", "expired");
        group.agree();
        assertEquals(List.of(100L, 200L), group.leader().machine.commands);
    }

    @Test
    void appliesOnceWhatItsLeaderCommittedWithoutAnswering() {
        InvokedGroup group = new InvokedGroup(3, 62);
        long session = open(group);
        Server old = group.leader();
        long applied = old.machine.appliedIndex;
        propose(old, session, 1, 100);
        for (int round = 0; round < 100; round++) {
            // Everything but the old leader's apply agent goes on, so it commits and does not answer.
            for (Server server : group.servers) {
                server.node.agents().stream()
                        .filter(agent -> server != old || !agent.roleName().equals("apply"))
                        .forEach(InvokedGroup::work);
            }
            group.network.deliverAll(10_000);
            group.clock.advanceNs(1_000_000);
        }
        assertTrue(old.node.status().indexes().commitIndex() > applied, "it was not committed");
        assertEquals(List.of(), words);
        old.crash(PageFate.LOSE_ALL);
        propose(group.leader(), session, 1, 100);
        await(group, "duplicate of " + (applied + 1));
        old.start();
        propose(group.leader(), session, 2, 200);
        await(group, "applied as 2");
        group.agree();
        assertEquals(List.of(100L, 200L), old.machine.commands);
    }

    @Test
    void forgetsTheSessionThatWasUsedLongestAgo() {
        Options two = new Options(Options.DEFAULT.snapshots(), -1, Options.ANY_DISTANCE, 2, false);
        InvokedGroup group = new InvokedGroup(3, 63, InvokedGroup.SMALL, two);
        long first = open(group);
        long second = open(group);
        propose(group.leader(), first, 1, 100);
        await(group, "applied as 1");
        open(group);
        propose(group.leader(), second, 1, 200);
        propose(group.leader(), first, 2, 300);
        await(group, "expired", "applied as 2");
        group.agree();
    }
}
