package dev.steppe.state;

/**
 * Columns of the node table, by ordinal from 0: what placement scans without touching a row. Pages are primitive arrays
 * of {@link #PAGE_ROWS} rows, shared between views until one of their rows changes; callers must not write them.
 */
public interface NodeColumns {
    /** Rows in one page; a power of two. */
    int PAGE_ROWS = 256;

    /** log2 of {@link #PAGE_ROWS}. */
    int PAGE_SHIFT = 8;

    /** Ordinals given so far; every one below is a node. */
    int nodeCount();

    /** Page {@code ordinal >> PAGE_SHIFT}; the row in it is {@code ordinal & (PAGE_ROWS - 1)}. */
    Page page(int pageIndex);

    /** One page. The arrays are read only by contract; {@link #PAGE_ROWS} long. */
    interface Page {
        /** Capacity less what live allocations hold, MHz; negative if a node shrank under its allocations. */
        int[] freeCpuMhz();

        /** The same for memory, MiB. */
        int[] freeMemoryMb();

        /** The same for disk, MiB. */
        int[] freeDiskMb();

        /** Capacity, MHz. */
        int[] capacityCpuMhz();

        /** Capacity, MiB. */
        int[] capacityMemoryMb();

        /** Capacity, MiB. */
        int[] capacityDiskMb();

        /** 1 = may be given work, 0 = not. */
        byte[] eligible();

        /**
         * Number of the node's computed class: nodes of equal datacenter, node class, attributes and meta (without
         * {@code unique.} keys) share one; numbers are given in order of appearance.
         */
        int[] nodeClass();
    }
}
