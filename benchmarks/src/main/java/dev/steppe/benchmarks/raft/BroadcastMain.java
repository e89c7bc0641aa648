package dev.steppe.benchmarks.raft;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.snapshot.SnapshotHeader;
import dev.steppe.raft.snapshot.SnapshotPosition;
import dev.steppe.raft.snapshot.SnapshotProgress;
import dev.steppe.raft.snapshot.SnapshotWriter;
import dev.steppe.raft.storage.file.DirectoryVerdict;
import dev.steppe.raft.storage.file.FileDirectory;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Whether the inequality of Raft holds under load: three voters, forced, take half of what they can, evenly, alone and
 * while the production writer puts a snapshot of 1 GiB on the same disk. Prints how long commands take from when they
 * are due to when they are applied, which is more than a broadcast, beside a tenth of the election time-out.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar dev.steppe.benchmarks.raft.BroadcastMain [SECONDS [MIB]]} with
 * the exports of {@code steppe.jvm.flags}; the disk is the one of {@code java.io.tmpdir}. Seconds are those of each of
 * the two phases, 15 if not said; the snapshot is written again until its phase ends.
 */
public final class BroadcastMain {
    private static final int COMMAND_BYTES = 256;
    private static final int PEAK_IN_FLIGHT = 1024;
    private static final long STALL_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long FORCE_EVERY_BYTES = 1 << 20;
    private static final int PIECE_BYTES = 64 << 10;

    private BroadcastMain() {}

    /** Takes the seconds of a phase and the MiB of the snapshot. */
    public static void main(String[] arguments) throws IOException, OperatingFault {
        long phaseNs = TimeUnit.SECONDS.toNanos(arguments.length > 0 ? Long.parseLong(arguments[0]) : 15);
        int snapshotMib = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1024;
        Path parent = Files.createTempDirectory("steppe-broadcast-");
        ClosedLoop client = new ClosedLoop(COMMAND_BYTES);
        try (SteppeGroup group = new SteppeGroup(new SteppeGroup.Setup(parent, 3, false, false), client)) {
            client.run(group, PEAK_IN_FLIGHT, phaseNs / 2, STALL_NS);
            double peak =
                    client.run(group, PEAK_IN_FLIGHT, phaseNs / 4, STALL_NS).commitsPerSecond();
            print("half of " + Math.round(peak) + "/s", client.runEvenly(group, peak / 2, phaseNs, STALL_NS));
            long endNs = System.nanoTime() + phaseNs;
            CompletableFuture<Integer> writing = CompletableFuture.supplyAsync(
                    () -> writeSnapshots(parent.resolve("elsewhere"), snapshotMib, endNs));
            WindowFigures beside = client.runEvenly(group, peak / 2, phaseNs, STALL_NS);
            print("the same, and " + writing.join() + " snapshots of " + snapshotMib + " MiB", beside);
            System.out.printf(
                    Locale.ROOT,
                    "broadcast as the leader saw it of late: p99.9 %.0f us; a tenth of the election time-out: %d us%n",
                    group.broadcastP999Us(),
                    RaftConfig.Timing.DEFAULT.electionMinMs() * 100);
        }
        try (Stream<Path> all = Files.walk(parent)) {
            all.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (UncheckedIOException fault) {
            throw fault.getCause();
        }
    }

    private static void print(String what, WindowFigures figures) {
        System.out.printf(
                Locale.ROOT,
                "%s: %.0f/s, p50 %.0f us, p99 %.0f us, p99.9 %.0f us, foreign %.2f%n",
                what,
                figures.commitsPerSecond(),
                figures.p50Us(),
                figures.p99Us(),
                figures.p999Us(),
                figures.foreignShare());
    }

    /** Writes snapshots one after another until {@code endNs}; returns how many were begun. */
    private static int writeSnapshots(Path path, int snapshotMib, long endNs) {
        UnsafeBuffer piece = new UnsafeBuffer(ByteBuffer.allocateDirect(PIECE_BYTES));
        int begunCount = 0;
        try {
            if (!(FileDirectory.hold(path) instanceof DirectoryVerdict.Held held)) {
                throw new IllegalStateException("the directory is in use: " + path);
            }
            try (FileDirectory directory = held.directory()) {
                while (System.nanoTime() < endNs) {
                    begunCount++;
                    writeSnapshot(directory, begunCount, snapshotMib, piece, endNs);
                }
            }
            return begunCount;
        } catch (OperatingFault fault) {
            throw new CompletionException(fault);
        }
    }

    private static void writeSnapshot(
            FileDirectory directory, long index, int snapshotMib, UnsafeBuffer piece, long endNs)
            throws OperatingFault {
        long[] leftBytes = {(long) snapshotMib << 20};
        SnapshotHeader header =
                new SnapshotHeader(7, new SnapshotPosition(index, 1, 0, 0), 0, new byte[0], new byte[0]);
        try (SnapshotWriter writer = new SnapshotWriter(
                directory,
                header,
                sink -> {
                    sink.put(piece, 0, PIECE_BYTES);
                    leftBytes[0] -= PIECE_BYTES;
                    return leftBytes[0] <= 0;
                },
                FORCE_EVERY_BYTES)) {
            SnapshotProgress progress = SnapshotProgress.GOES_ON;
            while (progress == SnapshotProgress.GOES_ON && System.nanoTime() < endNs) {
                progress = writer.step();
            }
        }
    }
}
