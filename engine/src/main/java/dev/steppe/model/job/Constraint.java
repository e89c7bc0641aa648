package dev.steppe.model.job;

/**
 * A condition on a node ({@code scheduling.md} 6.3, 6.5).
 *
 * @param left a target such as {@code ${attr.kernel.name}} or {@code ${node.datacenter}}, or a literal
 * @param operator how the sides are compared
 * @param right target or literal
 */
public record Constraint(String left, Operator operator, String right) {
    /** The operators of this version; others are refused where a job is read. */
    public enum Operator {
        /** Both sides resolve and are equal. */
        EQUAL("="),
        /** The values differ; a side that does not resolve is the empty value. */
        NOT_EQUAL("!=");

        private final String text;

        Operator(String text) {
            this.text = text;
        }

        /** As written in a job file. */
        public String text() {
            return text;
        }
    }

    /** The reason text of a refusal: {@code ${attr.x} = y}. */
    @Override
    public String toString() {
        return left + " " + operator.text() + " " + right;
    }
}
