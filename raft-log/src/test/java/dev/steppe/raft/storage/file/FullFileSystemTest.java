package dev.steppe.raft.storage.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.FileVerdict;
import dev.steppe.raft.storage.PrepareVerdict;
import dev.steppe.raft.storage.SequentialFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real file system of one MiB that is really full. Needs the right to mount; skipped with a word where it lacks. */
final class FullFileSystemTest {
    private static final int PIECE_BYTES = 48 << 10;

    @TempDir
    private Path mountPoint;

    @BeforeEach
    void mount() throws InterruptedException {
        boolean isMounted = run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mountPoint.toString());
        assumeTrue(isMounted, "this user may not mount a tmpfs: full disks are tested in memory only");
    }

    @AfterEach
    void unmount() throws InterruptedException {
        run("umount", mountPoint.toString());
    }

    @Test
    void refusesAnAppendWhollyAndTakesItWhenThereIsRoom() throws OperatingFault, IOException {
        try (FileDirectory directory = hold()) {
            Path filler = Files.write(mountPoint.resolve("filler"), new byte[200 << 10]);
            SequentialFile file = directory.create("snapshots/one");
            ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
            long pieceCount = 0;
            while (file.append(piece.clear()) == FileVerdict.DONE) {
                pieceCount++;
            }
            assertTrue(pieceCount > 10, "pieces " + pieceCount);
            assertEquals(PIECE_BYTES, piece.remaining());
            assertEquals(pieceCount * PIECE_BYTES, file.lengthBytes());
            assertEquals(List.of(pieceCount * PIECE_BYTES), lengthsIn("snapshots"));
            Files.delete(filler);
            assertEquals(FileVerdict.DONE, file.append(piece));
            file.force();
            assertEquals(FileVerdict.DONE, file.publish());
            file.close();
            assertEquals(List.of("snapshots/one"), directory.names());
            assertEquals(List.of((pieceCount + 1) * PIECE_BYTES), lengthsIn("snapshots"));
        }
    }

    @Test
    void leavesNothingOfAFileThatDidNotFit() throws OperatingFault, IOException {
        try (FileDirectory directory = hold()) {
            try (SequentialFile file = directory.create("snapshots/one")) {
                ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
                while (file.append(piece.clear()) == FileVerdict.DONE) {
                    assertTrue(file.lengthBytes() < 2 << 20);
                }
            }
            assertEquals(List.of(), lengthsIn("snapshots"));
            ByteBuffer head = ByteBuffer.allocateDirect(8);
            assertEquals(PrepareVerdict.NO_SPACE, directory.prepare("segments/one", 2 << 20, head));
            assertEquals(List.of(), lengthsIn("segments"));
            assertEquals(PrepareVerdict.PREPARED, directory.prepare("segments/one", 512 << 10, head));
        }
    }

    private FileDirectory hold() throws OperatingFault {
        return ((DirectoryVerdict.Held) FileDirectory.hold(mountPoint.resolve("data"))).directory();
    }

    private List<Long> lengthsIn(String folder) throws IOException {
        try (Stream<Path> files = Files.list(mountPoint.resolve("data").resolve(folder))) {
            return files.map(path -> path.toFile().length()).toList();
        }
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
        } catch (IOException noSuchProgram) {
            return false;
        }
    }
}
