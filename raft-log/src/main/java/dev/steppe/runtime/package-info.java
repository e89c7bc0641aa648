/**
 * SHELL: the only place that starts threads, hands values between them, reads the clocks of the platform, draws real
 * randomness or halts the process.
 *
 * <p>In come agents and a layout; out go threads with names, and an end of the process when one of them fails. Threads
 * meet in three ways: a {@link dev.steppe.runtime.Mailbox} or {@link dev.steppe.runtime.ByteMailbox} (many to one), a
 * {@link dev.steppe.runtime.Published} value (one to many), and a log index carried in a mail. A
 * {@link dev.steppe.runtime.Doorbell} hands nothing over; it ends a rest. A {@link dev.steppe.runtime.Carrier} is a
 * thread of another room, an event loop, that gives agents their turns.
 *
 * <p>Not here: what agents do, files, sockets. Each type names the thread that owns its state. May enter {@code base}
 * only.
 */
@NullMarked
package dev.steppe.runtime;

import org.jspecify.annotations.NullMarked;
