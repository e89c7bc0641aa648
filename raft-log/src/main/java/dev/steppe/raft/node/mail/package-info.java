/**
 * SHELL: how the agents of one node meet. The mailboxes between them and what each mail means.
 *
 * <p>In come mails of numbers, commands, records and frames as bytes, and a few rare ones as objects; they go out in
 * the order in which one sender put them. Each box has one reader and names it. Not here: what anyone does with a mail.
 */
@NullMarked
package dev.steppe.raft.node.mail;

import org.jspecify.annotations.NullMarked;
