package dev.steppe.demo;

import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.state.StateView;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * What committed entries said of one job, region by region. Every server of every region calls {@link #onView} on its
 * apply agent, before anybody else learns of the view; so a region is seen to leave a state before another one is
 * started because of it. Thread safe: one lock, held for a few look-ups; the demo measures nothing that it would
 * disturb.
 */
public final class RolloutTimeline {
    private final JobKey job;
    private final NanoClock clock;
    private final Consumer<String> narrator;
    private final SortedMap<String, RegionTrack> tracks = new TreeMap<>();
    private final SortedMap<Long, Watch> watches = new TreeMap<>();

    /** {@code narrator} gets one line for each change of state. */
    public RolloutTimeline(JobKey job, NanoClock clock, Consumer<String> narrator) {
        this.job = job;
        this.clock = clock;
        this.narrator = narrator;
    }

    /** Begins to watch {@code version}; its times count from now. */
    public synchronized void begin(long version) {
        watches.put(version, new Watch(clock.nanoTime()));
    }

    /** A view was applied by a server of {@code region}. */
    public synchronized void onView(String region, StateView view) {
        RegionTrack track = tracks.computeIfAbsent(region, RegionTrack::new);
        if (view.index() <= track.index) {
            return;
        }
        track.index = view.index();
        JobVersion current = view.job(job);
        if (current == null && track.deployments.isEmpty() && view.staged(job) == null) {
            return;
        }
        track.current = current;
        for (long deploymentId : view.journal().deployments()) {
            Deployment deployment = view.deployment(deploymentId);
            if (deployment != null && deployment.job().equals(job)) {
                onDeployment(track, deployment);
            }
        }
    }

    private void onDeployment(RegionTrack track, Deployment deployment) {
        Deployment before = track.deployments.put(deployment.id(), deployment);
        if (before != null && before.status() == deployment.status()) {
            return;
        }
        long version = deployment.version().jobVersion();
        Watch watch = watches.get(version);
        if (watch == null) {
            if (before == null || deployment.status().isTerminal()) {
                narrate(track.region, deployment, -1);
            }
            return;
        }
        long atMs = TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - watch.startNs);
        watch.onStatus(track.region, deployment.status(), atMs);
        narrate(track.region, deployment, atMs);
    }

    private void narrate(String region, Deployment deployment, long atMs) {
        String at = atMs < 0 ? "" : String.format(Locale.ROOT, "%7.2f s  ", atMs / 1000.0);
        String words = deployment.description().isEmpty() ? "" : ": " + deployment.description();
        narrator.accept(at + region + " v" + deployment.version().jobVersion() + " "
                + deployment.status().text() + words);
    }

    /** The newest deployment of {@code version} in {@code region}. */
    public synchronized Optional<Deployment> deployment(String region, long version) {
        RegionTrack track = tracks.get(region);
        return track == null
                ? Optional.empty()
                : track.newest(deployment -> deployment.version().jobVersion() == version);
    }

    /** The deployment that takes {@code region} back from {@code version}, if there is one. */
    public synchronized Optional<Deployment> revert(String region, long version) {
        RegionTrack track = tracks.get(region);
        return track == null
                ? Optional.empty()
                : track.newest(
                        deployment -> deployment.version().jobVersion() > version && deployment.membership() == null);
    }

    /** The job's current row in {@code region}. */
    public synchronized Optional<JobVersion> current(String region) {
        RegionTrack track = tracks.get(region);
        return track == null ? Optional.empty() : Optional.ofNullable(track.current);
    }

    /** Most regions that were running {@code version} at once. */
    public synchronized int maxRunning(long version) {
        return watch(version).maxRunning;
    }

    /** Regions in the order in which they began to run {@code version}. */
    public synchronized List<String> startOrder(long version) {
        return List.copyOf(watch(version).startOrder);
    }

    /** When {@code region} first stood in each state of {@code version}. */
    public synchronized DemoReport.Times times(String region, long version) {
        Map<DeploymentStatus, Long> seen = watch(version).firstSeen.getOrDefault(region, Map.of());
        Long endedAtMs = null;
        for (Map.Entry<DeploymentStatus, Long> entry : seen.entrySet()) {
            endedAtMs = entry.getKey().isTerminal() ? entry.getValue() : endedAtMs;
        }
        return new DemoReport.Times(
                seen.get(DeploymentStatus.PENDING),
                seen.get(DeploymentStatus.RUNNING),
                seen.get(DeploymentStatus.BLOCKED),
                endedAtMs);
    }

    private Watch watch(long version) {
        Watch watch = watches.get(version);
        if (watch == null) {
            throw new IllegalStateException("version " + version + " is not watched");
        }
        return watch;
    }

    /** What is known of one region. */
    private static final class RegionTrack {
        private final String region;
        private final SortedMap<Long, Deployment> deployments = new TreeMap<>();
        private long index;
        private @Nullable JobVersion current;

        private RegionTrack(String region) {
            this.region = region;
        }

        private Optional<Deployment> newest(Predicate<Deployment> wanted) {
            Optional<Deployment> newest = Optional.empty();
            for (Deployment deployment : deployments.values()) {
                newest = wanted.test(deployment) ? Optional.of(deployment) : newest;
            }
            return newest;
        }
    }

    /** What is known of one version. */
    private static final class Watch {
        private final long startNs;
        private final Map<String, Map<DeploymentStatus, Long>> firstSeen = new TreeMap<>();
        private final SortedMap<String, DeploymentStatus> standing = new TreeMap<>();
        private final List<String> startOrder = new ArrayList<>();
        private int maxRunning;

        private Watch(long startNs) {
            this.startNs = startNs;
        }

        private void onStatus(String region, DeploymentStatus status, long atMs) {
            standing.put(region, status);
            firstSeen
                    .computeIfAbsent(region, name -> new EnumMap<>(DeploymentStatus.class))
                    .putIfAbsent(status, atMs);
            if (status == DeploymentStatus.RUNNING && !startOrder.contains(region)) {
                startOrder.add(region);
            }
            int running = 0;
            for (DeploymentStatus one : standing.values()) {
                running += one == DeploymentStatus.RUNNING ? 1 : 0;
            }
            maxRunning = Math.max(maxRunning, running);
        }
    }
}
