package dev.steppe.raft.explore;

import dev.steppe.raft.explore.member.Mark;
import java.util.ArrayList;
import java.util.List;

/**
 * What a search has found.
 *
 * @param states different worlds, by whatever names
 * @param named different worlds, each under every name
 * @param events how many events were looked at
 * @param depth events on the longest of the shortest ways
 * @param members different members
 * @param packets different messages
 * @param isComplete whether every world within the bounds was seen
 * @param marks rare things that happened, as bits
 * @param broken the rule that did not hold, or null
 * @param script how to get there
 */
public record Finding(
        long states,
        long named,
        long events,
        int depth,
        int members,
        int packets,
        boolean isComplete,
        long marks,
        String broken,
        String script) {
    /** This finding, if no rule was broken and all of {@code wanted} happened; prints its figures. */
    public Finding holds(String name, Mark... wanted) {
        System.out.println("explored " + name + ": " + this);
        if (broken != null || !missing(wanted).isEmpty()) {
            throw new AssertionError(name + ": never happened: " + missing(wanted) + "; " + this);
        }
        return this;
    }

    /** Those of {@code wanted} that did not happen. */
    public List<Mark> missing(Mark... wanted) {
        List<Mark> missing = new ArrayList<>();
        for (Mark mark : wanted) {
            if ((marks & mark.bit()) == 0) {
                missing.add(mark);
            }
        }
        return missing;
    }

    @Override
    public String toString() {
        String head = states + " states, " + events + " events, depth " + depth + ", " + members + " members, "
                + packets + " messages" + (isComplete ? ", complete" : ", cut off");
        return broken == null ? head : head + "\nBROKEN: " + broken + "\n" + script;
    }
}
