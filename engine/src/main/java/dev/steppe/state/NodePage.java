package dev.steppe.state;

import dev.steppe.base.Invariant;
import dev.steppe.capacity.CapacityLedger;
import dev.steppe.model.job.Resources;
import dev.steppe.model.node.NodeRow;
import dev.steppe.state.page.Page;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A page of nodes: the columns that placement scans, and beside them rows, hashes and live allocations. */
final class NodePage extends Page<NodePage> implements NodeColumns.Page {
    private static final int[] NO_ALLOCATIONS = {};

    private final int[] freeCpuMhz;
    private final int[] freeMemoryMb;
    private final int[] freeDiskMb;
    private final int[] capacityCpuMhz;
    private final int[] capacityMemoryMb;
    private final int[] capacityDiskMb;
    private final byte[] eligible;
    private final int[] nodeClass;
    private final @Nullable NodeRow[] rows;
    private final int[][] live;
    private final long[] hashes;

    NodePage(long batch) {
        super(batch);
        freeCpuMhz = new int[ROWS];
        freeMemoryMb = new int[ROWS];
        freeDiskMb = new int[ROWS];
        capacityCpuMhz = new int[ROWS];
        capacityMemoryMb = new int[ROWS];
        capacityDiskMb = new int[ROWS];
        eligible = new byte[ROWS];
        nodeClass = new int[ROWS];
        rows = new NodeRow[ROWS];
        live = new int[ROWS][];
        hashes = new long[ROWS];
        Arrays.fill(live, NO_ALLOCATIONS);
    }

    private NodePage(long batch, NodePage from) {
        super(batch);
        freeCpuMhz = from.freeCpuMhz.clone();
        freeMemoryMb = from.freeMemoryMb.clone();
        freeDiskMb = from.freeDiskMb.clone();
        capacityCpuMhz = from.capacityCpuMhz.clone();
        capacityMemoryMb = from.capacityMemoryMb.clone();
        capacityDiskMb = from.capacityDiskMb.clone();
        eligible = from.eligible.clone();
        nodeClass = from.nodeClass.clone();
        rows = from.rows.clone();
        live = from.live.clone();
        hashes = from.hashes.clone();
    }

    @Override
    protected NodePage copy(long newBatch) {
        return new NodePage(newBatch, this);
    }

    @Override
    public int[] freeCpuMhz() {
        return freeCpuMhz;
    }

    @Override
    public int[] freeMemoryMb() {
        return freeMemoryMb;
    }

    @Override
    public int[] freeDiskMb() {
        return freeDiskMb;
    }

    @Override
    public int[] capacityCpuMhz() {
        return capacityCpuMhz;
    }

    @Override
    public int[] capacityMemoryMb() {
        return capacityMemoryMb;
    }

    @Override
    public int[] capacityDiskMb() {
        return capacityDiskMb;
    }

    @Override
    public byte[] eligible() {
        return eligible;
    }

    @Override
    public int[] nodeClass() {
        return nodeClass;
    }

    NodeRow row(int place) {
        NodeRow row = rows[place];
        if (row == null) {
            throw Invariant.broken("no node at this place of its page: place", place);
        }
        return row;
    }

    long hash(int place) {
        return hashes[place];
    }

    /** Row numbers of the live allocations, ascending; not to be written. */
    int[] live(int place) {
        return live[place];
    }

    void put(int place, NodeRow row, int newClass, long hash) {
        Resources capacity = row.node().capacity();
        freeCpuMhz[place] = CapacityLedger.resize(freeCpuMhz[place], capacityCpuMhz[place], capacity.cpuMhz());
        freeMemoryMb[place] = CapacityLedger.resize(freeMemoryMb[place], capacityMemoryMb[place], capacity.memoryMb());
        freeDiskMb[place] = CapacityLedger.resize(freeDiskMb[place], capacityDiskMb[place], capacity.diskMb());
        capacityCpuMhz[place] = capacity.cpuMhz();
        capacityMemoryMb[place] = capacity.memoryMb();
        capacityDiskMb[place] = capacity.diskMb();
        eligible[place] = (byte) (row.isReady() ? 1 : 0);
        nodeClass[place] = newClass;
        rows[place] = row;
        hashes[place] = hash;
    }

    void take(int place, Resources amount, int allocation) {
        freeCpuMhz[place] = CapacityLedger.take(freeCpuMhz[place], amount.cpuMhz());
        freeMemoryMb[place] = CapacityLedger.take(freeMemoryMb[place], amount.memoryMb());
        freeDiskMb[place] = CapacityLedger.take(freeDiskMb[place], amount.diskMb());
        addLive(place, allocation);
    }

    /** Like {@link #take}, but what is free may fall below zero: the node shrank since. */
    void takeAgain(int place, Resources amount, int allocation) {
        freeCpuMhz[place] = CapacityLedger.takeAgain(freeCpuMhz[place], amount.cpuMhz());
        freeMemoryMb[place] = CapacityLedger.takeAgain(freeMemoryMb[place], amount.memoryMb());
        freeDiskMb[place] = CapacityLedger.takeAgain(freeDiskMb[place], amount.diskMb());
        addLive(place, allocation);
    }

    private void addLive(int place, int allocation) {
        int[] before = live[place];
        if (before.length > 0 && before[before.length - 1] >= allocation) {
            throw Invariant.broken(
                    "an allocation came before one that is there: row, last row",
                    allocation,
                    before[before.length - 1]);
        }
        int[] after = Arrays.copyOf(before, before.length + 1);
        after[before.length] = allocation;
        live[place] = after;
    }

    void giveBack(int place, Resources amount, int allocation) {
        freeCpuMhz[place] = CapacityLedger.giveBack(freeCpuMhz[place], amount.cpuMhz(), capacityCpuMhz[place]);
        freeMemoryMb[place] = CapacityLedger.giveBack(freeMemoryMb[place], amount.memoryMb(), capacityMemoryMb[place]);
        freeDiskMb[place] = CapacityLedger.giveBack(freeDiskMb[place], amount.diskMb(), capacityDiskMb[place]);
        int[] before = live[place];
        int position = Arrays.binarySearch(before, allocation);
        if (position < 0) {
            throw Invariant.broken("an allocation that is not there gave back: row", allocation);
        }
        int[] after = Arrays.copyOf(before, before.length - 1);
        System.arraycopy(before, position + 1, after, position, after.length - position);
        live[place] = after;
    }
}
