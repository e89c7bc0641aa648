package dev.steppe.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.model.job.Resources;
import dev.steppe.model.node.Node;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.state.StateView;
import java.util.SplittableRandom;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class RoomChangeTest {
    @Test
    void seesAFreedAmountAndNotATakenOne() {
        FleetFixture fleet = new FleetFixture(3, 300);
        StateView empty = fleet.store().view();
        fleet.next();
        fleet.fill(400);
        StateView filled = fleet.commit();
        assertFalse(RoomChange.appeared(empty, filled));
        assertTrue(RoomChange.appeared(filled, empty));
        assertFalse(RoomChange.appeared(filled, filled));
    }

    @Test
    void seesANodeThatCameOrBecameReady() {
        FleetFixture fleet = new FleetFixture(3, 256);
        StateView before = fleet.store().view();
        put(fleet, "new", NodeStatus.DOWN, "s1");
        StateView down = fleet.commit();
        assertFalse(RoomChange.appeared(before, down));
        put(fleet, "new", NodeStatus.READY, "s1");
        StateView up = fleet.commit();
        assertTrue(RoomChange.appeared(down, up));
        assertTrue(RoomChange.appeared(before, up));
        put(fleet, "new", NodeStatus.READY, "s2");
        assertTrue(RoomChange.appeared(up, fleet.commit()), "what is unique to a node may be what was waited for");
    }

    private static void put(FleetFixture fleet, String id, NodeStatus status, String serial) {
        TreeMap<String, String> attributes = new TreeMap<>();
        attributes.put("unique.serial", serial);
        Node node = new Node(id, id, "dc1", "", attributes, new TreeMap<>(), new Resources(100, 100, 100));
        fleet.store().tx().putNode(node, status, fleet.next());
    }

    @Property(tries = 100)
    void saysWhatALookAtEveryNodeSays(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        FleetFixture fleet = new FleetFixture(seed, 1 + random.nextInt(600));
        fleet.next();
        fleet.fill(300);
        StateView before = fleet.commit();
        fleet.next();
        switch (random.nextInt(4)) {
            case 0 -> fleet.fill(3);
            case 1 -> fleet.drain(1);
            case 2 -> fleet.putNode(random.nextInt(before.nodes().nodeCount()));
            default -> fleet.putNode(before.nodes().nodeCount());
        }
        StateView after = fleet.commit();
        boolean expected = false;
        for (int i = 0; i < after.nodes().nodeCount(); i++) {
            NodeRow now = after.nodeAt(i);
            NodeRow then = before.node(now.node().id());
            expected |= now.isReady()
                    && (then == null
                            || !then.isReady()
                            || !then.node().equals(now.node())
                            || after.freeCpuMhz(i) > before.freeCpuMhz(i)
                            || after.freeMemoryMb(i) > before.freeMemoryMb(i)
                            || after.freeDiskMb(i) > before.freeDiskMb(i));
        }
        assertEquals(expected, RoomChange.appeared(before, after));
    }
}
