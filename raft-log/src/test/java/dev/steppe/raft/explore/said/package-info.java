/**
 * TOOL: what members write and say: all logs as one tree, all messages as one list, each with a number.
 *
 * <p>Two logs or messages that are alike have one number, and whoever breaks a rule raises {@link RuleBroken}. Built on
 * {@code alike}; not here: who writes, who says, and when.
 */
package dev.steppe.raft.explore.said;
