package dev.steppe.demo;

import dev.steppe.cluster.Federation;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.raft.api.RaftStatus;
import dev.steppe.server.RegionServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/** Turns what was seen into the report. */
final class Observation {
    private final DemoOptions options;
    private final RolloutTimeline timeline;
    private final Federation federation;

    Observation(DemoOptions options, RolloutTimeline timeline, Federation federation) {
        this.options = options;
        this.timeline = timeline;
        this.federation = federation;
    }

    DemoReport.Rollout rollout(long version, long submitMs, String outcome) {
        List<DemoReport.Region> regions = new ArrayList<>();
        int roundTrips = 0;
        for (String region : options.regions()) {
            regions.add(region(region, version));
            roundTrips = Math.max(roundTrips, roundTrips(region, version));
        }
        return new DemoReport.Rollout(
                version,
                outcome,
                submitMs,
                roundTrips,
                timeline.maxRunning(version),
                timeline.startOrder(version),
                regions);
    }

    /** What the coordinator, the first region, counted. */
    private int roundTrips(String region, long version) {
        Optional<RolloutMembership> membership = timeline.deployment(region, version)
                .flatMap(deployment -> Optional.ofNullable(deployment.membership()));
        if (membership.isEmpty()) {
            return 0;
        }
        int roundTrips = 0;
        for (RegionServer server : federation.servers(options.regions().get(0))) {
            roundTrips = Math.max(
                    roundTrips, server.registrationRoundTrips(membership.get().rolloutId(), region));
        }
        return roundTrips;
    }

    private DemoReport.Region region(String region, long version) {
        Deployment deployment = timeline.deployment(region, version)
                .orElseThrow(() -> new IllegalStateException("no deployment of version " + version + " in " + region));
        TreeMap<String, DemoReport.GroupCounts> groups = new TreeMap<>();
        int desired = 0;
        int placed = 0;
        int healthy = 0;
        int unhealthy = 0;
        for (Deployment.GroupState group : deployment.groups()) {
            groups.put(
                    group.group(),
                    new DemoReport.GroupCounts(group.desiredTotal(), group.placedCount(), group.healthyCount()));
            desired += group.desiredTotal();
            placed += group.placedCount();
            healthy += group.healthyCount();
            unhealthy += group.unhealthyCount();
        }
        Optional<JobVersion> current = timeline.current(region);
        return new DemoReport.Region(
                region,
                deployment.status().text(),
                deployment.description(),
                current.map(JobVersion::version).orElse(-1L),
                current.map(JobVersion::specVersion).orElse(-1L),
                timeline.revert(region, version)
                        .map(revert -> revert.status().text())
                        .orElse(null),
                new DemoReport.Counts(desired, placed, healthy, unhealthy),
                groups,
                timeline.times(region, version));
    }

    DemoReport report(List<DemoReport.Rollout> rollouts) {
        List<DemoReport.Timing> timing = new ArrayList<>();
        String durability = "forced";
        for (String region : options.regions()) {
            Optional<RegionServer> leader = federation.leader(region);
            if (leader.isPresent()) {
                RaftStatus status = leader.get().status();
                durability = status.durability() == RaftStatus.Durability.FORCED ? durability : "unforced";
                timing.add(timing(region, status));
            }
        }
        return new DemoReport(options.seed(), durability, options.servers(), options.speed(), rollouts, timing);
    }

    private static DemoReport.Timing timing(String region, RaftStatus status) {
        RaftStatus.TimingStatus seen = status.timing();
        double ratio = seen.broadcastP999Us() / (seen.electionTimeoutMs() * 1_000.0);
        return new DemoReport.Timing(
                region,
                seen.broadcastP50Us(),
                seen.broadcastP99Us(),
                seen.broadcastP999Us(),
                seen.electionTimeoutMs(),
                Double.parseDouble(String.format(Locale.ROOT, "%.6f", ratio)),
                seen.elections());
    }
}
