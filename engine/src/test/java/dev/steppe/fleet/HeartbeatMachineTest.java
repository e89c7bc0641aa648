package dev.steppe.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.command.Command;
import dev.steppe.model.job.Resources;
import dev.steppe.model.node.Node;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.state.StateStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

final class HeartbeatMachineTest {
    private static final long TTL_MS = 10_000;
    private static final long GRACE_MS = 2_000;
    private static final long SILENCE_MS = TTL_MS + GRACE_MS;

    private final StateStore store = new StateStore();
    private final HeartbeatMachine machine = new HeartbeatMachine(TTL_MS, GRACE_MS);
    private final List<Command> proposals = new ArrayList<>();
    private long index;

    @Test
    void setsASilentNodeDownAfterTimeToLiveAndGrace() {
        put("a", NodeStatus.READY);
        machine.start(store.view(), 1_000);
        assertEquals(1_000 + SILENCE_MS, machine.nextDeadlineMs());
        machine.onTime(999 + SILENCE_MS, proposals::add);
        assertEquals(List.of(), taken());
        machine.onTime(1_000 + SILENCE_MS, proposals::add);
        assertEquals(List.of(status(NodeStatus.DOWN, "a")), taken());
    }

    @Test
    void leavesANodeThatIsHeardOf() {
        put("a", NodeStatus.READY);
        machine.start(store.view(), 0);
        machine.heard(List.of("a"), 9_000, proposals::add);
        machine.onTime(SILENCE_MS, proposals::add);
        assertEquals(List.of(), taken());
        assertEquals(9_000 + SILENCE_MS, machine.nextDeadlineMs());
    }

    @Test
    void givesANewNodeItsFullTime() {
        machine.start(store.view(), 0);
        assertEquals(Long.MAX_VALUE, machine.nextDeadlineMs());
        put("a", NodeStatus.READY);
        machine.published(store.view(), 5_000);
        assertEquals(5_000 + SILENCE_MS, machine.nextDeadlineMs());
    }

    @Test
    void proposesAgainWhatIsNotSeen() {
        put("a", NodeStatus.READY);
        machine.start(store.view(), 0);
        machine.onTime(SILENCE_MS, proposals::add);
        taken();
        assertEquals(SILENCE_MS + 5_000, machine.nextDeadlineMs());
        machine.onTime(SILENCE_MS + 5_000, proposals::add);
        assertEquals(List.of(status(NodeStatus.DOWN, "a")), taken());
        put("a", NodeStatus.DOWN);
        machine.published(store.view(), SILENCE_MS + 6_000);
        machine.onTime(Long.MAX_VALUE - 1, proposals::add);
        assertEquals(List.of(), taken());
    }

    @Test
    void setsANodeReadyThatIsHeardOfAgainAndSaysSoOnce() {
        put("a", NodeStatus.DOWN);
        machine.start(store.view(), 0);
        machine.heard(List.of("a"), 100, proposals::add);
        machine.heard(List.of("a"), 200, proposals::add);
        assertEquals(List.of(status(NodeStatus.READY, "a")), taken());
        put("a", NodeStatus.READY);
        machine.published(store.view(), 300);
        assertEquals(300 + SILENCE_MS, machine.nextDeadlineMs());
        put("a", NodeStatus.DOWN);
        machine.published(store.view(), 400);
        machine.heard(List.of("a"), 500, proposals::add);
        assertEquals(List.of(status(NodeStatus.READY, "a")), taken());
    }

    @Test
    void answersNodesThatAreNotRegistered() {
        put("a", NodeStatus.READY);
        machine.start(store.view(), 0);
        assertEquals(List.of("b"), machine.heard(List.of("a", "b"), 100, proposals::add));
        assertEquals(List.of(), taken());
    }

    @Test
    void putsManyNodesInOneProposal() {
        for (int i = 0; i < 300; i++) {
            put("n" + i, NodeStatus.READY);
        }
        machine.start(store.view(), 0);
        machine.onTime(SILENCE_MS, proposals::add);
        assertEquals(
                List.of(256, 44),
                taken().stream()
                        .map(one -> ((Command.SetNodeStatus) one).nodeIds().size())
                        .toList());
    }

    /** Against a list of the last words of each node. */
    @Property(tries = 100, shrinking = ShrinkingMode.OFF)
    void agreesWithAModel(@ForAll long seed) {
        Random random = new Random(seed);
        StateStore states = new StateStore();
        HeartbeatMachine tested = new HeartbeatMachine(TTL_MS, GRACE_MS);
        TreeMap<String, Long> lastHeardMs = new TreeMap<>();
        long nowMs = 0;
        for (int i = 0; i < 20; i++) {
            states.tx().putNode(node("n" + i), NodeStatus.READY, 1);
            lastHeardMs.put("n" + i, nowMs);
        }
        tested.start(states.commit(1, 1), nowMs);
        for (int step = 2; step < 60; step++) {
            nowMs += random.nextInt(3_000);
            String heard = "n" + random.nextInt(20);
            if (lastHeardMs.containsKey(heard)) {
                tested.heard(List.of(heard), nowMs, one -> {
                    throw new AssertionError(one);
                });
                lastHeardMs.put(heard, nowMs);
            }
            TreeSet<String> expected = new TreeSet<>();
            for (String id : lastHeardMs.keySet()) {
                if (nowMs - lastHeardMs.get(id) >= SILENCE_MS) {
                    expected.add(id);
                }
            }
            TreeSet<String> down = new TreeSet<>();
            tested.onTime(nowMs, one -> down.addAll(((Command.SetNodeStatus) one).nodeIds()));
            assertEquals(expected, down);
            for (String id : down) {
                states.tx().putNode(node(id), NodeStatus.DOWN, step);
                lastHeardMs.remove(id);
            }
            tested.published(states.commit(step, step), nowMs);
        }
    }

    private void put(String id, NodeStatus status) {
        index++;
        store.tx().putNode(node(id), status, index);
        store.commit(index, index);
    }

    private List<Command> taken() {
        List<Command> taken = List.copyOf(proposals);
        proposals.clear();
        return taken;
    }

    private static Command status(NodeStatus status, String... ids) {
        return new Command.SetNodeStatus(List.of(ids), status);
    }

    private static Node node(String id) {
        return new Node(id, id, "dc1", "", new TreeMap<>(), new TreeMap<>(), new Resources(1_000, 1_000, 1_000));
    }
}
