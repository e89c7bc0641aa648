package dev.steppe.model.placement;

import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one planner would do about one evaluation, and everything that it read to come to it. Nothing of it holds until
 * apply has checked it again at the plan's own index (DESIGN §7).
 *
 * @param evalId the evaluation that it answers; must be pending and of this job
 * @param basis what the planner read of the job
 * @param allAtOnce the job's: taken wholly or not at all
 * @param places new allocations, at most {@link AllocationId#ROWS_MAX}
 * @param stops allocations not wanted any more
 * @param updates allocations that go on under the job version of the basis, in place
 * @param deployment what the plan does to deployments
 */
public record Plan(
        long evalId,
        JobKey job,
        Basis basis,
        boolean allAtOnce,
        List<Place> places,
        List<Stop> stops,
        List<InPlace> updates,
        DeploymentChange deployment) {
    /** Takes ordered copies. */
    public Plan {
        places = List.copyOf(places);
        stops = List.copyOf(stops);
        updates = List.copyOf(updates);
    }

    /** Whether committing it would change nothing. */
    public boolean isEmpty() {
        return places.isEmpty() && stops.isEmpty() && updates.isEmpty() && deployment.isNone();
    }

    /**
     * What the planner read of the job; apply refuses the whole plan if any of it has changed.
     *
     * @param jobCreateIndex incarnation
     * @param jobVersion version whose spec was planned
     * @param placementIndex last entry in which a plan changed the job's allocations
     * @param deploymentId the active deployment of that version, 0 if none
     * @param deploymentModifyIndex its modify index, 0 if none
     */
    public record Basis(
            long jobCreateIndex, long jobVersion, long placementIndex, long deploymentId, long deploymentModifyIndex) {}

    /**
     * A new allocation. Refused alone (unless all-at-once) if its node changed or is full by now.
     *
     * @param nodeSpecIndex {@code NodeRow.specIndex} that the planner read
     * @param jobVersion version that it runs: the basis'; the newest stable one where a lost allocation is replaced
     *     while the basis' is halted (its latest deployment failed or was cancelled)
     * @param inDeployment whether the deployment of the basis, or the one that this plan creates, counts it
     * @param previous the last allocation of the slot if that was lost or is stopped by this plan; else null
     * @param score normalised, millionths, 0..1,000,000
     */
    public record Place(
            String group,
            int ordinal,
            String nodeId,
            long nodeSpecIndex,
            long jobVersion,
            boolean inDeployment,
            @Nullable AllocationId previous,
            int score) {}

    /**
     * An allocation that is not wanted any more.
     *
     * @param lost true if its node is down: its client status becomes lost
     */
    public record Stop(AllocationId id, boolean lost, StopReason reason) {}

    /** Why ({@code spec/cli.md} place: stops.code). */
    public enum StopReason {
        NOT_NEEDED("not needed"),
        LOST("its node is down"),
        UPDATED("replaced by another version");

        private final String text;

        StopReason(String text) {
            this.text = text;
        }

        /** In words, as stored with the allocation. */
        public String text() {
            return text;
        }
    }

    /**
     * An allocation that goes on under the basis' version without being placed again; what it holds does not change.
     *
     * @param inDeployment whether the deployment of the basis, or the one that this plan creates, counts it
     */
    public record InPlace(AllocationId id, boolean inDeployment) {}

    /**
     * What a plan does to deployments of its job.
     *
     * @param create groups of a deployment to be created for the basis' version; empty = none
     * @param cancelId an active deployment of another version that this plan cancels; 0 = none
     * @param complete whether the deployment of the basis is complete: successful, or blocked in a rollout
     */
    public record DeploymentChange(List<GroupGoal> create, long cancelId, boolean complete) {
        /** Touches no deployment. */
        public static final DeploymentChange NONE = new DeploymentChange(List.of(), 0, false);

        /** Takes an ordered copy. */
        public DeploymentChange {
            create = List.copyOf(create);
        }

        /** Whether it touches no deployment. */
        public boolean isNone() {
            return create.isEmpty() && cancelId == 0 && !complete;
        }
    }

    /** How many allocations of a group a deployment has to bring up: 0 and up. */
    public record GroupGoal(String group, int desiredTotal) {
        /**
         * The goals of a deployment of {@code job}: all of every group that has an update rule, in the job's order. A
         * plan that creates a deployment carries exactly these; an empty list means that the job has no deployments.
         */
        public static List<GroupGoal> allOf(Job job) {
            return job.groups().stream()
                    .filter(group -> !group.update().isNone())
                    .map(group -> new GroupGoal(group.name(), group.count()))
                    .toList();
        }
    }
}
