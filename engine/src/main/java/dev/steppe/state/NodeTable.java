package dev.steppe.state;

import dev.steppe.base.Invariant;
import dev.steppe.model.job.Resources;
import dev.steppe.model.node.Node;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.state.page.Page;
import dev.steppe.state.page.PageWriter;
import java.util.HashMap;
import java.util.Map;

/**
 * The writer of {@link NodeRows}: gives ordinals and class numbers in order of appearance. Owned by the transaction.
 */
final class NodeTable {
    private final PageWriter<NodePage> pages = new PageWriter<>(NodePage::new);
    private final Map<NodeClass, Integer> classNumbers = new HashMap<>(); // only ever asked, never walked
    private NodeRows rows = NodeRows.EMPTY;
    private long hashSum;

    NodeRows rows() {
        return rows;
    }

    long hashSum() {
        return hashSum;
    }

    /** Stores what a node offers and whether it is ready; an id that is known keeps ordinal and create index. */
    NodeRow put(Node node, NodeStatus status, long index) {
        NodeRow before = rows.node(node.id());
        NodeRow after = before == null
                ? new NodeRow(node, status, rows.nodeCount(), index, index, index)
                : new NodeRow(
                        node,
                        status,
                        before.ordinal(),
                        before.node().equals(node) ? before.specIndex() : index,
                        before.createIndex(),
                        index);
        NodeClass traits = NodeClass.of(node);
        Integer nodeClass = classNumbers.get(traits);
        write(after, nodeClass == null ? addClass(traits) : nodeClass);
        return after;
    }

    /** Gives {@code traits}, which have no number yet, the next one. */
    int addClass(NodeClass traits) {
        int number = rows.classCount();
        if (classNumbers.putIfAbsent(traits, number) != null) {
            throw Invariant.broken("a class has two numbers: second", number);
        }
        rows = rows.withClass(traits);
        return number;
    }

    /** Stores a row as it is; its ordinal is known, or the next one. */
    void write(NodeRow row, int nodeClass) {
        int ordinal = row.ordinal();
        if (ordinal < 0 || ordinal > rows.nodeCount() || nodeClass < 0 || nodeClass >= rows.classCount()) {
            throw Invariant.broken(
                    "a node out of its order: ordinal, nodes, class", ordinal, rows.nodeCount(), nodeClass);
        }
        boolean isNew = ordinal == rows.nodeCount();
        long hash = RowHash.of(row, nodeClass);
        NodePage page = pages.writable(ordinal);
        int place = Page.placeOf(ordinal);
        hashSum += hash - page.hash(place);
        page.put(place, row, nodeClass, hash);
        rows = rows.with(pages.tree(), isNew ? rows.ordinals().with(row.node().id(), ordinal) : rows.ordinals());
    }

    /**
     * A live allocation, row {@code allocation} of its table, takes {@code amount}; more than is free is an invariant.
     */
    void take(int ordinal, Resources amount, int allocation) {
        page(ordinal).take(Page.placeOf(ordinal), amount, allocation);
    }

    /** The same for an allocation that was placed before: its node may have shrunk below what it holds. */
    void takeAgain(int ordinal, Resources amount, int allocation) {
        page(ordinal).takeAgain(Page.placeOf(ordinal), amount, allocation);
    }

    /** An allocation ended and holds nothing any more. */
    void giveBack(int ordinal, Resources amount, int allocation) {
        page(ordinal).giveBack(Page.placeOf(ordinal), amount, allocation);
    }

    /** Ends the batch and answers the ordinals whose row or usage was written. */
    int[] endBatch() {
        return pages.endBatch();
    }

    private NodePage page(int ordinal) {
        NodePage page = pages.writable(ordinal);
        if (rows.pageOf(ordinal) != page) {
            rows = rows.with(pages.tree(), rows.ordinals());
        }
        return page;
    }
}
