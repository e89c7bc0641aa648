package dev.steppe.benchmarks.log;

import dev.steppe.base.OperatingFault;
import dev.steppe.benchmarks.baseline.AppendShape;
import dev.steppe.raft.storage.WriteStrategy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Opening a log whose files are in the page cache: every frame is read, every record checked against the chain. World:
 * {@code logMib} MiB of entries of 256 bytes. Baseline: one CRC32C over as many bytes in memory. Expected: at most a
 * millisecond for each MiB, which is 1 GB/s.
 *
 * <p>{@code java -jar benchmarks/target/benchmarks.jar RecoveryBenchmark}
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 7)
@Fork(1)
@State(Scope.Thread)
public class RecoveryBenchmark {
    private static final int SEGMENT_MIB = 64;
    private static final int MIB = 1 << 20;

    /** Length of the log, MiB. */
    @Param("1024")
    public int logMib;

    private OpenLogWorld world;
    private long lastIndex;
    private ByteBuffer memory;

    /** Writes the log. */
    @Setup(Level.Trial)
    public void write() throws OperatingFault, IOException {
        world = OpenLogWorld.open(SEGMENT_MIB, WriteStrategy.POSITIONAL);
        memory = ByteBuffer.allocateDirect(MIB);
        int roundEntries = SEGMENT_MIB * MIB / (AppendShape.PAYLOAD_BYTES + 32);
        for (int writtenMib = 0; writtenMib < logMib; writtenMib += SEGMENT_MIB) {
            world.prepareMore();
            for (int i = 0; i < roundEntries / AppendShape.BATCH_ENTRIES; i++) {
                lastIndex = world.append(AppendShape.BATCH_ENTRIES);
            }
        }
        world.force();
    }

    /** Removes the log. */
    @TearDown(Level.Trial)
    public void close() throws OperatingFault, IOException {
        world.close();
    }

    /** Closes and opens the log. */
    @Benchmark
    public long recovers() throws OperatingFault {
        long recoveredIndex = world.reopen();
        if (recoveredIndex != lastIndex) {
            throw new IllegalStateException("entries were lost: " + recoveredIndex + " of " + lastIndex);
        }
        return recoveredIndex;
    }

    /** Sums as many bytes once. */
    @Benchmark
    public long sumsOnce() {
        CRC32C crc = new CRC32C();
        for (int i = 0; i < logMib; i++) {
            memory.clear();
            crc.update(memory);
        }
        return crc.getValue();
    }
}
