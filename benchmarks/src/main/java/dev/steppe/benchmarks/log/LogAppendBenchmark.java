package dev.steppe.benchmarks.log;

import dev.steppe.base.OperatingFault;
import dev.steppe.benchmarks.baseline.AppendShape;
import dev.steppe.raft.storage.WriteStrategy;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Appending to the log on real files. World: {@link AppendShape}. Baselines: {@code MappedAppendBenchmark} and
 * {@code ChannelAppendBenchmark}, whose methods have the same names. Expected, by {@code benchmarks/RESULTS.md}:
 * unforced 1.2 to 1.5 times the channel and 2.5 to 3.5 times the map (up to 4 and 10 beside other builds); forced, the
 * disk decides: 0.9 to 1.3 of the channel, 0.4 to 0.6 of map and msync.
 *
 * <p>{@code java -jar benchmarks/target/benchmarks.jar AppendBenchmark -f 3}; with {@code -prof gc} for the bytes
 * allocated. The disk is the one of {@code java.io.tmpdir}, another is chosen by {@code -jvmArgsAppend
 * -Djava.io.tmpdir=/data}.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4)
@Measurement(iterations = 5)
@Fork(3)
@State(Scope.Thread)
public class LogAppendBenchmark {
    /** Length of a segment, MiB; the rounds of one fork should fit into one. */
    @Param("256")
    public int segmentMib;

    /** How entries get into their segment. */
    @Param
    public WriteStrategy strategy;

    private OpenLogWorld world;

    /** Opens a new log. */
    @Setup(Level.Trial)
    public void open() throws OperatingFault, IOException {
        world = OpenLogWorld.open(segmentMib, strategy);
        if (!world.isDurable()) {
            System.out.println("# unforced: the file system of java.io.tmpdir cannot force");
        }
    }

    /** So that no round waits for a segment. */
    @Setup(Level.Iteration)
    public void prepareRound() throws OperatingFault {
        world.prepareFor(AppendShape.ROUND_ENTRIES);
    }

    /** Removes the log. */
    @TearDown(Level.Trial)
    public void close() throws OperatingFault, IOException {
        world.close();
    }

    /** Batches of 64, nothing is forced. */
    @Benchmark
    @OperationsPerInvocation(AppendShape.ROUND_ENTRIES)
    public long unforced() throws OperatingFault {
        return append(AppendShape.ROUND_ENTRIES);
    }

    /** Batches of 64, one force for every 1,024 entries. */
    @Benchmark
    @OperationsPerInvocation(AppendShape.ROUND_ENTRIES)
    public long forcedPer1024() throws OperatingFault {
        for (int i = 0; i < AppendShape.ROUND_ENTRIES / AppendShape.FORCE_ENTRIES; i++) {
            append(AppendShape.FORCE_ENTRIES);
            world.force();
        }
        return world.force();
    }

    /** A batch and a force for each entry. */
    @Benchmark
    @OperationsPerInvocation(AppendShape.FORCED_ROUND_ENTRIES)
    public long forcedEach() throws OperatingFault {
        for (int i = 0; i < AppendShape.FORCED_ROUND_ENTRIES; i++) {
            world.append(1);
            world.force();
        }
        return world.force();
    }

    private long append(int entryCount) throws OperatingFault {
        long lastIndex = 0;
        for (int i = 0; i < entryCount / AppendShape.BATCH_ENTRIES; i++) {
            lastIndex = world.append(AppendShape.BATCH_ENTRIES);
        }
        return lastIndex;
    }
}
