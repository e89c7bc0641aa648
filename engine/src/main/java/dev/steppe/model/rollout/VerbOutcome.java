package dev.steppe.model.rollout;

/** What a region answers to a verb ({@code multiregion.md} 2.4, 2.5, DESIGN §9). */
public enum VerbOutcome {
    /** Committed in that region. */
    APPLIED,
    /** It stands there or beyond already. */
    ALREADY,
    /** Not from where it stands; the view says where that is. */
    REFUSED,
    /** The rollout is over there: a newer version, or another rollout. */
    SUPERSEDED,
    /** No answer: it may or may not have happened. */
    UNKNOWN
}
