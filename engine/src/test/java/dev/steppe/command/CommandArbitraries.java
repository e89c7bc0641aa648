package dev.steppe.command;

import dev.steppe.command.Command.CommitPlans;
import dev.steppe.command.Command.ConcludeEvaluations;
import dev.steppe.command.Command.ConcludeEvaluations.Conclusion;
import dev.steppe.command.Command.CreateEvaluations;
import dev.steppe.command.Command.CreateEvaluations.Asked;
import dev.steppe.command.Command.FailDeployment;
import dev.steppe.command.Command.MoveRollout;
import dev.steppe.command.Command.RefreshStall;
import dev.steppe.command.Command.RegisterNodes;
import dev.steppe.command.Command.ReportAllocations;
import dev.steppe.command.Command.ReportAllocations.Report;
import dev.steppe.command.Command.SetNodeStatus;
import dev.steppe.command.Command.StageJob;
import dev.steppe.command.Command.StopJob;
import dev.steppe.command.Command.SubmitJob;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.job.Resources;
import dev.steppe.model.node.Node;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.GroupFailure;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.RolloutVerb;
import dev.steppe.model.rollout.StatusReason;
import java.util.List;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * Random commands of every kind. Their shapes and numbers are free, whether apply would take them or not; names repeat,
 * so that dictionaries have something to do.
 */
public final class CommandArbitraries {
    private CommandArbitraries() {}

    /** Any command. */
    public static Arbitrary<Command> commands() {
        return Arbitraries.oneOf(List.of(
                nodes().list().ofMaxSize(4).map(RegisterNodes::new),
                setNodeStatus(),
                submitJob(),
                JobArbitraries.keys().map(StopJob::new),
                createEvaluations(),
                commitPlans(),
                concludeEvaluations(),
                reportAllocations(),
                failDeployment(),
                Combinators.combine(names(), JobArbitraries.keys()).as(RefreshStall::new),
                stageJob(),
                moveRollout()));
    }

    /** Any node. */
    public static Arbitrary<Node> nodes() {
        return Combinators.combine(
                        names(),
                        JobArbitraries.texts(),
                        names(),
                        JobArbitraries.texts(),
                        JobArbitraries.maps(),
                        JobArbitraries.maps(),
                        Combinators.combine(counts(), counts(), counts()).as(Resources::new))
                .as(Node::new);
    }

    /** Any entry of plans. */
    public static Arbitrary<Command> commitPlans() {
        return Combinators.combine(
                        longs(),
                        Combinators.combine(longs(), plans())
                                .as(CommitPlans.Numbered::new)
                                .list()
                                .ofMaxSize(4))
                .as(CommitPlans::new);
    }

    /** Any plan. */
    public static Arbitrary<Plan> plans() {
        Arbitrary<Plan.Basis> bases = Combinators.combine(longs(), versions(), longs(), longs(), longs())
                .as(Plan.Basis::new);
        return Combinators.combine(
                        longs(),
                        JobArbitraries.keys(),
                        bases,
                        bools(),
                        places().list().ofMaxSize(5),
                        stops().list().ofMaxSize(3),
                        Combinators.combine(ids(), bools())
                                .as(Plan.InPlace::new)
                                .list()
                                .ofMaxSize(3),
                        changes())
                .as(Plan::new);
    }

    private static Arbitrary<Plan.Place> places() {
        return Combinators.combine(
                        names(), ints(), names(), longs(), versions(), bools(), ids().injectNull(0.5), ints())
                .as(Plan.Place::new);
    }

    private static Arbitrary<Plan.Stop> stops() {
        return Combinators.combine(ids(), bools(), Arbitraries.of(Plan.StopReason.class))
                .as(Plan.Stop::new);
    }

    private static Arbitrary<Plan.DeploymentChange> changes() {
        return Combinators.combine(
                        Combinators.combine(names(), ints())
                                .as(Plan.GroupGoal::new)
                                .list()
                                .ofMaxSize(3),
                        longs(),
                        bools())
                .as(Plan.DeploymentChange::new);
    }

