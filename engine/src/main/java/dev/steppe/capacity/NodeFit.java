package dev.steppe.capacity;

import dev.steppe.model.job.Resources;

/**
 * The one fit question: is what is free on a node a superset of what is asked ({@code scheduling.md} 1.3.5, 7.5)? The
 * answer is an int code, so that a scan over thousands of nodes allocates nothing. Stateless, any thread.
 */
public final class NodeFit {
    /** Everything fits. */
    public static final int FITS = 0;

    /** CPU is the first dimension that falls short. */
    public static final int SHORT_OF_CPU = 1;

    /** CPU fits, memory falls short. */
    public static final int SHORT_OF_MEMORY = 2;

    /** CPU and memory fit, disk falls short. */
    public static final int SHORT_OF_DISK = 3;

    private NodeFit() {}

    /**
     * {@link #FITS}, or the first dimension that falls short, in the order cpu, memory, disk. Amounts that are free may
     * be negative (a node that shrank under its allocations): then nothing fits, not even an ask of 0.
     */
    public static int check(int freeCpuMhz, int freeMemoryMb, int freeDiskMb, Resources ask) {
        return check(freeCpuMhz, freeMemoryMb, freeDiskMb, ask.cpuMhz(), ask.memoryMb(), ask.diskMb());
    }

    /** The same with the ask spread out; amounts asked are 0 and up. */
    public static int check(
            int freeCpuMhz, int freeMemoryMb, int freeDiskMb, int askCpuMhz, int askMemoryMb, int askDiskMb) {
        if (askCpuMhz > freeCpuMhz) {
            return SHORT_OF_CPU;
        }
        if (askMemoryMb > freeMemoryMb) {
            return SHORT_OF_MEMORY;
        }
        return askDiskMb > freeDiskMb ? SHORT_OF_DISK : FITS;
    }

    /** The dimension that {@code code} names; refuses {@link #FITS} and numbers that are no code. */
    public static Dimension dimension(int code) {
        return switch (code) {
            case SHORT_OF_CPU -> Dimension.CPU;
            case SHORT_OF_MEMORY -> Dimension.MEMORY;
            case SHORT_OF_DISK -> Dimension.DISK;
            default -> throw new IllegalArgumentException("not a shortage: " + code);
        };
    }
}
