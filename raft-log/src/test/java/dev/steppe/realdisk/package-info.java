/**
 * TOOL: production servers in processes of their own, on file systems of their own, and what takes both away: SIGKILL,
 * power cuts, full disks, system calls that fail or hang, strangers that cut files short.
 *
 * <p>In come a child process ({@code realdisk.server}) and a fault. Everything that it acknowledges goes over a pipe
 * into a ledger of the parent, which outlives it; afterwards production recovery opens the directory and everything in
 * the ledger must be there. Not here: faults of the network, and disks in memory ({@code raft.storage.memory}), which
 * can tear pages that no real file system tears on request. What a machine lacks (root, loop devices, strace) is said
 * in one sentence and its tests are skipped.
 */
@NullMarked
package dev.steppe.realdisk;

import org.jspecify.annotations.NullMarked;
