package dev.steppe.model.rollout;

import java.util.Locale;

/**
 * States of a deployment ({@code multiregion.md} 2.3). A deployment of one region starts RUNNING and ends SUCCESSFUL,
 * FAILED or CANCELLED; one of a rollout starts PENDING and passes BLOCKED.
 */
public enum DeploymentStatus {
    /** Registered and validated here, inert until it is run. */
    PENDING,
    /** Rolling out here; the only state that counts for max_parallel. */
    RUNNING,
    /** Complete here, waits for the other regions. */
    BLOCKED,
    /** Knows that every region is complete; is releasing them. */
    UNBLOCKING,
    /** Done; its version is stable. Terminal. */
    SUCCESSFUL,
    /** Terminal; the update block says whether it reverts. */
    FAILED,
    /** Superseded, stopped or aborted. Terminal. */
    CANCELLED;

    /** Whether nothing will change it any more. */
    public boolean isTerminal() {
        return this == SUCCESSFUL || isAbsorbed();
    }

    /** RUNNING, BLOCKED or UNBLOCKING: neither inert nor over. */
    public boolean isActive() {
        return this == RUNNING || this == BLOCKED || this == UNBLOCKING;
    }

    /** FAILED or CANCELLED: off the way that the others move along. */
    public boolean isAbsorbed() {
        return this == FAILED || this == CANCELLED;
    }

    /** Whether it is on the way and at least as far as {@code other} on it (both not absorbed). */
    public boolean isAtLeast(DeploymentStatus other) {
        return !isAbsorbed() && compareTo(other) >= 0;
    }

    /** Lower case, as shown to operators. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
