package dev.steppe.sim.world;

import java.util.PriorityQueue;

/** What the world has planned, by time; what is planned for one moment happens in the order of planning. */
public final class Agenda {
    private final PriorityQueue<Plan> plans = new PriorityQueue<>();
    private long plannedCount;

    /** Nothing is planned. */
    public Agenda() {}

    private record Plan(long atNs, long order, Runnable deed) implements Comparable<Plan> {
        @Override
        public int compareTo(Plan other) {
            int byTime = Long.compare(atNs, other.atNs);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    /** Plans {@code deed} for {@code atNs}, world time. */
    public void at(long atNs, Runnable deed) {
        plans.add(new Plan(atNs, plannedCount++, deed));
    }

    /** When the next thing is due; {@code Long.MAX_VALUE} for never. */
    public long nextNs() {
        Plan next = plans.peek();
        return next == null ? Long.MAX_VALUE : next.atNs();
    }

    /** Does the next thing. */
    public void doNext() {
        plans.remove().deed().run();
    }

    /** Drops everything. */
    public void clear() {
        plans.clear();
    }
}
