/**
 * SHELL: the real file system; the only code that opens or maps the log's files. A directory locked for this process,
 * files prepared by writing zeros, positional writes, data-only forces, read-only mappings.
 *
 * <p>In come a path and names; out go {@code raft.storage}'s files, verdicts and faults. Directories are made 0700 and
 * files 0600; symbolic links are not followed. Not here: what the bytes mean. May enter: {@code raft.storage},
 * {@code base}.
 */
@NullMarked
package dev.steppe.raft.storage.file;

import org.jspecify.annotations.NullMarked;
