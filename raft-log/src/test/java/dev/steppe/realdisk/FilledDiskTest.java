package dev.steppe.realdisk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file system that somebody else fills to its last byte while a server works on it ({@code reliability.md} S6): it
 * refuses commands, answers reads, keeps its office, and goes on by itself when there is room.
 */
final class FilledDiskTest {
    private static final int PAYLOAD_BYTES = 2_000;
    private static final int PAUSE_MAX_NS = 30_000_000;
    private static final int READS = 3;

    private final AckLedger ledger = new AckLedger();

    @TempDir
    private Path folder;

    @Test
    void refusesAndResumesOnTmpfs() throws Exception {
        Path mountPoint = Files.createDirectory(folder.resolve("small"));
        int exitCode = SystemTools.exitCode("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", mountPoint.toString());
        SystemTools.say(exitCode == 0 ? "" : "skipped: this user may not mount a tmpfs, so no disk can be filled");
        Assumptions.assumeTrue(exitCode == 0, "this user may not mount a tmpfs");
        try {
            fillAndClear(mountPoint, 1);
        } finally {
            SystemTools.await(
                    () -> SystemTools.exitCode("umount", mountPoint.toString()) == 0, "nobody to use " + mountPoint);
        }
    }

    @Test
    @Tag("extended")
    void refusesAndResumesOnExt4ManyTimes() throws Exception {
        try (LoopDisk disk = LoopDisk.create(folder)) {
            fillAndClear(disk.mountPoint(), 10);
        }
    }

    private void fillAndClear(Path mountPoint, int times) throws Exception {
        SplittableRandom random = new SplittableRandom(11);
        Path data = mountPoint.resolve("data");
        try (ServerChild child =
                ServerChild.start(List.of(), folder, ledger, data, "positional", "load", PAYLOAD_BYTES)) {
            for (int time = 0; time < times; time++) {
                child.awaitAcks(20 + random.nextInt(200));
                LockSupport.parkNanos(random.nextInt(PAUSE_MAX_NS)); // The random moment; nothing waits for it.
                meetFullDisk(child, mountPoint.resolve("filler"));
                child.awaitAcks(200);
            }
            child.stop();
            child.verifyWords();
            assertEquals(List.of(), RecoveredDirectory.unfinished(data));
        }
        RecoveredDirectory.verify(data, ledger);
        SystemTools.say(times + " times full, " + ledger.count() + " acknowledged commands, none lost");
    }

    private void meetFullDisk(ServerChild child, Path filler) throws Exception {
        int fullCount = child.fullCount();
        int roomCount = child.roomCount();
        fill(filler, () -> child.fullCount() > fullCount);
        String[] status = child.status();
        int readCount = child.readCount();
        SystemTools.await(() -> child.readCount() >= readCount + READS, "reads while the disk is full");
        assertEquals("LEADER", status[1]);
        assertEquals(status[2], child.status()[2], "an office was lost over a full disk");
        assertEquals(roomCount, child.roomCount(), "a command was taken although the disk is full");
        assertTrue(child.isAlive(), child::words);
        Files.delete(filler);
        SystemTools.await(() -> child.roomCount() > roomCount, "a command to be taken again");
    }

    private interface Condition {
        boolean holds();
    }

    /** Takes all there is, and what the server gives back, until the server has noticed. */
    private static void fill(Path filler, Condition isNoticed) throws IOException {
        try (OutputStream out = Files.newOutputStream(filler)) {
            SystemTools.await(
                    () -> {
                        takeAll(out, 64 << 10);
                        takeAll(out, 1);
                        return isNoticed.holds();
                    },
                    "the server to notice that the disk is full");
        }
    }

    private static void takeAll(OutputStream out, int pieceBytes) {
        byte[] piece = new byte[pieceBytes];
        boolean isRoom = true;
        while (isRoom) {
            try {
                out.write(piece);
            } catch (IOException noSpace) {
                // As wanted.
                isRoom = false;
            }
        }
    }
}
