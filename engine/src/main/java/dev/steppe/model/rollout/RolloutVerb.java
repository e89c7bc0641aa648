package dev.steppe.model.rollout;

/** What one region, or an operator, may ask of a rollout's deployment in a region ({@code multiregion.md} 2.5). */
public enum RolloutVerb {
    /** PENDING to RUNNING: the staged spec becomes what is wanted. */
    RUN,
    /** BLOCKED to UNBLOCKING: said by a region to itself before it releases the others. */
    PREPARE,
    /** UNBLOCKING to SUCCESSFUL. */
    COMMIT,
    /** BLOCKED or UNBLOCKING to SUCCESSFUL; also the operator's lever. */
    UNBLOCK,
    /** Anything not terminal to FAILED. */
    FAIL,
    /** Anything not terminal to CANCELLED. */
    CANCEL,
    /** PENDING to CANCELLED, the slot is dropped: a registration that was aborted. */
    UNSTAGE
}
