package dev.steppe.model.node;

/**
 * The stored row of a machine.
 *
 * @param ordinal position in the columns that placement scans; never reused
 * @param specIndex entry that last changed {@code node}; a plan carries what its planner read
 * @param createIndex entry that first registered it
 * @param modifyIndex entry that last changed anything of the row
 */
public record NodeRow(Node node, NodeStatus status, int ordinal, long specIndex, long createIndex, long modifyIndex) {
    /** Whether new allocations may come. */
    public boolean isReady() {
        return status == NodeStatus.READY;
    }
}
