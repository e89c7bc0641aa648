package dev.steppe.verify;

import dev.steppe.capacity.Dimension;
import dev.steppe.capacity.NodeFit;
import dev.steppe.model.job.Resources;
import dev.steppe.model.node.NodeRow;
import dev.steppe.state.VerifyView;
import java.util.Arrays;
import org.agrona.collections.Int2IntHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a plan's own stops free, and its own earlier places take, on the nodes that it names: laid over what the view
 * says is free. Reused from plan to plan; one owner.
 */
final class NodeBalances {
    private static final int ABSENT = -1;

    private final Int2IntHashMap placeOfNode = new Int2IntHashMap(ABSENT); // only ever asked, never walked
    private int[] cpuMhz = new int[16];
    private int[] memoryMb = new int[16];
    private int[] diskMb = new int[16];
    private int nodeCount;

    void clear() {
        placeOfNode.clear();
        nodeCount = 0;
    }

    /** A stop on the node frees {@code amount}. */
    void free(int nodeOrdinal, Resources amount) {
        int place = placeOf(nodeOrdinal);
        cpuMhz[place] += amount.cpuMhz();
        memoryMb[place] += amount.memoryMb();
        diskMb[place] += amount.diskMb();
    }

    /** Takes {@code ask} from the node if it fits, and answers null; else one sentence with the numbers. */
    @Nullable
    String take(NodeRow node, Resources ask, VerifyView view) {
        int ordinal = node.ordinal();
        int place = placeOf(ordinal);
        int freeCpuMhz = view.freeCpuMhz(ordinal) + cpuMhz[place];
        int freeMemoryMb = view.freeMemoryMb(ordinal) + memoryMb[place];
        int freeDiskMb = view.freeDiskMb(ordinal) + diskMb[place];
        int shortage = NodeFit.check(freeCpuMhz, freeMemoryMb, freeDiskMb, ask);
        if (shortage != NodeFit.FITS) {
            Dimension dimension = NodeFit.dimension(shortage);
            int free = switch (dimension) {
                case CPU -> freeCpuMhz;
                case MEMORY -> freeMemoryMb;
                case DISK -> freeDiskMb;
            };
            int capacity = dimension.of(node.node().capacity());
            return node.node().id() + " refused: " + dimension.text() + " " + ((long) capacity - free) + "+"
                    + dimension.of(ask) + " > " + capacity;
        }
        cpuMhz[place] -= ask.cpuMhz();
        memoryMb[place] -= ask.memoryMb();
        diskMb[place] -= ask.diskMb();
        return null;
    }

    private int placeOf(int nodeOrdinal) {
        int place = placeOfNode.get(nodeOrdinal);
        if (place != ABSENT) {
            return place;
        }
        if (nodeCount == cpuMhz.length) {
            cpuMhz = Arrays.copyOf(cpuMhz, nodeCount * 2);
            memoryMb = Arrays.copyOf(memoryMb, nodeCount * 2);
            diskMb = Arrays.copyOf(diskMb, nodeCount * 2);
        }
        cpuMhz[nodeCount] = 0;
        memoryMb[nodeCount] = 0;
        diskMb[nodeCount] = 0;
        placeOfNode.put(nodeOrdinal, nodeCount);
        return nodeCount++;
    }
}
