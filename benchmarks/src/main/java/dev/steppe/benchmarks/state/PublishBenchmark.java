package dev.steppe.benchmarks.state;

import dev.steppe.benchmarks.baseline.PageCopyLoop;
import dev.steppe.state.StateView;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A batch of 1,024 placements into the state of 10,000 nodes, and the view that it ends in. World: {@link BatchWorld}.
 * Baseline: a copy of as many bytes as the pages of nodes have that the batch writes, 40 pages of 11,520 bytes =
 * 460,800 bytes. Expected, by {@code benchmarks/RESULTS.md}: the view alone 0.2 to 0.7 of the copy, the whole batch 70
 * to 260 times the copy, which is 1.1 to 4.6 us a row.
 *
 * <p>{@code java -jar benchmarks/target/benchmarks.jar PublishBenchmark}
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 40)
@Measurement(iterations = 40)
@Fork(3)
public class PublishBenchmark {
    /** A batch that is written and waits to be published. */
    @State(Scope.Thread)
    public static class WrittenBatch {
        /** Writes the batch. */
        @Setup(Level.Iteration)
        public void write(BatchWorld world) {
            world.placeAll();
        }
    }

    /** The pages that a batch writes, as bytes. */
    @State(Scope.Thread)
    public static class Pages {
        private PageCopyLoop loop;

        /** Counts the pages of the first batch. */
        @Setup(Level.Iteration)
        public void count(BatchWorld world) {
            loop = new PageCopyLoop(world.writtenPageCount(), BatchWorld.NODE_PAGE_BYTES);
        }
    }

    /** 1,024 rows and the view: what one entry full of plans costs, checks aside. */
    @Benchmark
    public StateView placesAndPublishes(BatchWorld world) {
        world.placeAll();
        return world.publish();
    }

    /** The view and its journal alone. */
    @Benchmark
    public StateView publishes(BatchWorld world, WrittenBatch written) {
        return world.publish();
    }

    /** The copy alone. */
    @Benchmark
    public byte[][] copiesAsManyBytes(Pages pages) {
        return pages.loop.copy();
    }
}
