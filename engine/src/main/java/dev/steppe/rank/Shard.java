package dev.steppe.rank;

/**
 * The part of the fleet that a planner looks at first, so that planners at work at the same time meet seldom (DESIGN
 * §6).
 *
 * @param position which part, 0 and up
 * @param shardCount how many parts; 1 = the whole fleet
 */
public record Shard(int position, int shardCount) {
    /** All nodes. */
    public static final Shard WHOLE = new Shard(0, 1);

    /** Refuses a part that does not exist. */
    public Shard {
        if (position < 0 || position >= shardCount) {
            throw new IllegalArgumentException("no shard " + position + " of " + shardCount);
        }
    }

    /** First ordinal of it among {@code nodeCount}. */
    int from(int nodeCount) {
        return (int) ((long) nodeCount * position / shardCount);
    }

    /** First ordinal behind it among {@code nodeCount}. */
    int to(int nodeCount) {
        return (int) ((long) nodeCount * (position + 1) / shardCount);
    }
}
