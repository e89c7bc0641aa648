package dev.steppe.raft.storage.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.PrepareVerdict;
import dev.steppe.raft.storage.StorageFile;
import dev.steppe.raft.storage.WriteStrategy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class FileDirectoryTest {
    private static final String SEGMENT = "segments/segment-1";

    @TempDir
    private Path parent;

    @ParameterizedTest
    @EnumSource
    void keepsFilesOverReopening(WriteStrategy strategy) throws OperatingFault {
        FileDirectory directory = hold();
        assertEquals(PrepareVerdict.PREPARED, directory.prepare(SEGMENT, 8_192, direct(1, 2, 3)));
        try (StorageFile file = directory.open(SEGMENT, strategy)) {
            file.write(8_190, direct(9, 8));
            file.force();
            assertEquals(9, file.mapping().get(8_190));
        }
        directory.close();
        FileDirectory again = hold();
        assertEquals(List.of(SEGMENT), again.names());
        try (StorageFile file = again.open(SEGMENT, strategy)) {
            byte[] content = new byte[8_192];
            file.mapping().get(content);
            byte[] expected = new byte[8_192];
            System.arraycopy(new byte[] {1, 2, 3}, 0, expected, 0, 3);
            System.arraycopy(new byte[] {9, 8}, 0, expected, 8_190, 2);
            assertArrayEquals(expected, content);
        }
        again.close();
    }

    @Test
    void noticesAtTheNextForceThatAFileWasCutShort() throws OperatingFault, IOException {
        FileDirectory directory = hold();
        directory.prepare(SEGMENT, 8_192, direct());
        try (StorageFile file = directory.open(SEGMENT)) {
            file.write(4_096, direct(1));
            file.force();
            Path path = parent.resolve("data").resolve(SEGMENT);
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.truncate(4_096);
            }
            // This makes the file longer again, and would go unnoticed.
            file.write(6_000, direct(2));
            assertThrows(OperatingFault.class, file::force);
        }
        directory.close();
    }

    @Test
    void makesItsParents() throws OperatingFault {
        DirectoryVerdict verdict =
                FileDirectory.hold(parent.resolve("a").resolve("b").resolve("data"));
        assertTrue(verdict instanceof DirectoryVerdict.Held);
        ((DirectoryVerdict.Held) verdict).directory().close();
    }

    @Test
    void refusesASecondHolder() throws OperatingFault {
        FileDirectory directory = hold();
        assertTrue(FileDirectory.hold(parent.resolve("data")) instanceof DirectoryVerdict.InUse);
        directory.close();
        hold().close();
    }

    @Test
    void isForItsOwnerOnly() throws OperatingFault, IOException {
        FileDirectory directory = hold();
        directory.prepare(SEGMENT, 4_096, direct(1));
        directory.close();
        Path root = parent.resolve("data");
        for (Path folder : List.of(root, root.resolve("segments"))) {
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
        }
        for (Path file : List.of(root.resolve("lock"), root.resolve(SEGMENT))) {
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        }
    }

    @Test
    void removesWhatAnInterruptedPreparationLeft() throws OperatingFault, IOException {
        hold().close();
        Path left = parent.resolve("data").resolve("segments/segment-2.preparing");
        Files.write(left, new byte[100]);
        FileDirectory directory = hold();
        assertEquals(List.of(), directory.names());
        assertFalse(Files.exists(left));
        directory.close();
    }

    @Test
    void followsNoSymbolicLink() throws OperatingFault, IOException {
        Path elsewhere = Files.createDirectory(parent.resolve("elsewhere"));
        Files.createSymbolicLink(parent.resolve("data"), elsewhere);
        assertThrows(OperatingFault.class, this::hold);
        Files.delete(parent.resolve("data"));

        FileDirectory directory = hold();
        Files.createSymbolicLink(
                parent.resolve("data").resolve("vault"), Files.write(elsewhere.resolve("v"), new byte[9]));
        assertEquals(List.of(), directory.names());
        assertThrows(OperatingFault.class, () -> directory.open("vault"));
        directory.close();
    }

    @Test
    void breaksOnAFilePreparedTwice() throws OperatingFault {
        FileDirectory directory = hold();
        directory.prepare("vault", 4_096, direct(1));
        assertThrows(InvariantBroken.class, () -> directory.prepare("vault", 4_096, direct(2)));
        directory.close();
    }

    @ParameterizedTest
    @EnumSource
    void breaksOnAWriteBeyondTheFile(WriteStrategy strategy) throws OperatingFault {
        FileDirectory directory = hold();
        directory.prepare("vault", 4_096, direct(1));
        StorageFile file = directory.open("vault", strategy);
        assertThrows(InvariantBroken.class, () -> file.write(4_095, direct(1, 2)));
        file.close();
        file.close();
        directory.close();
    }

    @Test
    void renamesAndMovesAFile() throws OperatingFault, IOException {
        FileDirectory directory = hold();
        directory.prepare(SEGMENT, 4_096, direct(1));
        directory.prepare("segments/segment-9", 4_096, direct(9));
        assertThrows(InvariantBroken.class, () -> directory.rename(SEGMENT, "segments/segment-9"));
        directory.rename(SEGMENT, "segments/segment-2");
        directory.rename("segments/segment-9", "damaged-1/segment-9");
        Files.createDirectory(parent.resolve("data").resolve("lost+found"));
        Files.write(parent.resolve("data").resolve("lost+found").resolve("x"), new byte[1]);
        assertEquals(List.of("damaged-1/segment-9", "segments/segment-2"), directory.names());
        assertEquals(
                "rwx------",
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(parent.resolve("data").resolve("damaged-1"))));
        assertThrows(OperatingFault.class, () -> directory.rename("nothing", "else"));
        directory.close();
    }

    @Test
    void isLookedAtWithoutBeingChanged() throws OperatingFault, IOException {
        FileDirectory directory = hold();
        directory.prepare(SEGMENT, 4_096, direct(7));
        assertThrows(OperatingFault.class, () -> ReadOnlyDirectory.open(parent.resolve("data")));
        directory.close();
        Path left = parent.resolve("data").resolve("segments/segment-2.preparing");
        Files.write(left, new byte[100]);
        ReadOnlyDirectory looking = ReadOnlyDirectory.open(parent.resolve("data"));
        assertEquals(List.of(SEGMENT), looking.names());
        try (StorageFile file = looking.open(SEGMENT)) {
            assertEquals(7, file.mapping().get(0));
        }
        assertThrows(InvariantBroken.class, () -> looking.delete(SEGMENT));
        assertThrows(InvariantBroken.class, () -> looking.rename(SEGMENT, "a"));
        assertThrows(InvariantBroken.class, () -> looking.prepare("a", 1, direct(1)));
        assertThrows(InvariantBroken.class, () -> looking.create("a"));
        assertTrue(FileDirectory.hold(parent.resolve("data")) instanceof DirectoryVerdict.InUse);
        looking.close();
        assertTrue(Files.exists(left));
        assertThrows(OperatingFault.class, () -> ReadOnlyDirectory.open(parent.resolve("nothing")));
    }

    private FileDirectory hold() throws OperatingFault {
        DirectoryVerdict verdict = FileDirectory.hold(parent.resolve("data"));
        assertTrue(verdict instanceof DirectoryVerdict.Held, verdict::toString);
        return ((DirectoryVerdict.Held) verdict).directory();
    }

    private static ByteBuffer direct(int... values) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(values.length);
        for (int value : values) {
            buffer.put((byte) value);
        }
        return buffer.flip();
    }
}
