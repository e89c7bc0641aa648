/**
 * TOOL: the process that is killed: one production member of a group over real files, its state machine, and the load
 * that it puts on itself.
 *
 * <p>In come a directory and a few words on its command line; out come acknowledgements, one line each, as they are
 * given. Not here: who reads them, and what is done to the process ({@code realdisk}).
 */
@NullMarked
package dev.steppe.realdisk.server;

import org.jspecify.annotations.NullMarked;
