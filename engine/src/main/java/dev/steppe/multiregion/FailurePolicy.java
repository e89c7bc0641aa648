package dev.steppe.multiregion;

import dev.steppe.model.job.OnFailure;

/** Which regions a failed one takes with it ({@code multiregion.md} 2.9); positions count from 0 in list order. */
final class FailurePolicy {
    private FailurePolicy() {}

    /**
     * Whether the region at {@code position}, if its rollout is still open there, fails with the one at {@code failed}.
     */
    static boolean reaches(OnFailure policy, int failed, int position) {
        return switch (policy) {
            case FAIL_ALL -> position != failed;
            case DEFAULT -> position > failed;
            case FAIL_LOCAL -> false;
        };
    }

    /** Whether no further region is started once any has failed. */
    static boolean freezes(OnFailure policy) {
        return policy != OnFailure.FAIL_LOCAL;
    }
}
