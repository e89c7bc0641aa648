/**
 * TOOL: servers to which the system denies what they need: writes, rights, descriptors, mappings, memory.
 *
 * <p>In come child processes ({@code realdisk.server}) and one denial each. Out comes that they end with one sentence,
 * or do not start with one sentence, or go on; that they never hang; and that all they acknowledged is there when
 * things were mended. Not here: disks that are full, slow or rotten ({@code realdisk}).
 */
@NullMarked
package dev.steppe.realdisk.denied;

import org.jspecify.annotations.NullMarked;
