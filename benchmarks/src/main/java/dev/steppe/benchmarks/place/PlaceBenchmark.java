package dev.steppe.benchmarks.place;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One decision where an allocation goes. World: {@link PlaceWorld}, on fleets of 1,000 and 10,000 nodes of three sizes
 * and 20 classes. Baselines: the two loops beside it. Expected of {@code select}, by {@code benchmarks/RESULTS.md}: on
 * {@code fleet1k} 0.4 to 0.9 of the loop with a table, on {@code fleet10k} 1.7 to 1.9 of it and 0.8 to 1.0 of the loop
 * with the formula. It is a scan like they are, not yet an index.
 *
 * <p>{@code java -jar benchmarks/target/benchmarks.jar PlaceBenchmark}; for the bytes allocated {@code -bm avgt -prof
 * gc}.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(3)
@State(Scope.Thread)
public class PlaceBenchmark {
    /** Which fleet. */
    @Param({"fleet1k", "fleet10k"})
    public String fleet;

    private PlaceWorld world;

    /** Makes the world. */
    @Setup
    public void makeWorld() {
        world = new PlaceWorld(fleet);
    }

    /** The planner's search. */
    @Benchmark
    public int select() {
        Request request = world.next();
        return world.search().select(request.ask(), request);
    }

    /** The plain loop with the formula as it is written. */
    @Benchmark
    public int loopWithPower() {
        Request request = world.next();
        return world.loop()
                .bestByPower(
                        request.ask().cpuMhz(),
                        request.ask().memoryMb(),
                        request.ask().diskMb(),
                        request.isClassUsable());
    }

    /** The plain loop with a table in place of the formula. */
    @Benchmark
    public int loopWithTable() {
        Request request = world.next();
        return world.loop()
                .bestByTable(
                        request.ask().cpuMhz(),
                        request.ask().memoryMb(),
                        request.ask().diskMb(),
                        request.isClassUsable());
    }
}
