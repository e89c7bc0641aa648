package dev.steppe.benchmarks.raft;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One client that keeps a fixed number of commands under way. Owned by the client's thread; acknowledgements arrive on
 * any thread and are timed there, so that the client's own rest is in no latency.
 *
 * <p>Access modes: the time of an acknowledgement is set with release and read with acquire; the slot is the client's
 * again once it has seen it.
 */
public final class ClosedLoop implements GroupUnderLoad.Acks {
    /** Most commands under way. */
    public static final int IN_FLIGHT_MAX = 1 << 12;

    private static final int MASK = IN_FLIGHT_MAX - 1;
    private static final long LONGEST_NS = 60_000_000_000L;
    private static final VarHandle TIMES = MethodHandles.arrayElementVarHandle(long[].class);

    private final UnsafeBuffer command;
    private final long[] sentNs = new long[IN_FLIGHT_MAX];
    private final long[] acknowledgedNs = new long[IN_FLIGHT_MAX];
    private final Histogram latencies = new Histogram(1_000, LONGEST_NS, 3);
    private final IdleStrategy idle = new BackoffIdleStrategy(64, 64, 1_000, 100_000);
    private long sentCount;
    private long doneCount;

    /** A client whose commands are {@code commandBytes} long, at least 8. */
    public ClosedLoop(int commandBytes) {
        command = new UnsafeBuffer(ByteBuffer.allocateDirect(commandBytes));
        for (int i = Long.BYTES; i < commandBytes; i++) {
            command.putByte(i, (byte) i);
        }
    }

    @Override
    public void acknowledged(long sequence) {
        TIMES.setRelease(acknowledgedNs, (int) (sequence & MASK), System.nanoTime());
    }

    /**
     * Keeps {@code inFlightCount} commands under way for {@code windowNs}, then waits for the last of them.
     *
     * @throws IllegalStateException when nothing is acknowledged for {@code stallNs}
     */
    public WindowFigures run(GroupUnderLoad group, int inFlightCount, long windowNs, long stallNs) {
        latencies.reset();
        ProcessorMeter meter = ProcessorMeter.start();
        long startNs = System.nanoTime();
        long startCount = doneCount;
        long progressNs = startNs;
        long nowNs = startNs;
        while (nowNs - startNs < windowNs) {
            int workCount = fill(group, inFlightCount) + group.poll();
            int collectedCount = collect();
            idle.idle(workCount + collectedCount);
            nowNs = System.nanoTime();
            progressNs = collectedCount > 0 ? nowNs : progressNs;
            checkProgress(nowNs - progressNs, stallNs);
        }
        WindowFigures figures =
                WindowFigures.of(inFlightCount, doneCount - startCount, nowNs - startNs, latencies, meter);
        drain(group, stallNs);
        return figures;
    }

    /**
     * Sends {@code ratePerSecond} commands, evenly, for {@code windowNs}, then waits for the last. A latency counts
     * from when the command was due, so that a command that could not be sent in time is not forgotten.
     */
    public WindowFigures runEvenly(GroupUnderLoad group, double ratePerSecond, long windowNs, long stallNs) {
        latencies.reset();
        ProcessorMeter meter = ProcessorMeter.start();
        double gapNs = TimeUnit.SECONDS.toNanos(1) / ratePerSecond;
        long startNs = System.nanoTime();
        long startCount = doneCount;
        long firstSequence = sentCount;
        long nowNs = startNs;
        while (nowNs - startNs < windowNs) {
            long dueCount = (long) ((nowNs - startNs) / gapNs) - (sentCount - firstSequence);
            int workCount = group.poll() + collect();
            while (dueCount-- > 0 && sentCount - doneCount < IN_FLIGHT_MAX) {
                long dueNs = startNs + (long) ((sentCount - firstSequence) * gapNs);
                if (!send(group, dueNs)) {
                    break;
                }
                workCount++;
            }
            idle.idle(workCount);
            nowNs = System.nanoTime();
        }
        drain(group, stallNs);
        long endNs = System.nanoTime();
        return WindowFigures.of(IN_FLIGHT_MAX, doneCount - startCount, endNs - startNs, latencies, meter);
    }

    /** Has {@code commandCount} more commands committed, {@code inFlightCount} at a time; measures nothing. */
    public void commit(GroupUnderLoad group, int inFlightCount, long commandCount, long stallNs) {
        long targetCount = sentCount + commandCount;
        while (sentCount < targetCount) {
            fill(group, (int) Math.min(inFlightCount, targetCount - doneCount));
            drain(group, stallNs);
        }
    }

    /** Commands that have been acknowledged so far. */
    public long doneCount() {
        return doneCount;
    }

    private void drain(GroupUnderLoad group, long stallNs) {
        long progressNs = System.nanoTime();
        while (doneCount < sentCount) {
            int collectedCount = group.poll() + collect();
            idle.idle(collectedCount);
            long nowNs = System.nanoTime();
            progressNs = collectedCount > 0 ? nowNs : progressNs;
            checkProgress(nowNs - progressNs, stallNs);
        }
    }

    private int fill(GroupUnderLoad group, int inFlightCount) {
        int filledCount = 0;
        while (sentCount - doneCount < inFlightCount) {
            if (!send(group, System.nanoTime())) {
                break;
            }
            filledCount++;
        }
        return filledCount;
    }

    private boolean send(GroupUnderLoad group, long fromNs) {
        command.putLong(0, sentCount, ByteOrder.LITTLE_ENDIAN);
        sentNs[(int) (sentCount & MASK)] = fromNs;
        boolean isTaken = group.offer(command, 0, command.capacity());
        sentCount += isTaken ? 1 : 0;
        return isTaken;
    }

    /** Takes acknowledgements in the order of sending; one that came early waits for those before it, timed already. */
    private int collect() {
        int collectedCount = 0;
        while (doneCount < sentCount) {
            int slot = (int) (doneCount & MASK);
            long ackNs = (long) TIMES.getAcquire(acknowledgedNs, slot);
            if (ackNs == 0) {
                break;
            }
            acknowledgedNs[slot] = 0;
            latencies.recordValue(Math.min(Math.max(ackNs - sentNs[slot], 1), LONGEST_NS));
            doneCount++;
            collectedCount++;
        }
        return collectedCount;
    }

    private void checkProgress(long silentNs, long stallNs) {
        if (silentNs > stallNs) {
            throw new IllegalStateException("nothing was acknowledged for " + silentNs / 1_000_000 + " ms; sent "
                    + sentCount + ", acknowledged " + doneCount);
        }
    }
}
