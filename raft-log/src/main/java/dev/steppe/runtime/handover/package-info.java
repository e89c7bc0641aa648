/**
 * SHELL: how one thread gives something to another.
 *
 * <p>In come mails and values of one thread, out they go on another: a {@link dev.steppe.runtime.handover.Mailbox} or
 * {@link dev.steppe.runtime.handover.ByteMailbox} (many to one), a {@link dev.steppe.runtime.handover.Published} value
 * (one to many). A {@link dev.steppe.runtime.handover.Doorbell} hands nothing over; it ends a rest. A full box refuses.
 * Not here: threads.
 */
@NullMarked
package dev.steppe.runtime.handover;

import org.jspecify.annotations.NullMarked;
