package dev.steppe.benchmarks.baseline;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
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
 * The least that a log over a mapped file could do for an entry: its length, the CRC32C of its payload and a copy,
 * stored through the map; msync of what was stored. Each round stores into pages that the file system has not seen
 * written before, as a log does, so the price of the page faults is in the figure. World: {@link AppendShape}.
 *
 * <p>{@code java -jar benchmarks/target/benchmarks.jar AppendBenchmark -f 3}; the disk is the one of
 * {@code java.io.tmpdir}, another is chosen by {@code -jvmArgsAppend -Djava.io.tmpdir=/data}.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4)
@Measurement(iterations = 5)
@Fork(3)
@State(Scope.Thread)
public class MappedAppendBenchmark {
    private static final int HEADER_BYTES = 8;

    /** Length of the file, MiB. */
    @Param("256")
    public int segmentMib;

    private final byte[] payload = AppendShape.payload();
    private final CRC32C crc = new CRC32C();
    private ZeroFilledFile file;
    private MappedByteBuffer mapped;
    private int tailOffset;

    /** Makes and maps the file. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        file = ZeroFilledFile.make(segmentMib);
        mapped = file.channel()
                .map(FileChannel.MapMode.READ_WRITE, 0, file.channel().size());
    }

    /** Removes the file. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        file.close();
    }

    /** Nothing is forced. */
    @Benchmark
    @OperationsPerInvocation(AppendShape.ROUND_ENTRIES)
    public int unforced() {
        append(AppendShape.ROUND_ENTRIES);
        return tailOffset;
    }

    /** One force for every 1,024 entries. */
    @Benchmark
    @OperationsPerInvocation(AppendShape.ROUND_ENTRIES)
    public int forcedPer1024() {
        for (int i = 0; i < AppendShape.ROUND_ENTRIES / AppendShape.FORCE_ENTRIES; i++) {
            appendForced(AppendShape.FORCE_ENTRIES);
        }
        return tailOffset;
    }

    /** One force for each entry. */
    @Benchmark
    @OperationsPerInvocation(AppendShape.FORCED_ROUND_ENTRIES)
    public int forcedEach() {
        for (int i = 0; i < AppendShape.FORCED_ROUND_ENTRIES; i++) {
            appendForced(1);
        }
        return tailOffset;
    }

    private void appendForced(int entryCount) {
        append(entryCount);
        int lengthBytes = entryCount * (HEADER_BYTES + payload.length);
        mapped.force(tailOffset - lengthBytes, lengthBytes);
    }

    /** Appends entries without a gap; a file that has no room for them is begun anew. */
    private void append(int entryCount) {
        int offset = tailOffset;
        if (offset + entryCount * (HEADER_BYTES + payload.length) > mapped.capacity()) {
            offset = 0;
        }
        for (int i = 0; i < entryCount; i++) {
            crc.reset();
            crc.update(payload, 0, payload.length);
            mapped.putInt(offset, payload.length);
            mapped.putInt(offset + Integer.BYTES, (int) crc.getValue());
            mapped.put(offset + HEADER_BYTES, payload, 0, payload.length);
            offset += HEADER_BYTES + payload.length;
        }
        tailOffset = offset;
    }
}
