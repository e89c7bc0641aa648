/**
 * TOOL: one member of an explored world: the real core, the log that it wrote, and what its disk has forced of it.
 *
 * <p>In comes a member and an event; out comes the member that follows, the messages that left it, and what must be
 * remembered of it. Members, logs and messages are immutable and have numbers: two that are alike have one number, so
 * each step of the real core is made once, however many worlds it happens in. Each has a fingerprint under every
 * renaming of the members, so that worlds that differ only by names can be told to be the same. Time is taken out: see
 * {@link CoreFields}. Not here: the network, other members, the rules that span them.
 */
package dev.steppe.raft.explore.member;
