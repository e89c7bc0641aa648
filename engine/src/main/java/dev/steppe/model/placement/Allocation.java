package dev.steppe.model.placement;

import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Resources;
import org.jspecify.annotations.Nullable;

/**
 * One group of tasks on one node.
 *
 * @param slot which of the job's wanted allocations it is
 * @param nodeId where
 * @param origin the job version that it runs, and the deployment that placed it
 * @param resources what it holds on the node: the group's ask at placement
 * @param previous the allocation that it replaces; null if none
 * @param score normalised score at placement, millionths, 0..1,000,000
 * @param status what is wanted of it and what its client says
 * @param createIndex entry that placed it
 * @param modifyIndex entry that last changed it
 */
public record Allocation(
        AllocationId id,
        Slot slot,
        String nodeId,
        Origin origin,
        Resources resources,
        @Nullable AllocationId previous,
        int score,
        Status status,
        long createIndex,
        long modifyIndex) {

    /**
     * Which of the wanted allocations: {@code <job>.<group>[<ordinal>]}.
     *
     * @param ordinal 0 and up, below the group's count while it is wanted
     */
    public record Slot(JobKey job, String group, int ordinal) {
        /** The name that operators see ({@code scheduling.md} 1.5.1). */
        public String name() {
            return job.id() + "." + group + "[" + ordinal + "]";
        }
    }

    /**
     * What it was placed for.
     *
     * @param jobCreateIndex incarnation of the job
     * @param jobVersion version of the job that it runs
     * @param deploymentId deployment that counts it; 0 = none
     */
    public record Origin(long jobCreateIndex, long jobVersion, long deploymentId) {}

    /**
     * What is wanted and what is.
     *
     * @param description why it is not wanted any more, in words; empty while it is
     * @param healthIndex entry that last wrote {@code health}; 0 = never
     */
    public record Status(
            DesiredStatus desired, ClientStatus client, Health health, String description, long healthIndex) {
        /** Wanted, not yet heard of. */
        public static final Status PENDING = new Status(DesiredStatus.RUN, ClientStatus.PENDING, Health.UNKNOWN, "", 0);
    }

    /** What the server wants ({@code scheduling.md} 1.5.2). */
    public enum DesiredStatus {
        RUN,
        STOP
    }

    /** What the client says. */
    public enum ClientStatus {
        PENDING,
        RUNNING,
        COMPLETE,
        FAILED,
        /** Its node was not heard of; said by the server. */
        LOST;

        /** Whether it holds nothing on its node any more. */
        public boolean isTerminal() {
            return this == COMPLETE || this == FAILED || this == LOST;
        }
    }

    /** What the client says of its health in the deployment that placed it. */
    public enum Health {
        UNKNOWN,
        HEALTHY,
        UNHEALTHY
    }

    /** Not wanted, or ended: takes nothing from its node. */
    public boolean isTerminal() {
        return status.desired() == DesiredStatus.STOP || status.client().isTerminal();
    }

    /** The same allocation with another status, written by entry {@code index}. */
    public Allocation withStatus(Status newStatus, long index) {
        return new Allocation(id, slot, nodeId, origin, resources, previous, score, newStatus, createIndex, index);
    }

    /** The same allocation running under another version or deployment, written by entry {@code index}. */
    public Allocation withOrigin(Origin newOrigin, Status newStatus, long index) {
        return new Allocation(id, slot, nodeId, newOrigin, resources, previous, score, newStatus, createIndex, index);
    }
}
