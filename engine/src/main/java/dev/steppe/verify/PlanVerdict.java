package dev.steppe.verify;

import java.util.BitSet;
import java.util.List;

/** What is left of a plan. */
public sealed interface PlanVerdict {
    /** Whether row {@code row} of the plan's places holds. */
    boolean holdsPlace(int row);

    /** Whether row {@code row} of the plan's stops holds. */
    boolean holdsStop(int row);

    /** Whether row {@code row} of the plan's updates holds. */
    boolean holdsUpdate(int row);

    /** All of it. */
    record Accepted() implements PlanVerdict {
        @Override
        public boolean holdsPlace(int row) {
            return true;
        }

        @Override
        public boolean holdsStop(int row) {
            return true;
        }

        @Override
        public boolean holdsUpdate(int row) {
            return true;
        }
    }

    /** Some of it: the rows named do not hold, everything else does. */
    final class Partial implements PlanVerdict {
        private final List<RowRefusal> refusals;
        private final BitSet places = new BitSet();
        private final BitSet stops = new BitSet();
        private final BitSet updates = new BitSet();

        Partial(List<RowRefusal> refusals) {
            this.refusals = List.copyOf(refusals);
            for (RowRefusal refusal : refusals) {
                bits(refusal.kind()).set(refusal.row());
            }
        }

        /** The rows that do not hold; at least one: stops first, then updates, then places, each in order of rows. */
        public List<RowRefusal> refusals() {
            return refusals;
        }

        @Override
        public boolean holdsPlace(int row) {
            return !places.get(row);
        }

        @Override
        public boolean holdsStop(int row) {
            return !stops.get(row);
        }

        @Override
        public boolean holdsUpdate(int row) {
            return !updates.get(row);
        }

        private BitSet bits(RowKind kind) {
            return switch (kind) {
                case STOP -> stops;
                case UPDATE -> updates;
                case PLACE -> places;
            };
        }
    }

    /**
     * None of it.
     *
     * @param reason one sentence with the numbers
     */
    record Refused(String reason) implements PlanVerdict {
        @Override
        public boolean holdsPlace(int row) {
            return false;
        }

        @Override
        public boolean holdsStop(int row) {
            return false;
        }

        @Override
        public boolean holdsUpdate(int row) {
            return false;
        }
    }

    /** Which list of the plan a row stands in. */
    enum RowKind {
        STOP,
        UPDATE,
        PLACE
    }

    /**
     * A row that does not hold.
     *
     * @param row its place in its list, from 0
     * @param reason one sentence with the numbers
     */
    record RowRefusal(RowKind kind, int row, String reason) {}
}
