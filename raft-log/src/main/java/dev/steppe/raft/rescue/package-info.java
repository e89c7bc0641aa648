/**
 * SHELL, enters every room: how does a group go on whose majority is lost for good, or of which only an old copy is
 * left?
 *
 * <p>In come the directory of one member that does not run, an empty directory, and what the new group is to be. Out
 * comes, in the second directory, a group of that one member, with its own identity and with everything that the first
 * one holds; the first one is not changed. What the others had and this one had not is lost, and nobody can tell what
 * that was; therefore an operator does it, and no server ever does. Not here: what a server does with its own damaged
 * directory ({@code raft.log}), and who joins the new group ({@code raft.node}). Both directories belong to the caller.
 */
@NullMarked
package dev.steppe.raft.rescue;

import org.jspecify.annotations.NullMarked;
