package dev.steppe.multiregion;

import dev.steppe.model.rollout.DeploymentStatus;
import java.util.Arrays;

/**
 * Whether anything moved anywhere in the rollout since the last look ({@code multiregion.md} 2.7 h, 2.8). Forgets at a
 * loss of leadership.
 *
 * <p>A stall time that is over is not enough: every region must have been seen, still, for two ticks. A new leader, or
 * one that could not read a peer, thus leaves everyone the time of a pass to go on before it gives up.
 */
final class StallWatch {
    private static final long NEVER = Long.MIN_VALUE;
    private static final int CALM_TICKS = 2;

    private final WatcherSettings settings;
    private final long[] digests;
    private boolean hasProgress;
    private long refreshedAtMs = NEVER;
    private long calmSinceMs = NEVER;

    StallWatch(WatcherSettings settings, int regionCount) {
        this.settings = settings;
        digests = new long[regionCount];
        Arrays.fill(digests, NEVER);
    }

    /** Compares a new picture with the ones before. */
    void see(RolloutPicture picture, long nowMs) {
        boolean isCalm = !picture.any(DeploymentStatus.RUNNING) && (picture.allRead() || settings.failsUnread());
        for (int i = 0; i < digests.length; i++) {
            Standing standing = picture.standings().get(i);
            if (standing.isRead()) {
                boolean hasMoved = digests[i] != NEVER && digests[i] != standing.digest();
                hasProgress |= hasMoved;
                isCalm &= !hasMoved;
                digests[i] = standing.digest();
            }
        }
        if (!isCalm) {
            calmSinceMs = NEVER;
        } else if (calmSinceMs == NEVER) {
            calmSinceMs = nowMs;
        }
    }

    /** Whether progress is to be written down now; at most once a tick, so that busy regions do not fill the log. */
    boolean takeRefresh(long nowMs) {
        boolean isDue = refreshedAtMs == NEVER || nowMs - refreshedAtMs >= settings.tickMs();
        if (!hasProgress || !isDue) {
            return false;
        }
        hasProgress = false;
        refreshedAtMs = nowMs;
        return true;
    }

    /** Whether the region that looked, which waits until {@code stallByMs} (0 = for ever), has waited long enough. */
    boolean isStalled(long stallByMs, long nowMs) {
        return stallByMs != 0
                && nowMs >= stallByMs
                && !hasProgress
                && calmSinceMs != NEVER
                && nowMs - calmSinceMs >= CALM_TICKS * settings.tickMs();
    }
}
