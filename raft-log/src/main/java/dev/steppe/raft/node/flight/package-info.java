/**
 * SHELL: what a member notes in the platform's flight recorder (JFR), for those who look afterwards.
 *
 * <p>In come elections, changes of role, percentiles, full disks, snapshots, quarantines; out go events named
 * {@code dev.steppe.raft.*}. Nothing is noted, and nothing allocated, while no recording asks for it. Not here: the
 * live status ({@code raft.api.RaftStatus}). Holds no state but the member's id; any thread. May enter
 * {@code raft.timing}.
 */
@NullMarked
package dev.steppe.raft.node.flight;

import org.jspecify.annotations.NullMarked;
