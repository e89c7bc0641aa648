/**
 * TOOL: a real group under real misfortunes, and whether its clients could tell it from one machine that never fails.
 *
 * <p>Three processes run production members over TCP with mutual TLS and real files ({@code member}); between each two
 * stands a proxy ({@link Group}). A dozen {@link Client}s ask, {@link StrikeAgent} strikes, {@link History} keeps what
 * was asked and answered and judges it with the checkers of {@code check}; {@link Campaign} runs it all from one
 * printed seed. The seed decides what strikes and when, and not how threads and processes take turns: a run cannot be
 * had again, only one like it. Not here: power loss and failing disks ({@code sim}, and the real files of raft-log).
 */
package dev.steppe.realgroup;
