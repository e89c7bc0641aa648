/**
 * SHELL: what a server does beside its log, each on an agent: the duties of a leader, planning, applying, and the
 * rollout watcher. The agents own machines ({@code broker}, {@code deploy}, {@code fleet}, {@code region},
 * {@code planner}, {@code applier}), bring them what happened and carry out what they wish.
 *
 * <p>In come asks, views, messages of other regions, changes of role; out go proposals to the log and answers. Not
 * here: how a server is put together, its lanes and its embeddable face ({@code server}).
 */
@NullMarked
package dev.steppe.server.duty;

import org.jspecify.annotations.NullMarked;