    private static Arbitrary<Command> setNodeStatus() {
        return Combinators.combine(names().list().ofMaxSize(5), Arbitraries.of(NodeStatus.class))
                .as(SetNodeStatus::new);
    }

    private static Arbitrary<Command> submitJob() {
        return Combinators.combine(JobArbitraries.anyJobs(), longs(), longs()).as(SubmitJob::new);
    }

    private static Arbitrary<Command> createEvaluations() {
        return Combinators.combine(JobArbitraries.keys(), Arbitraries.of(Evaluation.Trigger.class), longs(), longs())
                .as(Asked::new)
                .list()
                .ofMaxSize(4)
                .map(CreateEvaluations::new);
    }

    private static Arbitrary<Command> concludeEvaluations() {
        Arbitrary<TreeMap<String, Integer>> reasons =
                Arbitraries.maps(JobArbitraries.texts(), ints()).ofMaxSize(4).map(TreeMap::new);
        Arbitrary<GroupFailure> failures = Combinators.combine(names(), ints(), ints(), ints(), ints(), reasons)
                .as(GroupFailure::new);
        Arbitrary<Conclusion> conclusions = Combinators.combine(
                        longs(),
                        Arbitraries.of(Evaluation.Status.class),
                        longs(),
                        failures.list().ofMaxSize(3))
                .as(Conclusion::new);
        return Combinators.combine(longs(), conclusions.list().ofMaxSize(4)).as(ConcludeEvaluations::new);
    }

    private static Arbitrary<Command> reportAllocations() {
        Arbitrary<Report> reports = Combinators.combine(
                        ids(), Arbitraries.of(Allocation.ClientStatus.class), Arbitraries.of(Allocation.Health.class))
                .as(Report::new);
        return Combinators.combine(names(), reports.list().ofMaxSize(5)).as(ReportAllocations::new);
    }

    private static Arbitrary<Command> failDeployment() {
        return Combinators.combine(longs(), Arbitraries.of(StatusReason.class), JobArbitraries.texts())
                .as(FailDeployment::new);
    }

    private static Arbitrary<Command> stageJob() {
        return Combinators.combine(JobArbitraries.anyJobs(), longs(), longs(), memberships(), longs())
                .as(StageJob::new);
    }

    private static Arbitrary<RolloutMembership> memberships() {
        Arbitrary<List<String>> regions =
                names().list().ofMinSize(1).ofMaxSize(4).uniqueElements();
        return Combinators.combine(
                        names(),
                        regions,
                        ints(),
                        Arbitraries.of(OnFailure.class),
                        longs(),
                        longs(),
                        longs(),
                        Arbitraries.integers().between(0, 3))
                .as((rollout, list, parallel, onFailure, hash, after, by, position) -> new RolloutMembership(
                        rollout, list.get(position % list.size()), list, parallel, onFailure, hash, after, by));
    }

    private static Arbitrary<Command> moveRollout() {
        return Combinators.combine(
                        Arbitraries.of(RolloutVerb.class),
                        names(),
                        JobArbitraries.keys(),
                        longs(),
                        Arbitraries.of(StatusReason.class),
                        names())
                .as(MoveRollout::new);
    }

    private static Arbitrary<String> names() {
        return JobArbitraries.names();
    }

    private static Arbitrary<AllocationId> ids() {
        return Combinators.combine(longs(), longs()).as(AllocationId::new);
    }

    private static Arbitrary<Boolean> bools() {
        return Arbitraries.of(true, false);
    }

    private static Arbitrary<Long> longs() {
        return Arbitraries.longs();
    }

    private static Arbitrary<Integer> ints() {
        return Arbitraries.integers();
    }

    private static Arbitrary<Integer> counts() {
        return Arbitraries.integers().between(0, Integer.MAX_VALUE);
    }

    /** Few, so that places often run the version of their basis. */
    private static Arbitrary<Long> versions() {
        return Arbitraries.of(0L, 1L, 2L, Long.MAX_VALUE);
    }
}
