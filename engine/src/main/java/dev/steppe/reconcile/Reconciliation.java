package dev.steppe.reconcile;

import dev.steppe.model.job.JobVersion;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.rollout.Deployment;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What would make a job's allocations what is wanted.
 *
 * @param wanted allocations to place, destructive updates first
 * @param stops allocations to stop whatever becomes of {@code wanted}
 * @param updates allocations that go on under the current version. One that the deployment counts counts as placed;
 *     what it counts for as to health is for apply to say
 * @param deployment what becomes of the job's deployments
 * @param active the deployment of the current version that is under way; null if none
 * @param tallies what happens to each group of the job, by its name
 */
public record Reconciliation(
        List<Wanted> wanted,
        List<Plan.Stop> stops,
        List<Plan.InPlace> updates,
        Plan.DeploymentChange deployment,
        @Nullable Deployment active,
        SortedMap<String, Tally> tallies) {
    /** Takes ordered copies. */
    public Reconciliation {
        wanted = List.copyOf(wanted);
        stops = List.copyOf(stops);
        updates = List.copyOf(updates);
        tallies = Collections.unmodifiableSortedMap(new TreeMap<>(tallies));
    }

    /** Whether everything is as wanted. */
    public boolean isNothing() {
        return wanted.isEmpty() && stops.isEmpty() && updates.isEmpty() && deployment.isNone();
    }

    /**
     * One allocation to place.
     *
     * @param version what it runs: the current version, or the stable one where a lost allocation is replaced while the
     *     current one is halted
     * @param inDeployment whether the active deployment, or the one to be created, counts it
     * @param previous the allocation of this slot that it replaces; null if none
     * @param replaced the allocation that is stopped if, and only if, this one is placed; null if none
     */
    public record Wanted(
            String group,
            int ordinal,
            JobVersion version,
            boolean inDeployment,
            @Nullable AllocationId previous,
            @Nullable AllocationId replaced) {}

    /**
     * Counts of one group.
     *
     * @param place new allocations, replacements of lost ones among them
     * @param stop stopped without a successor here, or lost
     * @param inPlace updated in place
     * @param destructive stopped and placed anew under the current version
     * @param ignore left alone, those among them that wait for their turn
     */
    public record Tally(int place, int stop, int inPlace, int destructive, int ignore) {}
}
