package dev.steppe.gateway;

import dev.steppe.command.Command;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.rollout.RolloutVerb;
import java.util.List;

/** The whole conversation between clients and servers. */
public sealed interface GatewayMessage {
    /** Chosen by the asker, unique on its link; comes back in the answer. */
    long requestId();

    /** What a client asks; every ask is answered once on the same link, or the link ends. */
    sealed interface Ask extends GatewayMessage {}

    /** What a server answers. */
    sealed interface Answer extends GatewayMessage {}

    /**
     * Write a command of the client's: RegisterNodes, ReportAllocations or StopJob; others are refused. Answered
     * {@link Accepted} when applied.
     */
    record Propose(long requestId, Command command) implements Ask {}

    /**
     * Submit a job; one with a region block goes to the watcher of this region.
     *
     * @param checkIndex see {@code Command.SubmitJob}; ignored for a job with a region block
     */
    record Submit(long requestId, Job job, long checkIndex, long submitTimeMs) implements Ask {}

    /** An operator's verb to the open rollout of a job in this region: UNBLOCK or FAIL; others are refused. */
    record Steer(long requestId, JobKey job, RolloutVerb verb) implements Ask {}

    /** These nodes are heard of. */
    record Beat(long requestId, List<String> nodeIds) implements Ask {
        /** Takes an ordered copy. */
        public Beat {
            nodeIds = List.copyOf(nodeIds);
        }
    }

    /** What should run on these nodes? Answered {@link Assigned} from the newest applied state of the leader. */
    record Sync(long requestId, List<String> nodeIds) implements Ask {
        /** Takes an ordered copy. */
        public Sync {
            nodeIds = List.copyOf(nodeIds);
        }
    }

    /**
     * Done.
     *
     * @param index entry of the log; 0 where none was written
     * @param version the job's version; -1 where there is none
     */
    record Accepted(long requestId, long index, long version) implements Answer {}

    /** Nothing changed; one sentence says what, where, and what to do. */
    record Refused(long requestId, String sentence) implements Answer {}

    /** Back-pressure: nothing was taken; ask again later. */
    record Busy(long requestId) implements Answer {}

    /** This server does not lead; {@code leaderId} is -1 while nobody is known to. Nothing was taken. */
    record NotLeader(long requestId, int leaderId) implements Answer {}

    /** The outcome is not known: it may or may not have happened. */
    record Unknown(long requestId, String sentence) implements Answer {}

    /**
     * Everything live on the nodes asked about; what a client runs and does not find here it stops.
     *
     * @param index last entry that the answer contains
     */
    record Assigned(long requestId, long index, List<Assignment> assignments) implements Answer {
        /** Takes an ordered copy. */
        public Assigned {
            assignments = List.copyOf(assignments);
        }
    }

    /**
     * One allocation to run.
     *
     * @param specVersion the version whose spec it runs (a revert runs an earlier one)
     * @param minHealthyTimeMs how long it must run to be called healthy
     * @param healthyDeadlineMs after this long without health it is unhealthy
     */
    record Assignment(
            AllocationId id,
            String nodeId,
            Allocation.Slot slot,
            long jobVersion,
            long specVersion,
            long minHealthyTimeMs,
            long healthyDeadlineMs) {}
}
