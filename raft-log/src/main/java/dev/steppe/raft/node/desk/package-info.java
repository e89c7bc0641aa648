/**
 * SHELL: where the threads of the embedder leave proposals and reads, and who is to be told of them.
 *
 * <p>In come commands and listeners from any thread; out go commands to the consensus agent, in seats that say whose
 * they are. A full desk refuses. A seat belongs to whoever took it last: consensus before it has an index, apply behind
 * it. Not here: when an entry is committed.
 */
@NullMarked
package dev.steppe.raft.node.desk;

import org.jspecify.annotations.NullMarked;
