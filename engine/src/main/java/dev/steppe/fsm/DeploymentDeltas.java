package dev.steppe.fsm;

import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Allocation.Health;
import dev.steppe.model.rollout.Deployment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the counters of deployments move while one command is at work, written once at its end. An allocation counts as
 * healthy or unhealthy while it is wanted: one that is stopped leaves both counts, so that a group is complete only
 * while that many healthy allocations are there. The counters of a terminal deployment stand.
 */
final class DeploymentDeltas {
    private final TreeMap<Long, TreeMap<String, Delta>> deltas = new TreeMap<>();

    private static final class Delta {
        private int placed;
        private int healthy;
        private int unhealthy;
        private boolean hasProgress;
    }

    /** A deployment counts one allocation more; id 0 = no deployment. */
    void placed(long deploymentId, String group) {
        if (deploymentId != 0) {
            of(deploymentId, group).placed++;
        }
    }

    /** The health of an allocation moves, or it is not wanted any more ({@code after} UNKNOWN). */
    void health(Allocation before, Health after) {
        long deploymentId = before.origin().deploymentId();
        Health health = before.status().health();
        if (deploymentId == 0 || health == after) {
            return;
        }
        Delta delta = of(deploymentId, before.slot().group());
        delta.healthy += count(after, Health.HEALTHY) - count(health, Health.HEALTHY);
        delta.unhealthy += count(after, Health.UNHEALTHY) - count(health, Health.UNHEALTHY);
        delta.hasProgress |= after == Health.HEALTHY;
    }

    /** Writes what was noted. */
    void flush(EntryTx entry) {
        for (Map.Entry<Long, TreeMap<String, Delta>> noted : deltas.entrySet()) {
            Deployment deployment = entry.state().deployment(noted.getKey());
            if (deployment != null && !deployment.status().isTerminal()) {
                List<Deployment.GroupState> groups = new ArrayList<>();
                for (Deployment.GroupState group : deployment.groups()) {
                    Delta delta = noted.getValue().get(group.group());
                    groups.add(delta == null ? group : moved(entry, group, delta));
                }
                entry.state().putDeployment(deployment.withGroups(groups, entry.index()));
            }
        }
    }

    private static Deployment.GroupState moved(EntryTx entry, Deployment.GroupState group, Delta delta) {
        return new Deployment.GroupState(
                group.group(),
                group.autoRevert(),
                group.progressDeadlineMs(),
                requireProgressByMs(entry, group, delta),
                group.desiredTotal(),
                group.placedCount() + delta.placed,
                group.healthyCount() + delta.healthy,
                group.unhealthyCount() + delta.unhealthy);
    }

    /** The first placement arms it, each newly healthy allocation moves it on; a deadline of 0 never does. */
    private static long requireProgressByMs(EntryTx entry, Deployment.GroupState group, Delta delta) {
        long armedMs = group.requireProgressByMs();
        boolean isArming = armedMs == 0 && delta.placed > 0;
        return group.progressDeadlineMs() > 0 && (isArming || delta.hasProgress)
                ? Math.max(armedMs, entry.afterMs(group.progressDeadlineMs()))
                : armedMs;
    }

    private Delta of(long deploymentId, String group) {
        return deltas.computeIfAbsent(deploymentId, id -> new TreeMap<>()).computeIfAbsent(group, name -> new Delta());
    }

    private static int count(Health health, Health counted) {
        return health == counted ? 1 : 0;
    }
}
