package dev.steppe.command;

import dev.steppe.model.job.Constraint;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Multiregion;
import dev.steppe.model.job.Multiregion.RegionSpec;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.job.Opaque;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Random jobs and what they are made of. */
public final class JobArbitraries {
    private JobArbitraries() {}

    /** Any job value, whether {@code JobRules} would take it or not. */
    public static Arbitrary<Job> anyJobs() {
        return Combinators.combine(
                        keys(),
                        texts(),
                        Arbitraries.integers(),
                        Arbitraries.of(true, false),
                        texts().list().ofMaxSize(3),
                        constraints(),
                        maps(),
                        anyGroups().list().ofMaxSize(3))
                .flatAs((key, name, priority, allAtOnce, datacenters, constraints, meta, groups) -> Combinators.combine(
                                anyMultiregions().injectNull(0.5), opaques())
                        .as((multiregion, opaque) -> new Job(
                                key,
                                name,
                                priority,
                                allAtOnce,
                                datacenters,
                                constraints,
                                meta,
                                groups,
                                multiregion,
                                opaque)));
    }

    private static Arbitrary<TaskGroup> anyGroups() {
        return Combinators.combine(
                        texts(),
                        Arbitraries.integers(),
                        constraints(),
                        anyTasks().list().ofMaxSize(3),
                        anyUpdates(),
                        Arbitraries.integers(),
                        maps(),
                        opaques())
                .as(TaskGroup::new);
    }

    private static Arbitrary<Task> anyTasks() {
        return Combinators.combine(
                        texts(),
                        texts(),
                        Arbitraries.integers(),
                        Arbitraries.integers(),
                        constraints(),
                        maps(),
                        maps(),
                        opaques())
                .as(Task::new);
    }

    private static Arbitrary<Update> anyUpdates() {
        return Combinators.combine(
                        Arbitraries.integers(),
                        Arbitraries.longs(),
                        Arbitraries.longs(),
                        Arbitraries.longs(),
                        Arbitraries.of(true, false))
                .as(Update::new);
    }

    private static Arbitrary<Multiregion> anyMultiregions() {
        Arbitrary<RegionSpec> regions = Combinators.combine(
                        texts(), Arbitraries.integers(), texts().list().ofMaxSize(3), maps())
                .as(RegionSpec::new);
        return Combinators.combine(
                        Arbitraries.integers(),
                        Arbitraries.of(OnFailure.class),
                        regions.list().ofMaxSize(4))
                .as(Multiregion::new);
    }

    /** Keys, few enough to repeat. */
    public static Arbitrary<JobKey> keys() {
        return Combinators.combine(Arbitraries.of("default", "team"), names()).as(JobKey::new);
    }

    /** Names, few enough to repeat; not empty. */
    public static Arbitrary<String> names() {
        return Arbitraries.of("web", "lb", "db-1", "a3f0c1de-7d9b-4c2f-9d83-2f1b8e6a1c55", "tokyo", "são-paulo");
    }

    /** Well-formed texts, among them those that a careless decoder spoils. */
    public static Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                names(),
                Arbitraries.of("", "\ufffd", "a\ufffd\ud83d\ude00", "\u0000", "${attr.kernel.name}", "é"),
                Arbitraries.strings().ascii().ofMaxLength(12));
    }

    /** Maps of texts. */
    public static Arbitrary<SortedMap<String, String>> maps() {
        return Arbitraries.maps(texts(), texts()).ofMaxSize(3).map(TreeMap::new);
    }

    private static Arbitrary<List<Constraint>> constraints() {
        return Combinators.combine(texts(), Arbitraries.of(Constraint.Operator.class), texts())
                .as(Constraint::new)
                .list()
                .ofMaxSize(2);
    }

    private static Arbitrary<Opaque> opaques() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(8).map(Opaque::of);
    }
}
