package dev.steppe.planner;

import dev.steppe.rank.Shard;

/**
 * How a planner works.
 *
 * @param shard the part of the fleet that it looks at first
 * @param rowsMax most rows of one plan; what is wanted beyond that comes in the next one. A plan that is taken wholly
 *     or not at all is not cut
 * @param conditionSetsMax sets of conditions whose answers it remembers
 */
public record PlannerConfig(Shard shard, int rowsMax, int conditionSetsMax) {
    /** Looks at the whole fleet; plans of at most 4,096 rows. */
    public static final PlannerConfig DEFAULT = new PlannerConfig(Shard.WHOLE, 4_096, 1_024);

    /** Refuses plans and memories of no size. */
    public PlannerConfig {
        if (rowsMax < 1 || conditionSetsMax < 1) {
            throw new IllegalArgumentException(
                    "a plan has at least a row, a memo a set: " + rowsMax + ", " + conditionSetsMax);
        }
    }

    /** The same for the planner at {@code position} of {@code plannerCount}. */
    public PlannerConfig at(int position, int plannerCount) {
        return new PlannerConfig(new Shard(position, plannerCount), rowsMax, conditionSetsMax);
    }
}
