package dev.steppe.demo;

import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What the demo saw; its members are those of {@code spec/cli.md}, in their order.
 *
 * @param durability {@code forced} or {@code unforced}
 */
public record DemoReport(
        long seed, String durability, int servers, double speed, List<Rollout> rollouts, List<Timing> timing) {
    /** Takes ordered copies. */
    public DemoReport {
        rollouts = List.copyOf(rollouts);
        timing = List.copyOf(timing);
    }

    /**
     * One submission.
     *
     * @param outcome {@code successful}, {@code held} or {@code failed}
     * @param submitMs until the submission was answered
     * @param roundTrips most request/answer pairs of the registration that one region saw before it was run
     * @param maxRunningSeen most regions running at once, from committed entries
     * @param startOrder regions in the order in which they began to run
     */
    public record Rollout(
            long version,
            String outcome,
            long submitMs,
            int roundTrips,
            int maxRunningSeen,
            List<String> startOrder,
            List<Region> regions) {
        /** Takes ordered copies. */
        public Rollout {
            startOrder = List.copyOf(startOrder);
            regions = List.copyOf(regions);
        }
    }

    /**
     * One region of one rollout. Times are milliseconds since the submission; null if that state was never seen.
     *
     * @param status of the rollout's own deployment
     * @param jobVersion current version of the job there
     * @param specVersion whose spec runs now
     * @param revertStatus status of the reverting deployment; null if there is none
     */
    public record Region(
            String name,
            String status,
            String statusDescription,
            long jobVersion,
            long specVersion,
            @Nullable String revertStatus,
            Counts counts,
            SortedMap<String, GroupCounts> groups,
            Times times) {}

    /** Allocations of the rollout's version, or of the one that runs now, over all groups. */
    public record Counts(int desired, int placed, int healthy, int unhealthy) {}

    /** The same for one group. */
    public record GroupCounts(int desired, int placed, int healthy) {}

    /** When each state was first seen. */
    public record Times(
            @Nullable Long pendingAtMs,
            @Nullable Long runningAtMs,
            @Nullable Long blockedAtMs,
            @Nullable Long endedAtMs) {}

    /** The inequality that keeps a quorum, as one region's leader measured it. */
    public record Timing(
            String region,
            double broadcastP50Us,
            double broadcastP99Us,
            double broadcastP999Us,
            long electionTimeoutMs,
            double ratio,
            long elections) {}
}
