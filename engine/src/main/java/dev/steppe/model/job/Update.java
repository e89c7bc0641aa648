package dev.steppe.model.job;

/**
 * How a group moves from one version to the next ({@code scheduling.md} 1.2.4, {@code multiregion.md} 4.3).
 *
 * @param maxParallel how many allocations may be in update at once; 0 = no deployment at all
 * @param minHealthyTimeMs how long an allocation must run before its client calls it healthy
 * @param healthyDeadlineMs after this long without health the client calls it unhealthy
 * @param progressDeadlineMs the deployment fails after this long without progress; 0 = at the first unhealthy one
 * @param autoRevert whether a failed deployment returns to the newest stable version
 */
public record Update(
        int maxParallel, long minHealthyTimeMs, long healthyDeadlineMs, long progressDeadlineMs, boolean autoRevert) {
    /** max_parallel 1, 10 s, 5 min, 10 min, no auto_revert. */
    public static final Update DEFAULT = new Update(1, 10_000, 300_000, 600_000, false);

    /** True if the group has no deployments: everything may move at once. */
    public boolean isNone() {
        return maxParallel == 0;
    }
}
