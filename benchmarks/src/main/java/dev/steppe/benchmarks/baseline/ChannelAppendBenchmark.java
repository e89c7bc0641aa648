package dev.steppe.benchmarks.baseline;

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
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The least that a log over a file channel could do for an entry: its length, the CRC32C of its payload and a copy into
 * a buffer off the heap; one positional write for each batch, and a force of the data. World: {@link AppendShape}.
 *
 * <p>Command: see {@link MappedAppendBenchmark}.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4)
@Measurement(iterations = 5)
@Fork(3)
@State(Scope.Thread)
public class ChannelAppendBenchmark {
    private static final int HEADER_BYTES = 8;
    private static final int RECORD_BYTES = HEADER_BYTES + AppendShape.PAYLOAD_BYTES;

    /** Length of the file, MiB. */
    @Param("256")
    public int segmentMib;

    private final byte[] payload = AppendShape.payload();
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer batch = ByteBuffer.allocateDirect(AppendShape.BATCH_ENTRIES * RECORD_BYTES);
    private ZeroFilledFile file;
    private long tailOffset;

    /** Makes the file. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        file = ZeroFilledFile.make(segmentMib);
    }

    /** Removes the file. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        file.close();
    }

    /** Batches of 64, nothing is forced. */
    @Benchmark
    @OperationsPerInvocation(AppendShape.ROUND_ENTRIES)
    public long unforced() throws IOException {
        append(AppendShape.ROUND_ENTRIES);
        return tailOffset;
    }

    /** Batches of 64, one force for every 1,024 entries. */
    @Benchmark
    @OperationsPerInvocation(AppendShape.ROUND_ENTRIES)
    public long forcedPer1024() throws IOException {
        for (int i = 0; i < AppendShape.ROUND_ENTRIES / AppendShape.FORCE_ENTRIES; i++) {
            append(AppendShape.FORCE_ENTRIES);
            file.channel().force(false);
        }
        return tailOffset;
    }

    /** One write and one force for each entry. */
    @Benchmark
    @OperationsPerInvocation(AppendShape.FORCED_ROUND_ENTRIES)
    public long forcedEach() throws IOException {
        for (int i = 0; i < AppendShape.FORCED_ROUND_ENTRIES; i++) {
            appendBatch(1);
            file.channel().force(false);
        }
        return tailOffset;
    }

    private void append(int entryCount) throws IOException {
        for (int i = 0; i < entryCount / AppendShape.BATCH_ENTRIES; i++) {
            appendBatch(AppendShape.BATCH_ENTRIES);
        }
    }

    /** Appends entries by one write; a file that has no room for them is begun anew. */
    private void appendBatch(int entryCount) throws IOException {
        batch.clear();
        for (int i = 0; i < entryCount; i++) {
            crc.reset();
            crc.update(payload, 0, payload.length);
            batch.putInt(payload.length).putInt((int) crc.getValue()).put(payload, 0, payload.length);
        }
        batch.flip();
        if (tailOffset + batch.remaining() > (long) segmentMib << 20) {
            tailOffset = 0;
        }
        while (batch.hasRemaining()) {
            tailOffset += file.channel().write(batch, tailOffset);
        }
    }
}
