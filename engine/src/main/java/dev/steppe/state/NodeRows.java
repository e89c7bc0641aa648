package dev.steppe.state;

import dev.steppe.base.Invariant;
import dev.steppe.model.node.NodeRow;
import dev.steppe.state.page.NameIndex;
import dev.steppe.state.page.PageTree;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The nodes of one state: rows, columns, and the live allocations on each. Immutable once its batch has ended. */
final class NodeRows implements NodeColumns {
    static final NodeRows EMPTY = new NodeRows(PageTree.empty(), NameIndex.empty(), new NodeClass[0], 0, 0);

    private final PageTree<NodePage> tree;
    private final NameIndex<String> ordinals;
    /** Classes by number; behind {@link #classCount} the one writer may have put those of later states. */
    private final @Nullable NodeClass[] classes;

    private final int classCount;
    private final int nodeCount;

    private NodeRows(
            PageTree<NodePage> tree,
            NameIndex<String> ordinals,
            @Nullable NodeClass[] classes,
            int classCount,
            int nodeCount) {
        this.tree = tree;
        this.ordinals = ordinals;
        this.classes = classes;
        this.classCount = classCount;
        this.nodeCount = nodeCount;
    }

    /** These rows with other pages, and with one more node if there is a new one among {@code newOrdinals}. */
    NodeRows with(PageTree<NodePage> newTree, NameIndex<String> newOrdinals) {
        int newCount = newOrdinals == ordinals ? nodeCount : nodeCount + 1;
        return new NodeRows(newTree, newOrdinals, classes, classCount, newCount);
    }

    /** These rows and one more class, with the next number; called on the newest rows only. Amortised O(1). */
    NodeRows withClass(NodeClass newClass) {
        @Nullable
        NodeClass[] room = classCount < classes.length ? classes : Arrays.copyOf(classes, Math.max(16, classCount * 2));
        room[classCount] = newClass;
        return new NodeRows(tree, ordinals, room, classCount + 1, nodeCount);
    }

    int classCount() {
        return classCount;
    }

    NodeClass classAt(int number) {
        NodeClass nodeClass = number < classCount ? classes[number] : null;
        if (nodeClass == null) {
            throw Invariant.broken("no class has the number: number, classes", number, classCount);
        }
        return nodeClass;
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
