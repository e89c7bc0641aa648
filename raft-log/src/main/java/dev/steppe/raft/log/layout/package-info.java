/**
 * DATA: where each byte of the log lies, and how it is checked. One type per layout, each drawn in its Javadoc and once
 * in {@code raft-log/FORMAT.md}; two checks, the entry chain (equal on every replica) and the frame's own.
 *
 * <p>In come direct, little-endian buffers and offsets; out go fields and the answer whether they can be believed. The
 * reusable readers belong to the thread that made them. Not here: files, positions of entries, recovery. May enter:
 * {@code base}.
 */
@NullMarked
package dev.steppe.raft.log.layout;

import org.jspecify.annotations.NullMarked;
