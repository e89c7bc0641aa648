package dev.steppe.model.rollout;

import java.util.Optional;

/**
 * The guarded lattice: which verb moves which state where ({@code multiregion.md} 2.4). The states on the way only go
 * up, failed and cancelled absorb, terminal is final (S8).
 */
public final class RolloutLattice {
    private RolloutLattice() {}

    /** Where {@code verb} leads from {@code from}; empty if it may not be said there. */
    public static Optional<DeploymentStatus> target(DeploymentStatus from, RolloutVerb verb) {
        if (from.isTerminal()) {
            return Optional.empty();
        }
        return switch (verb) {
            case RUN -> when(from == DeploymentStatus.PENDING, DeploymentStatus.RUNNING);
            case PREPARE -> when(from == DeploymentStatus.BLOCKED, DeploymentStatus.UNBLOCKING);
            case COMMIT -> when(from == DeploymentStatus.UNBLOCKING, DeploymentStatus.SUCCESSFUL);
            case UNBLOCK -> when(from.isAtLeast(DeploymentStatus.BLOCKED), DeploymentStatus.SUCCESSFUL);
            case FAIL -> Optional.of(DeploymentStatus.FAILED);
            case CANCEL -> Optional.of(DeploymentStatus.CANCELLED);
            case UNSTAGE -> when(from == DeploymentStatus.PENDING, DeploymentStatus.CANCELLED);
        };
    }

    /**
     * Whether a refused {@code verb} had its effect before: the state is at or beyond where it leads. Such a refusal is
     * answered ALREADY, every other one REFUSED.
     */
    public static boolean isAlready(DeploymentStatus from, RolloutVerb verb) {
        return switch (verb) {
            case RUN -> from.isAtLeast(DeploymentStatus.RUNNING);
            case PREPARE -> from.isAtLeast(DeploymentStatus.UNBLOCKING);
            case COMMIT, UNBLOCK -> from == DeploymentStatus.SUCCESSFUL;
            case FAIL, CANCEL -> from.isTerminal();
            case UNSTAGE -> from == DeploymentStatus.CANCELLED;
        };
    }

    private static Optional<DeploymentStatus> when(boolean allowed, DeploymentStatus to) {
        return allowed ? Optional.of(to) : Optional.empty();
    }
}
