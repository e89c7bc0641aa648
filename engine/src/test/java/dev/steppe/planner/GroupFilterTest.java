package dev.steppe.planner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.feasible.ConditionSet;
import dev.steppe.feasible.FeasibilityMemo;
import dev.steppe.model.job.Constraint;
import dev.steppe.model.job.Resources;
import dev.steppe.rank.FleetFixture;
import dev.steppe.rank.NodeSearch;
import dev.steppe.rank.ReferenceScan;
import dev.steppe.rank.Shard;
import dev.steppe.state.StateView;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The warm decision as a planner makes it: memo by class, and what is unique to a node asked on its row. */
final class GroupFilterTest {
    private static final Resources ASK = new Resources(500, 256, 150);
    private static final Constraint LINUX = new Constraint("${attr.kernel.name}", Constraint.Operator.EQUAL, "linux");
    private static final Constraint NOT_ONE =
            new Constraint("${attr.unique.serial}", Constraint.Operator.NOT_EQUAL, "s1");

    private final GroupFilter filter = new GroupFilter();

    @Test
    void refusesToAnswerBeforeItIsToldWhatFor() {
        assertThrows(IllegalStateException.class, () -> filter.admits(0, 0));
    }

    @Test
    void findsWhatTheReferenceFindsAndAllocatesNothing() {
        FleetFixture fleet = new FleetFixture(11, 1_000);
        fleet.next();
        fleet.fill(2_000);
        StateView view = fleet.commit();
        filter.use(view, new FeasibilityMemo(4).of(new ConditionSet(List.of("dc0", "*2"), List.of(LINUX, NOT_ONE))));
        NodeSearch search = new NodeSearch(Shard.WHOLE);
        search.show(view.nodes());
        ReferenceScan.Found best = ReferenceScan.best(
                view,
                ASK,
                row -> !row.node().datacenter().equals("dc1")
                        && "linux".equals(row.node().attributes().get("kernel.name"))
                        && !"s1".equals(row.node().attributes().get("unique.serial")));
        assertEquals(best.node().ordinal(), search.select(ASK, filter));
        for (int i = 0; i < 10_000; i++) {
            search.select(ASK, filter);
        }
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(thread);
        for (int i = 0; i < 200; i++) {
            search.select(ASK, filter);
        }
        long bytes = threads.getThreadAllocatedBytes(thread) - before;
        assertTrue(bytes < 1_000, () -> bytes + " bytes in 200 selections");
    }
}
