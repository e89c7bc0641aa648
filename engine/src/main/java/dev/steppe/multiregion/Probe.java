package dev.steppe.multiregion;

import dev.steppe.base.Invariant;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.region.spi.RegionView;
import dev.steppe.region.spi.RolloutEvent.Looked;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a submission found in the regions before it wrote anything ({@code multiregion.md} 2.6). */
final class Probe {
    private final TreeMap<String, RegionView> views = new TreeMap<>();
    private final TreeSet<String> silent = new TreeSet<>();

    /** Adds what a look saw. */
    void add(Looked looked) {
        for (Looked.Seen seen : looked.seen()) {
            if (seen.view() == null) {
                silent.add(seen.region());
            } else {
                views.put(seen.region(), seen.view());
            }
        }
    }

    /** Regions that did not answer, in order of their names. */
    Collection<String> silent() {
        return silent;
    }

    /** The version above every one known in {@code regions}; 0 if nobody knows the job. */
    long nextVersion(List<String> regions) {
        long highest = -1;
        for (String region : regions) {
            highest = Math.max(highest, view(region).highestVersion());
        }
        return highest + 1;
    }

    long checkIndex(String region) {
        return view(region).checkIndex();
    }

    /**
     * Whether every region wants, or is about to want, just what the submission says. A rollout that no region has
     * begun does not count: its coordinator may be gone.
     */
    boolean isUnchanged(long sourceHash, List<String> regions) {
        return regions.stream().allMatch(region -> isUnchanged(view(region), sourceHash, regions));
    }

    private boolean isUnchanged(RegionView view, long sourceHash, List<String> regions) {
        RolloutMembership open = open(view);
        if (open != null) {
            return open.sourceHash() == sourceHash
                    && open.regions().equals(regions)
                    && views.values().stream().anyMatch(one -> hasBegun(one, open.rolloutId()));
        }
        return view.sourceHash() == sourceHash
                && !view.stopped()
                && view.regions().equals(regions);
    }

    /**
     * Whether {@code now}, which a region showed when it refused to stage, differs from the probe only by the progress
     * of a rollout that the probe found, there or in another region: what is being replaced anyway may move on
     * meanwhile, and regions are not looked at all at once.
     */
    boolean isKnownProgress(RegionView now) {
        RegionView then = view(now.region());
        TreeSet<Long> known = new TreeSet<>(List.of(then.version(), then.stagedVersion()));
        for (RegionView view : views.values()) {
            Deployment deployment = view.deployment();
            if (deployment != null && !deployment.status().isTerminal()) {
                known.add(deployment.version().jobVersion());
            }
        }
        return known.contains(now.version())
                && (now.stagedVersion() == -1 || known.contains(now.stagedVersion()))
                && now.stopped() == then.stopped()
                && now.checkIndex() != then.checkIndex();
    }

    /** What the regions look like now is what {@code now} shows of one of them. */
    void replace(RegionView now) {
        views.put(now.region(), now);
    }

    private static @Nullable RolloutMembership open(RegionView view) {
        Deployment deployment = view.deployment();
        return deployment == null || deployment.status().isTerminal() ? null : deployment.membership();
    }

    private static boolean hasBegun(RegionView view, String rolloutId) {
        Deployment deployment = view.deployment();
        return deployment != null
                && deployment.membership() != null
                && deployment.membership().rolloutId().equals(rolloutId)
                && deployment.status() != DeploymentStatus.PENDING
                && deployment.status() != DeploymentStatus.CANCELLED;
    }

    private RegionView view(String region) {
        RegionView view = views.get(region);
        if (view == null) {
            throw Invariant.broken("a region was not probed", region);
        }
        return view;
    }
}
