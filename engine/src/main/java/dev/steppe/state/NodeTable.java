package dev.steppe.state;

import dev.steppe.model.job.Resources;
import dev.steppe.model.node.Node;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.state.page.NameIndex;
import dev.steppe.state.page.Page;
import dev.steppe.state.page.PageTree;
import dev.steppe.state.page.PageWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The writer of {@link NodeRows}: gives ordinals and class numbers in order of appearance. Owned by the transaction.
 */
final class NodeTable {
    private static final String UNIQUE = "unique."; // scheduling.md 1.4.7

    private final PageWriter<NodePage> pages = new PageWriter<>(NodePage::new);
    private final Map<ClassTraits, Integer> classNumbers = new HashMap<>(); // only ever asked, never walked
    private NodeRows rows = new NodeRows(PageTree.empty(), NameIndex.empty(), 0);
    private long hashSum;

    /** What two nodes of one computed class have in common ({@code scheduling.md} 1.4.7). */
    private record ClassTraits(
            String datacenter, String nodeClass, SortedMap<String, String> attributes, SortedMap<String, String> meta) {
        static ClassTraits of(Node node) {
            return new ClassTraits(node.datacenter(), node.nodeClass(), shared(node.attributes()), shared(node.meta()));
        }

        private static SortedMap<String, String> shared(SortedMap<String, String> map) {
            SortedMap<String, String> shared = new TreeMap<>(map);
            shared.keySet().removeIf(key -> key.startsWith(UNIQUE));
            return shared;
        }
    }

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
        int nodeClass = classNumbers.computeIfAbsent(ClassTraits.of(node), traits -> classNumbers.size());
        long hash = RowHash.of(after, nodeClass);
        NodePage page = pages.writable(after.ordinal());
        int place = Page.placeOf(after.ordinal());
        hashSum += hash - page.hash(place);
        page.put(place, after, nodeClass, hash);
        NameIndex<String> ordinals =
                before == null ? rows.ordinals().with(node.id(), after.ordinal()) : rows.ordinals();
        rows = new NodeRows(pages.tree(), ordinals, Math.max(rows.nodeCount(), after.ordinal() + 1));
        return after;
    }

    /**
     * A live allocation, row {@code allocation} of its table, takes {@code amount}; more than is free is an invariant.
     */
    void take(int ordinal, Resources amount, int allocation) {
        page(ordinal).take(Page.placeOf(ordinal), amount, allocation);
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
            rows = new NodeRows(pages.tree(), rows.ordinals(), rows.nodeCount());
        }
        return page;
    }
}
