package dev.steppe.applier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.command.Command;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.Resources;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.node.Node;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.planner.EngineWorld;
import dev.steppe.reconcile.JobFixture;
import dev.steppe.state.StateView;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** 2,000 nodes, and jobs of 100 allocations each that want 20,000 together: about three fifths of the fleet. */
final class LoadFixture {
    static final int NODE_COUNT = 2_000;
    static final int JOB_COUNT = 200;
    static final int COUNT_PER_JOB = 100;

    private LoadFixture() {}

    static void fill(LoadRegion region) {
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < NODE_COUNT; i++) {
            int unit = 1 + i % 3;
            nodes.add(EngineWorld.node("n" + i, "dc" + i % 2, new Resources(4_000 * unit, 4_096 * unit, 50_000)));
        }
        region.write(new Command.RegisterNodes(nodes));
        for (int i = 0; i < JOB_COUNT; i++) {
            region.write(new Command.SubmitJob(job(i), 0, 0));
        }
        while (region.applyNext()) {
            assertEquals(0, region.counters().planCount());
        }
        region.listen();
    }

    private static Job job(int number) {
        TaskGroup group = JobFixture.group("web", COUNT_PER_JOB, JobFixture.rolling(1), "a");
        Task task = group.tasks().get(0);
        Task sized = new Task(
                task.name(),
                task.driver(),
                300 + 100 * (number % 5),
                256 + 128 * (number % 5),
                List.of(),
                new TreeMap<>(),
                new TreeMap<>(),
                task.opaque());
        return JobFixture.job("job" + number, group.withTasks(List.of(sized)));
    }

    /** Everything runs, once, and no node holds more than it has. */
    static void check(LoadRegion region) {
        StateView view = region.view();
        int liveCount = 0;
        for (int ordinal = 0; ordinal < NODE_COUNT; ordinal++) {
            LoadRegion.checkCapacity(view, ordinal);
            liveCount += view.liveAllocationsOn(ordinal).size();
        }
        assertEquals(JOB_COUNT * COUNT_PER_JOB, liveCount);
        for (int i = 0; i < JOB_COUNT; i++) {
            Job job = job(i);
            List<Allocation> rows = view.allocationsOfJob(job.key());
            assertEquals(COUNT_PER_JOB, rows.size());
            assertEquals(
                    COUNT_PER_JOB,
                    rows.stream().map(Allocation::slot).distinct().count());
            List<Evaluation> evaluations = view.evaluationsOfJob(job.key());
            for (Evaluation evaluation : evaluations) {
                assertTrue(evaluation.status().isTerminal(), evaluation::toString);
            }
            // One that lost five races in a row has failed; then another one has done the work.
            assertEquals(
                    Evaluation.Status.COMPLETE,
                    evaluations.get(evaluations.size() - 1).status());
        }
    }
}
