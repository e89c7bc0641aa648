package dev.steppe.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** In what shape a network falls apart (reliability.md §1b). Members are named by ordinals from 0. */
public enum PartitionShape {
    /** One member hears nobody and is heard by nobody. */
    ISOLATE_ONE,
    /** Two parts. */
    HALVES,
    /** Two parts, and one member that speaks with both. */
    BRIDGE,
    /** Each member speaks with the two beside it only. */
    RING,
    /** Some directions only, the opposite ones work. */
    ASYMMETRIC,
    /** Two parts that come together and fall apart again and again. */
    FLAPPING,
    /** Members are cut off one by one and come back in another order. */
    SWIZZLE;

    /** One change of one direction, {@code afterNs} from the beginning. */
    public record Step(long afterNs, int fromOrdinal, int toOrdinal, boolean isCut) {}

    private record Direction(int from, int to) {}

    /**
     * A timed script over {@code memberCount} members, 2 or more: every direction that is cut is healed by the end,
     * {@code lengthNs} from the beginning. In no particular order. {@code firstOrdinal} is the one that is isolated, or
     * the bridge, or among the first part.
     */
    public List<Step> script(int memberCount, int firstOrdinal, long lengthNs, Chance chance) {
        List<Step> steps = new ArrayList<>();
        if (this == SWIZZLE) {
            swizzle(steps, memberCount, lengthNs, chance);
            return steps;
        }
        List<Direction> directions = directions(memberCount, firstOrdinal, chance);
        if (this != FLAPPING) {
            hold(steps, directions, 0, lengthNs);
            return steps;
        }
        long atNs = 0;
        while (atNs < lengthNs) {
            long untilNs = Math.min(lengthNs, atNs + chance.between(1, Math.max(1, lengthNs / 4)));
            hold(steps, directions, atNs, untilNs);
            atNs = untilNs + chance.between(1, Math.max(1, lengthNs / 4));
        }
        return steps;
    }

    /** The mark that a run of this shape leaves. */
    public Mark mark() {
        return Mark.valueOf("PARTITION_" + name());
    }

    private List<Direction> directions(int memberCount, int firstOrdinal, Chance chance) {
        List<Integer> order = shuffled(memberCount, chance);
        order.remove(Integer.valueOf(firstOrdinal));
        order.add(0, firstOrdinal);
        int firstCount = (int) chance.between(1, memberCount - 1);
        List<Direction> cut = new ArrayList<>();
        for (int i = 0; i < memberCount; i++) {
            for (int j = 0; j < memberCount; j++) {
                if (i != j && isCut(i, j, memberCount, firstCount, chance)) {
                    cut.add(new Direction(order.get(i), order.get(j)));
                }
            }
        }
        return cut;
    }

    /** Whether the i-th of the shuffled members is not heard by the j-th. */
    private boolean isCut(int i, int j, int memberCount, int firstCount, Chance chance) {
        return switch (this) {
            case ISOLATE_ONE -> i == 0 || j == 0;
            case HALVES, FLAPPING -> i < firstCount != j < firstCount;
            case BRIDGE -> i != 0 && j != 0 && i <= (memberCount - 1) / 2 != j <= (memberCount - 1) / 2;
            case RING -> Math.floorMod(i - j, memberCount) != 1 && Math.floorMod(j - i, memberCount) != 1;
            case ASYMMETRIC -> (memberCount > 2 && chance.hits(250)) || (i == 0 && j == 1);
            case SWIZZLE -> false;
        };
    }

    private static void hold(List<Step> steps, List<Direction> directions, long fromNs, long untilNs) {
        for (Direction direction : directions) {
            steps.add(new Step(fromNs, direction.from(), direction.to(), true));
            steps.add(new Step(untilNs, direction.from(), direction.to(), false));
        }
    }

    private static void swizzle(List<Step> steps, int memberCount, long lengthNs, Chance chance) {
        int struckCount = (int) chance.between(1, memberCount);
        List<Integer> struck = shuffled(memberCount, chance).subList(0, struckCount);
        for (int member : struck) {
            long fromNs = chance.between(0, lengthNs / 2);
            long untilNs = chance.between(lengthNs / 2, lengthNs);
            List<Direction> around = new ArrayList<>();
            for (int other = 0; other < memberCount; other++) {
                if (other != member) {
                    around.add(new Direction(member, other));
                    around.add(new Direction(other, member));
                }
            }
            hold(steps, around, fromNs, untilNs);
        }
    }

    private static List<Integer> shuffled(int count, Chance chance) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, count).boxed().toList());
        for (int i = count - 1; i > 0; i--) {
            int other = chance.below(i + 1);
            Integer moved = order.get(i);
            order.set(i, order.get(other));
            order.set(other, moved);
        }
        return order;
    }
}
