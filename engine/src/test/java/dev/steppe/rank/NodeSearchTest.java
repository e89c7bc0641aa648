package dev.steppe.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import dev.steppe.model.job.Resources;
import dev.steppe.model.node.Node;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.state.StateStore;
import dev.steppe.state.StateView;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class NodeSearchTest {
    private static final NodeFilter ALL = (ordinal, nodeClass) -> true;
    private static final Resources ASK = new Resources(500, 256, 150);

    @Test
    void findsTheFullestNodeThatHasRoom() {
        NodeSearch search = shown(fleet(1_000, 4_000, 2_000, 400));
        assertEquals(0, search.select(ASK, ALL));
        search.take(0, ASK);
        search.take(0, ASK);
        assertEquals(2, search.select(ASK, ALL), "the first is full by now");
    }

    @Test
    void prefersTheLowestOrdinalAmongEquals() {
        assertEquals(0, shown(fleet(1_000, 1_000, 1_000)).select(ASK, ALL));
    }

    @Test
    void saysThatNoNodeHasRoom() {
        NodeSearch search = shown(fleet(400, 300));
        assertEquals(NodeSearch.NONE, search.select(ASK, ALL));
        assertEquals(NodeSearch.NONE, shown(fleet()).select(ASK, ALL));
    }

    @Test
    void passesOverNodesThatAreNotReadyOrNotAdmitted() {
        StateStore store = fleet(1_000, 1_000, 1_000);
        store.tx().putNode(node(0, 1_000), NodeStatus.DOWN, 2);
        NodeSearch search = new NodeSearch(Shard.WHOLE);
        search.show(store.commit(2, 2).nodes());
        assertEquals(1, search.select(ASK, ALL));
        assertEquals(2, search.select(ASK, (ordinal, nodeClass) -> ordinal == 2));
    }

    @Test
    void looksAtItsShardFirstAndThenEverywhere() {
        NodeSearch search = new NodeSearch(new Shard(1, 2));
        search.show(fleet(600, 4_000, 4_000, 4_000).view().nodes());
        assertEquals(2, search.select(ASK, ALL), "the best of the other shard is better");
        assertEquals(0, search.select(ASK, (ordinal, nodeClass) -> ordinal < 2));
        assertEquals(NodeSearch.NONE, search.select(ASK, (ordinal, nodeClass) -> false));
    }

    @Test
    void forgetsThePlanWhenTheNextViewIsShown() {
        StateStore store = fleet(500, 500);
        NodeSearch search = shown(store);
        search.take(0, ASK);
        assertEquals(1, search.select(ASK, ALL));
        search.show(store.view().nodes());
        assertEquals(0, search.select(ASK, ALL));
    }

    @Test
    void takesBackWhatWasGivenBack() {
        NodeSearch search = shown(fleet(500));
        search.take(0, ASK);
        search.giveBack(0, ASK);
        assertEquals(0, search.select(ASK, ALL));
        search.takeBack(0, ASK);
        assertEquals(NodeSearch.NONE, search.select(ASK, ALL));
        assertThrows(InvariantBroken.class, () -> search.take(0, ASK));
        assertThrows(InvariantBroken.class, () -> search.giveBack(1, ASK));
    }

    @Property(tries = 80)
    void findsAsGoodANodeAsTheReference(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int nodeCount = 1 + random.nextInt(random.nextBoolean() ? 20 : 700);
        FleetFixture fleet = new FleetFixture(seed, nodeCount);
        NodeSearch search = new NodeSearch(Shard.WHOLE);
        NodeSearch sharded = new NodeSearch(new Shard(random.nextInt(3), 3));
        for (int round = 0; round < 6; round++) {
            fleet.next();
            fleet.fill(random.nextInt(nodeCount * 2));
            fleet.drain(random.nextInt(nodeCount));
            fleet.putNode(random.nextInt(nodeCount));
            StateView view = fleet.commit();
            if (random.nextInt(3) == 0) {
                continue; // a view that the search never sees
            }
            search.show(view.nodes());
            sharded.show(view.nodes());
            String datacenter = "dc" + random.nextInt(3);
            Resources ask = fleet.randomAsk();
            compare(view, search, sharded, ask, datacenter);
            search.giveBack(0, ask);
        }
    }

    private static void compare(
            StateView view, NodeSearch search, NodeSearch sharded, Resources ask, String datacenter) {
        ReferenceScan.Found best =
                ReferenceScan.best(view, ask, row -> row.node().datacenter().equals(datacenter));
        NodeFilter filter =
                (ordinal, nodeClass) -> view.nodeAt(ordinal).node().datacenter().equals(datacenter);
        int found = search.select(ask, filter);
        assertEquals(best == null ? NodeSearch.NONE : best.node().ordinal(), found);
        int near = sharded.select(ask, filter);
        assertEquals(found == NodeSearch.NONE, near == NodeSearch.NONE, "a shard hides no node");
        if (best != null) {
            assertEquals(best.score(), search.score());
            assertTrue(sharded.score() <= best.score());
        }
    }

    @Test
    void allocatesNothingWhenWarm() {
        FleetFixture fleet = new FleetFixture(7, 2_000);
        fleet.next();
        fleet.fill(4_000);
        NodeSearch search = new NodeSearch(Shard.WHOLE);
        search.show(fleet.commit().nodes());
        long thread = Thread.currentThread().getId();
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (int i = 0; i < 20_000; i++) {
            sum += search.select(ASK, ALL);
        }
        long before = threads.getThreadAllocatedBytes(thread);
        for (int i = 0; i < 200; i++) {
            sum += search.select(ASK, ALL);
        }
        long bytes = threads.getThreadAllocatedBytes(thread) - before;
        assertTrue(sum != 0);
        // Reading the counter costs a little itself; one boxed number a call would be 3,200 bytes.
        assertTrue(bytes < 1_000, () -> bytes + " bytes in 200 selections");
    }

    @Test
    void seesNodesThatComeLater() {
        StateStore store = fleet(400);
        NodeSearch search = shown(store);
        for (int i = 1; i < 600; i++) {
            store.tx().putNode(node(i, i == 599 ? 1_000 : 400), NodeStatus.READY, 2);
        }
        search.show(store.commit(2, 2).nodes());
        assertEquals(599, search.select(ASK, ALL));
        assertNotNull(ReferenceScan.best(store.view(), ASK, row -> true));
    }

    private static NodeSearch shown(StateStore store) {
        NodeSearch search = new NodeSearch(Shard.WHOLE);
        search.show(store.view().nodes());
        return search;
    }

    private static StateStore fleet(int... amounts) {
        StateStore store = new StateStore();
        for (int i = 0; i < amounts.length; i++) {
            store.tx().putNode(node(i, amounts[i]), NodeStatus.READY, 1);
        }
        store.commit(1, 1);
        return store;
    }

    private static Node node(int number, int amount) {
        return new Node(
                "n" + number, "n", "dc1", "", new TreeMap<>(), new TreeMap<>(), new Resources(amount, amount, 10_000));
    }
}
