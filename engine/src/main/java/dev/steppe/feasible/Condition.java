package dev.steppe.feasible;

import dev.steppe.model.job.Constraint;
import dev.steppe.model.job.Constraint.Operator;
import dev.steppe.model.node.Node;
import org.jspecify.annotations.Nullable;

/** A constraint with its sides read ({@code scheduling.md} 6.3). */
record Condition(Constraint constraint, Target left, Target right) {
    static Condition of(Constraint constraint) {
        return new Condition(constraint, Target.of(constraint.left()), Target.of(constraint.right()));
    }

    /** Whether nodes of one class may answer differently. */
    boolean isUnique() {
        return left.isUnique() || right.isUnique();
    }

    boolean holdsOn(Node node) {
        String leftValue = left.valueOn(node);
        String rightValue = right.valueOn(node);
        if (constraint.operator() == Operator.EQUAL) {
            return leftValue != null && leftValue.equals(rightValue);
        }
        // A side that does not resolve is the empty value.
        return !orEmpty(leftValue).equals(orEmpty(rightValue));
    }

    private static String orEmpty(@Nullable String value) {
        return value == null ? "" : value;
    }
}
