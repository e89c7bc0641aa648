/**
 * SHELL: the only place that starts threads, or halts the process.
 *
 * <p>In come agents and a layout; out go threads with names, and an end of the process when one of them fails. Threads
 * meet only in what {@code runtime.handover} offers, or by a log index carried in a mail. A
 * {@link dev.steppe.runtime.Carrier} is a thread of another room, an event loop, that gives agents their turns.
 *
 * <p>Not here: what agents do, files, sockets. Each type names the thread that owns its state.
 */
@NullMarked
package dev.steppe.runtime;

import org.jspecify.annotations.NullMarked;
