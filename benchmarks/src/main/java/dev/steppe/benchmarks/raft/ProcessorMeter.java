package dev.steppe.benchmarks.raft;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Processor time of this process and of the whole machine, and what this process allocated, since a moment; from
 * {@code /proc/stat}: user, nice, system, interrupts and what the host took away, in ticks of 10 ms. Where there is no
 * such file the machine counts as idle.
 */
final class ProcessorMeter {
    private static final Path STAT = Path.of("/proc/stat");
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int[] BUSY_COLUMNS = {1, 2, 3, 6, 7, 8};
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final long startNs = System.nanoTime();
    private final long startOwnNs = SYSTEM.getProcessCpuTime();
    private final long startMachineNs = machineNs();
    private final long startAllocatedBytes = AllocationMeter.allBytes();

    private ProcessorMeter() {}

    static ProcessorMeter start() {
        return new ProcessorMeter();
    }

    /** Processor time of this process since the start, all threads, nanoseconds. */
    long ownNs() {
        return SYSTEM.getProcessCpuTime() - startOwnNs;
    }

    /** Bytes that this process has allocated on the heap since the start, all living threads. */
    long allocatedBytes() {
        return AllocationMeter.allBytes() - startAllocatedBytes;
    }

    /** Part of the machine that others took since the start, 0 to 1. */
    double foreignShare() {
        double capacityNs = (double) (System.nanoTime() - startNs) * SYSTEM.getAvailableProcessors();
        double foreignNs = machineNs() - startMachineNs - ownNs();
        return Math.min(1, Math.max(0, foreignNs / capacityNs));
    }

    private static long machineNs() {
        if (!Files.isReadable(STAT)) {
            return 0;
        }
        try {
            // "cpu  user nice system idle iowait irq softirq steal …"
            String[] columns = Files.readString(STAT, StandardCharsets.US_ASCII)
                    .lines()
                    .findFirst()
                    .orElse("")
                    .split(" +", -1);
            long ticks = 0;
            for (int column : BUSY_COLUMNS) {
                ticks += Long.parseLong(columns[column]);
            }
            return ticks * TICK_NS;
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
    }
}
