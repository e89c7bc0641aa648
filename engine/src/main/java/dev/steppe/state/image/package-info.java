/**
 * MACHINE: a whole state as bytes, and back. The live section of a snapshot: every row of every table of one view, and
 * nothing that follows from them.
 *
 * <p>In comes a view ({@link dev.steppe.state.image.StateImage}, owned by the snapshot agent) or the bytes of a
 * snapshot ({@link dev.steppe.state.image.StateImageReader}, owned by the apply agent); out go records in a defined
 * order, or the state put together again. Equal states have equal bytes. Jobs and nodes are written by the codecs of
 * {@code command}, the rest by {@code wire}. Not here: files and checksums ({@code raft.snapshot}), what the tables are
 * ({@code state}).
 */
@NullMarked
package dev.steppe.state.image;

import org.jspecify.annotations.NullMarked;
