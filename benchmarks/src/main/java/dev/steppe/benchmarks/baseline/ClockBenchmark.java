package dev.steppe.benchmarks.baseline;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What reading the clock costs. A latency near these figures was not measured but is the clock itself.
 *
 * <p>{@code java -jar benchmarks/target/benchmarks.jar ClockBenchmark}
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Thread)
public class ClockBenchmark {
    private long lastNs;

    /** One reading of the monotonic clock. */
    @Benchmark
    public long readsNanoTime() {
        return System.nanoTime();
    }

    /** The smallest step between two different readings. */
    @Benchmark
    public long waitsForNextTick() {
        long nowNs = System.nanoTime();
        while (nowNs == lastNs) {
            nowNs = System.nanoTime();
        }
        lastNs = nowNs;
        return nowNs;
    }
}
