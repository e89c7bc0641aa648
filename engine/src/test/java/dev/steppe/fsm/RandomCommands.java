package dev.steppe.fsm;

import dev.steppe.command.Command;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.job.Resources;
import dev.steppe.model.job.Update;
import dev.steppe.model.node.Node;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Allocation.ClientStatus;
import dev.steppe.model.placement.Allocation.Health;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.GroupFailure;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.RolloutVerb;
import dev.steppe.model.rollout.StagedSpec;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.state.StateReads;
import dev.steppe.state.StateSamples;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/** Commands of all kinds about a small world, drawn from a seed; most of them make sense where they come. */
final class RandomCommands {
    private static final int NODES = 6;
    private static final int JOBS = 3;

    private final SplittableRandom random;
    private final Set<String> shrunken = new TreeSet<>();
    private long term = 1;
    private long sequence;

    RandomCommands(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Term of the next entry; now and then a leader is lost. */
    long term() {
        if (random.nextInt(50) == 0) {
            term++;
            sequence = 0;
        }
        return term;
    }

    /** Nodes that lost capacity under their allocations. */
    Set<String> shrunken() {
        return shrunken;
    }

    Command next(StateReads state) {
        int dice = random.nextInt(100);
        if (dice < 8) {
            return new Command.RegisterNodes(List.of(node(state)));
        }
        if (dice < 12) {
            NodeStatus status = random.nextInt(3) == 0 ? NodeStatus.DOWN : NodeStatus.READY;
            return new Command.SetNodeStatus(List.of("n" + random.nextInt(NODES), "n" + random.nextInt(NODES)), status);
        }
        if (dice < 24) {
            return new Command.SubmitJob(job(), checkIndex(state), random.nextInt(100));
        }
        if (dice < 26) {
            return new Command.StopJob(key());
        }
        if (dice < 55) {
            return plans(state);
        }
        if (dice < 75) {
            return report(state);
        }
        return dice < 88 ? rollout(state) : question(state);
    }

    private Node node(StateReads state) {
        String id = "n" + random.nextInt(NODES);
        int amount = 1_000 * (1 + random.nextInt(6));
        TreeMap<String, String> attributes = new TreeMap<>();
        attributes.put("kernel", "k" + random.nextInt(2));
        attributes.put("unique.host", id);
        if (state.node(id) != null && state.node(id).node().capacity().cpuMhz() > amount) {
            shrunken.add(id);
        }
        return new Node(id, id, "dc1", "", attributes, new TreeMap<>(), new Resources(amount, amount, 2_000));
    }

    private JobKey key() {
        return JobKey.of("j" + random.nextInt(JOBS));
    }

    private Job job() {
        Job job = StateSamples.job("j" + random.nextInt(JOBS), random.nextInt(5), 500 * (1 + random.nextInt(3)));
        Update update = new Update(random.nextInt(4), 1_000, 2_000, random.nextInt(2) * 4_000L, random.nextBoolean());
        job = FsmWorld.withEnv(FsmWorld.withUpdate(job, update), "v" + random.nextInt(3));
        return random.nextInt(20) == 0 ? job.withGroups(List.of()) : job;
    }

    private long checkIndex(StateReads state) {
        JobVersion job = state.job(JobKey.of("j0"));
        return random.nextInt(4) == 0 && job != null ? job.indexes().jobModifyIndex() : Command.ANY_INDEX;
    }

    private Command plans(StateReads state) {
        List<Command.CommitPlans.Numbered> numbered = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(2); i++) {
            Plan plan = RandomPlans.plan(random, state);
            if (plan != null) {
                sequence++;
                numbered.add(new Command.CommitPlans.Numbered(sequence, plan));
            }
        }
        return new Command.CommitPlans(random.nextInt(30) == 0 ? term + 1 : term, numbered);
    }

    private Command report(StateReads state) {
        List<Allocation> live = new ArrayList<>();
        for (int i = 0; i < state.nodes().nodeCount(); i++) {
            live.addAll(state.liveAllocationsOn(i));
        }
        if (live.isEmpty()) {
            return new Command.ReportAllocations("n0", List.of());
        }
        String nodeId = live.get(random.nextInt(live.size())).nodeId();
        List<Command.ReportAllocations.Report> reports = new ArrayList<>();
        for (Allocation row : live) {
            if (row.nodeId().equals(nodeId)) {
                boolean isOver = random.nextInt(12) == 0;
                ClientStatus client = isOver ? ClientStatus.FAILED : ClientStatus.RUNNING;
                Health health = random.nextInt(10) == 0 ? Health.UNHEALTHY : Health.HEALTHY;
                reports.add(new Command.ReportAllocations.Report(row.id(), client, health));
            }
        }
        return new Command.ReportAllocations(nodeId, reports);
    }

    private Command rollout(StateReads state) {
        Job job = FsmWorld.overRegions(job());
        JobVersion current = state.job(job.key());
        StagedSpec staged = state.staged(job.key());
        List<Deployment> deployments = state.deploymentsOfJob(job.key());
        int dice = random.nextInt(10);
        if (dice < 3 || deployments.isEmpty()) {
            long version = Math.max(current == null ? -1 : current.version(), staged == null ? -1 : staged.version());
            long read = Math.max(
                    current == null ? 0 : current.indexes().jobModifyIndex(),
                    staged == null ? 0 : staged.stagedIndex());
            RolloutMembership membership = new RolloutMembership(
                    "r" + random.nextInt(1_000), "east", List.of("east", "west"), 1, OnFailure.DEFAULT, 1, 500, 0);
            return new Command.StageJob(job, version + random.nextInt(3), read, membership, 0);
        }
        Deployment deployment = deployments.get(deployments.size() - 1);
        RolloutMembership membership = deployment.membership();
        if (membership == null || dice == 3) {
            return new Command.FailDeployment(deployment.id(), StatusReason.UNHEALTHY, "group g");
        }
        if (dice == 4) {
            return new Command.RefreshStall(membership.rolloutId(), job.key());
        }
        RolloutVerb[] verbs = RolloutVerb.values();
        RolloutVerb verb = dice < 7 ? RolloutVerb.RUN : verbs[random.nextInt(verbs.length)];
        return new Command.MoveRollout(
                verb,
                membership.rolloutId(),
                job.key(),
                deployment.version().jobVersion(),
                StatusReason.OPERATOR,
                "west");
    }

    private Command question(StateReads state) {
        List<Evaluation> open = new ArrayList<>();
        state.forEachOpenEvaluation(open::add);
        if (random.nextInt(4) == 0 || open.isEmpty()) {
            return new Command.CreateEvaluations(List.of(new Command.CreateEvaluations.Asked(
                    key(), Evaluation.Trigger.DEPLOYMENT_WATCHER, random.nextInt(100), 0)));
        }
        Evaluation one = open.get(random.nextInt(open.size()));
        Evaluation.Status[] statuses = Evaluation.Status.values();
        GroupFailure failure = new GroupFailure("g", 1, 1, 0, 1, new TreeMap<>());
        return new Command.ConcludeEvaluations(
                term,
                List.of(new Command.ConcludeEvaluations.Conclusion(
                        one.id(), statuses[random.nextInt(statuses.length)], 1, List.of(failure))));
    }
}
