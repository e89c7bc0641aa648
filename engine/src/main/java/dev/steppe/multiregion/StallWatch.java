package dev.steppe.multiregion;

import dev.steppe.model.rollout.DeploymentStatus;
import java.util.Arrays;

/**
 * Whether anything moved anywhere in the rollout since the last look ({@code multiregion.md} 2.7 h, 2.8). Forgets at a
 * loss of leadership, so the first picture counts as no progress and as no proof of a stall.
 */
final class StallWatch {
    private static final long NEVER_SEEN = Long.MIN_VALUE;

    private final WatcherSettings settings;
    private final long[] digests;
    private int pictureCount;
    private boolean hasProgress;
    private long refreshedAtMs = NEVER_SEEN;

    StallWatch(WatcherSettings settings, int regionCount) {
        this.settings = settings;
        digests = new long[regionCount];
        Arrays.fill(digests, NEVER_SEEN);
    }

    /** Compares a new picture with the ones before. */
    void see(RolloutPicture picture) {
        pictureCount++;
        for (int i = 0; i < digests.length; i++) {
            Standing standing = picture.standings().get(i);
            if (standing.isRead()) {
                hasProgress |= digests[i] != NEVER_SEEN && digests[i] != standing.digest();
                digests[i] = standing.digest();
            }
        }
    }

    /** Whether progress is to be written down now; at most once a tick, so that busy regions do not fill the log. */
    boolean takeRefresh(long nowMs) {
        boolean isDue = refreshedAtMs == NEVER_SEEN || nowMs - refreshedAtMs >= settings.tickMs();
        if (!hasProgress || !isDue) {
            return false;
        }
        hasProgress = false;
        refreshedAtMs = nowMs;
        return true;
    }

    /** Whether the region that looked, which waits until {@code stallByMs}, has waited long enough. */
    boolean isStalled(RolloutPicture picture, long stallByMs, long nowMs) {
        return stallByMs != 0
                && nowMs >= stallByMs
                && pictureCount > 1
                && !hasProgress
                && !picture.any(DeploymentStatus.RUNNING)
                && (picture.allRead() || settings.failsUnread());
    }
}
