package dev.steppe.benchmarks.place;

import dev.steppe.benchmarks.baseline.BestFitLoop;
import dev.steppe.benchmarks.fixture.Fleets;
import dev.steppe.feasible.ConditionSet;
import dev.steppe.feasible.Feasibility;
import dev.steppe.feasible.FeasibilityMemo;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.rank.NodeSearch;
import dev.steppe.rank.Shard;
import dev.steppe.state.NodeColumns;
import dev.steppe.state.StateView;
import dev.steppe.workload.JobMaker;
import java.util.Arrays;

/**
 * A fleet of which 75 % of the CPU is held, and 1,024 requests in turn, every second one with one {@code =} constraint
 * that a quarter of the nodes meets. Placing is asked and never done, so every round meets the same fleet. One owner.
 */
final class PlaceWorld {
    static final int REQUEST_COUNT = 1_024;

    private static final int LOAD_PERCENT = 75;
    private static final long SEED = 20_260_102;

    private final StateView view;
    private final NodeSearch search = new NodeSearch(Shard.WHOLE);
    private final BestFitLoop loop;
    private final Request[] requests = new Request[REQUEST_COUNT];
    private int turn;

    /** The world on the fleet called {@code fleetName}. */
    PlaceWorld(String fleetName) {
        view = Fleets.loaded(fleetName, LOAD_PERCENT).store().view();
        search.show(view.nodes());
        BestFitLoop.Columns columns = columnsOf(view.nodes());
        loop = new BestFitLoop(columns);
        JobMaker jobs = new JobMaker("request", SEED);
        FeasibilityMemo memo = new FeasibilityMemo(REQUEST_COUNT);
        for (int i = 0; i < REQUEST_COUNT; i++) {
            requests[i] = request(jobs.next(1), memo, columns.nodeClass);
        }
    }

    /** The next request; after the last one comes the first. */
    Request next() {
        turn = (turn + 1) & (REQUEST_COUNT - 1);
        return requests[turn];
    }

    /** The search of a planner that looks at the whole fleet. */
    NodeSearch search() {
        return search;
    }

    /** The plain loop over copies of the same columns. */
    BestFitLoop loop() {
        return loop;
    }

    private Request request(Job job, FeasibilityMemo memo, int[] nodeClass) {
        TaskGroup group = job.groups().get(0);
        Feasibility conditions = memo.of(ConditionSet.of(job, group));
        boolean[] isClassUsable = new boolean[1 + Arrays.stream(nodeClass).max().orElseThrow()];
        for (int i = 0; i < nodeClass.length; i++) {
            int code = conditions.check(nodeClass[i], view.nodeAt(i).node());
            isClassUsable[nodeClass[i]] = code == Feasibility.FEASIBLE;
        }
        return new Request(group.ask(), view, conditions, isClassUsable);
    }

    private static BestFitLoop.Columns columnsOf(NodeColumns nodes) {
        BestFitLoop.Columns columns = new BestFitLoop.Columns(nodes.nodeCount());
        for (int from = 0; from < nodes.nodeCount(); from += NodeColumns.PAGE_ROWS) {
            NodeColumns.Page page = nodes.page(from >> NodeColumns.PAGE_SHIFT);
            int rowCount = Math.min(NodeColumns.PAGE_ROWS, nodes.nodeCount() - from);
            System.arraycopy(page.freeCpuMhz(), 0, columns.freeCpu, from, rowCount);
            System.arraycopy(page.freeMemoryMb(), 0, columns.freeMemory, from, rowCount);
            System.arraycopy(page.freeDiskMb(), 0, columns.freeDisk, from, rowCount);
            System.arraycopy(page.capacityCpuMhz(), 0, columns.capacityCpu, from, rowCount);
            System.arraycopy(page.capacityMemoryMb(), 0, columns.capacityMemory, from, rowCount);
            System.arraycopy(page.nodeClass(), 0, columns.nodeClass, from, rowCount);
        }
        return columns;
    }
}
