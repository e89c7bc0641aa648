package dev.steppe.broker;

import dev.steppe.model.placement.Evaluation;

/**
 * One evaluation handed to one planner for a time.
 *
 * @param evaluation the row as the broker knows it
 * @param token names this delivery; an older one is refused
 * @param waitIndex the planner must plan on a view at or above this: what the job's last answer changed is in it
 * @param expiresAtMs log time at which it is given to somebody else unless extended
 */
public record Lease(Evaluation evaluation, long token, long waitIndex, long expiresAtMs) {}
