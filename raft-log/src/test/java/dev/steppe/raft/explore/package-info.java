/**
 * TOOL: every state that a small group of members can come into, one after another, and whether all rules hold in it.
 *
 * <p>In come bounds ({@link Bounds}) and perhaps a script to begin with; out comes a {@link Finding}: how many states
 * there are, which rare things happened, and the shortest script that breaks a rule. A {@link World} is a few members,
 * a network in which nothing is ever lost for good, and a short history; what was sent may arrive at any time, twice,
 * or never. Scripts are read and written by {@link Script}. The members are those of {@code member}; the search is
 * breadth-first, so the first script that breaks a rule is a shortest one.
 */
package dev.steppe.raft.explore;
