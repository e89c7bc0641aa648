package dev.steppe.state;

import dev.steppe.model.node.NodeRow;
import dev.steppe.state.page.NameIndex;
import dev.steppe.state.page.PageTree;
import org.jspecify.annotations.Nullable;

/** The nodes of one state: rows, columns, and the live allocations on each. Immutable once its batch has ended. */
final class NodeRows implements NodeColumns {
    private final PageTree<NodePage> tree;
    private final NameIndex<String> ordinals;
    private final int nodeCount;

    NodeRows(PageTree<NodePage> tree, NameIndex<String> ordinals, int nodeCount) {
        this.tree = tree;
        this.ordinals = ordinals;
        this.nodeCount = nodeCount;
    }

    @Override
    public int nodeCount() {
        return nodeCount;
    }

    @Override
    public NodePage page(int pageIndex) {
        return tree.page(pageIndex);
    }

    NameIndex<String> ordinals() {
        return ordinals;
    }

    @Nullable
    NodeRow node(String nodeId) {
        int ordinal = ordinals.get(nodeId);
        return ordinal == NameIndex.ABSENT ? null : at(ordinal);
    }

    NodeRow at(int ordinal) {
        return pageOf(ordinal).row(NodePage.placeOf(ordinal));
    }

    NodePage pageOf(int ordinal) {
        return tree.page(NodePage.pageOf(ordinal));
    }
}
