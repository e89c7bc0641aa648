package dev.steppe.workload;

import dev.steppe.model.job.Constraint;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Opaque;
import dev.steppe.model.job.Resources;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Makes service jobs of one group. Every second one demands one platform, which a quarter of a {@link FleetMaker}'s
 * nodes have; what an allocation asks for is one of six shapes. Jobs obey {@code JobRules}.
 */
public final class JobMaker {
    /** The name of the group. */
    public static final String GROUP = "web";

    private static final List<Resources> ASKS = List.of(
            new Resources(250, 512, 300),
            new Resources(500, 1_024, 300),
            new Resources(1_000, 2_048, 300),
            new Resources(2_000, 4_096, 1_000),
            new Resources(500, 4_096, 300),
            new Resources(2_000, 1_024, 300));

    private final String prefix;
    private final SplittableRandom random;
    private int madeCount;

    /** A maker whose jobs depend on {@code seed} alone; their ids begin with {@code prefix}. */
    public JobMaker(String prefix, long seed) {
        this.prefix = prefix;
        random = new SplittableRandom(seed);
    }

    /** The next job, of {@code count} allocations. */
    public Job next(int count) {
        Resources ask = ASKS.get(random.nextInt(ASKS.size()));
        String platform = FleetMaker.platform(random.nextInt(FleetMaker.PLATFORM_COUNT));
        List<Constraint> constraints = madeCount % 2 == 0
                ? List.of()
                : List.of(new Constraint("${attr." + FleetMaker.PLATFORM + "}", Constraint.Operator.EQUAL, platform));
        String id = prefix + "-" + madeCount++;
        Task task = new Task(
                "server",
                "exec",
                ask.cpuMhz(),
                ask.memoryMb(),
                List.of(),
                new TreeMap<>(),
                new TreeMap<>(),
                Opaque.NONE);
        TaskGroup group = new TaskGroup(
                GROUP, count, List.of(), List.of(task), Update.DEFAULT, ask.diskMb(), new TreeMap<>(), Opaque.NONE);
        return new Job(
                JobKey.of(id),
                id,
                50,
                false,
                List.of("*"),
                constraints,
                new TreeMap<>(),
                List.of(group),
                null,
                Opaque.NONE);
    }
}
