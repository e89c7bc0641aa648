/**
 * SHELL: the composition root. Gives the machines of one server threads, clocks, mailboxes and links, and starts and
 * stops leader duties by term.
 *
 * <p>In come a configuration and a world (clocks, chance, storage, transports); out goes a running server, with the
 * entrance that the gateway lane, the embeddable engine and tests share. Not here: a decision of any kind; it stands in
 * a machine.
 */
@NullMarked
package dev.steppe.server;

import org.jspecify.annotations.NullMarked;
