/**
 * MACHINE: which evaluation is asked next, and by whom. Ready, leased, delayed and blocked evaluations of one region.
 *
 * <p>In come evaluation rows as views are published, the index of each entry that made room, requests for a lease and
 * leases given back; out go leases, and wishes to conclude evaluations that nobody needs to ask any more. An evaluation
 * is over when its row says so: the log is the only acknowledgement. Not here: what the answer is ({@code planner}),
 * who makes room ({@code fsm}, {@code fleet}). Owned by the duties agent of the leader; dropped and fed anew from a
 * view when leadership is gained.
 */
@NullMarked
package dev.steppe.broker;

import org.jspecify.annotations.NullMarked;
