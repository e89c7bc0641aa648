/**
 * MACHINE: whether the replicas' states are equal where their logs are.
 *
 * <p>In come hashes of states at marked indexes, one's own and those that others report; out comes who stands against
 * the majority. Not here: how a state is hashed, messages, and the halt of whoever is wrong. The marks belong to the
 * consensus agent.
 */
@NullMarked
package dev.steppe.raft.agreement;

import org.jspecify.annotations.NullMarked;
