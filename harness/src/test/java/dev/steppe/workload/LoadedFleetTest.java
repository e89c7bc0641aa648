package dev.steppe.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobRules;
import dev.steppe.model.node.Node;
import dev.steppe.model.placement.Allocation;
import dev.steppe.state.StateView;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LoadedFleetTest {
    private static final int NODE_COUNT = 600;

    @Test
    void isTheSameForTheSameSeed() {
        assertEquals(hashOf(1), hashOf(1));
        assertNotEquals(hashOf(1), hashOf(2));
    }

    @Test
    void holdsTheWantedShareOfCpu() {
        LoadedFleet fleet = new LoadedFleet(3, NODE_COUNT);
        fleet.load(75);
        StateView view = fleet.store().view();
        long capacityMhz = 0;
        long freeMhz = 0;
        for (int i = 0; i < NODE_COUNT; i++) {
            capacityMhz += view.nodeAt(i).node().capacity().cpuMhz();
            freeMhz += view.freeCpuMhz(i);
        }
        long percent = 100 * (capacityMhz - freeMhz) / capacityMhz;
        assertEquals(75, percent);
    }

    @Test
    void hasThreeSizesAndAllClasses() {
        List<Node> nodes = new FleetMaker(4).nodes(NODE_COUNT);
        assertEquals(3, nodes.stream().map(Node::capacity).distinct().count());
        assertEquals(
                FleetMaker.CLASS_COUNT,
                nodes.stream().map(Node::nodeClass).distinct().count());
        assertEquals(
                FleetMaker.PLATFORM_COUNT,
                nodes.stream()
                        .map(node -> node.attributes().get(FleetMaker.PLATFORM))
                        .distinct()
                        .count());
    }

    @Test
    void preparesRowsOnDifferentNodesThatCanBeStored() {
        LoadedFleet fleet = new LoadedFleet(5, NODE_COUNT);
        fleet.load(50);
        List<Allocation> rows = fleet.batch(200);
        assertEquals(200, rows.stream().map(Allocation::nodeId).distinct().count());
        rows.forEach(fleet.store().tx()::putAllocation);
        fleet.commit();
        assertEquals(200, fleet.store().view().journal().allocations().size());
    }

    @Test
    void makesJobsThatObeyTheRulesHalfOfThemConstrained() {
        JobMaker jobs = new JobMaker("job", 6);
        int constrainedCount = 0;
        for (int i = 0; i < 100; i++) {
            Job job = jobs.next(3);
            assertEquals(List.of(), JobRules.check(job));
            constrainedCount += job.constraints().size();
        }
        assertEquals(50, constrainedCount);
        assertTrue(jobs.next(1).constraints().isEmpty());
    }

    private static long hashOf(long seed) {
        LoadedFleet fleet = new LoadedFleet(seed, NODE_COUNT);
        fleet.load(20);
        return fleet.store().view().stateHash();
    }
}
