/**
 * SHELL: the agent around the core of one member.
 *
 * <p>In come frames of peers, progress of the disk, commands, and what operators ask for; each becomes one input of the
 * core, and what the core wishes is carried out in the order that is law: nothing leaves before what it depends on is
 * forced. The consensus agent owns everything here. Not here: what Raft decides ({@code raft.core}).
 */
@NullMarked
package dev.steppe.raft.node.consensus;

import org.jspecify.annotations.NullMarked;
