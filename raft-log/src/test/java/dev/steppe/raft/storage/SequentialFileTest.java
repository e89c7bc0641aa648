package dev.steppe.raft.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.file.DirectoryVerdict;
import dev.steppe.raft.storage.file.FileDirectory;
import dev.steppe.raft.storage.memory.MemoryDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every disk must do with a sequential file: the real one and the one in memory, latched as servers use them. */
final class SequentialFileTest {
    private static final String NAME = "snapshots/one";

    @TempDir
    private Path parent;

    private final MemoryDisk disk = new MemoryDisk();

    /** Which disk. */
    enum Disk {
        REAL,
        MEMORY
    }

    @ParameterizedTest
    @EnumSource
    void keepsWhatWasPublished(Disk kind) throws OperatingFault {
        byte[] content = new byte[200_000];
        new Random(1).nextBytes(content);
        try (StorageDirectory directory = hold(kind);
                SequentialFile file = directory.create(NAME)) {
            for (int offset = 0; offset < content.length; offset += 30_000) {
                ByteBuffer piece = direct(content, offset, Math.min(30_000, content.length - offset));
                assertEquals(FileVerdict.DONE, file.append(piece));
                assertEquals(0, piece.remaining());
            }
            file.force();
            assertEquals(List.of(), directory.names());
            assertEquals(FileVerdict.DONE, file.publish());
            assertEquals(List.of(NAME), directory.names());
            assertArrayEquals(content, contentOf(file));
        }
        try (StorageDirectory again = hold(kind);
                SequentialFile file = again.openSequential(NAME)) {
            assertEquals(content.length, file.lengthBytes());
            assertArrayEquals(content, contentOf(file));
            ByteBuffer middle = ByteBuffer.allocateDirect(3);
            file.read(70_000, middle);
            assertEquals(content[70_002], middle.get(2));
        }
    }

    @ParameterizedTest
    @EnumSource
    void leavesNothingOfAFileThatWasNotPublished(Disk kind) throws OperatingFault, IOException {
        try (StorageDirectory directory = hold(kind)) {
            SequentialFile file = directory.create(NAME);
            file.append(direct(new byte[5_000], 0, 5_000));
            file.force();
            file.close();
            file.close();
            assertEquals(List.of(), directory.names());
        }
        assertTrue(kind == Disk.MEMORY || isEmpty(parent.resolve("data").resolve("snapshots")));
    }

    @ParameterizedTest
    @EnumSource
    void removesWhatACrashedProgramLeft(Disk kind) throws OperatingFault, IOException {
        StorageDirectory directory = hold(kind);
        SequentialFile left = directory.create(NAME);
        left.append(direct(new byte[5_000], 0, 5_000));
        left.force();
        directory.close();
        disk.killProgram();
        try (StorageDirectory again = hold(kind)) {
            assertEquals(List.of(), again.names());
            assertThrows(OperatingFault.class, () -> again.openSequential(NAME));
        }
        assertTrue(kind == Disk.MEMORY || isEmpty(parent.resolve("data").resolve("snapshots")));
    }

    @ParameterizedTest
    @EnumSource
    void replacesAFileOfTheSameNameAndReadsTheOldOneOn(Disk kind) throws OperatingFault {
        try (StorageDirectory directory = hold(kind)) {
            publish(directory, 1);
            try (SequentialFile old = directory.openSequential(NAME)) {
                publish(directory, 2);
                try (SequentialFile young = directory.openSequential(NAME)) {
                    assertArrayEquals(new byte[] {1}, contentOf(old));
                    assertArrayEquals(new byte[] {2}, contentOf(young));
                }
                directory.delete(NAME);
                assertEquals(List.of(), directory.names());
                assertArrayEquals(new byte[] {1}, contentOf(old));
            }
            directory.delete(NAME);
        }
    }

    @ParameterizedTest
    @EnumSource
    void givesTheNameToTheLastOfTwoThatWantIt(Disk kind) throws OperatingFault {
        try (StorageDirectory directory = hold(kind);
                SequentialFile first = directory.create(NAME);
                SequentialFile second = directory.create(NAME)) {
            second.append(direct(new byte[] {2}, 0, 1));
            first.append(direct(new byte[] {1}, 0, 1));
            second.force();
            second.publish();
            first.force();
            first.publish();
            try (SequentialFile named = directory.openSequential(NAME)) {
                assertArrayEquals(new byte[] {1}, contentOf(named));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesWhatItsOwnerMustNotDo(Disk kind) throws OperatingFault {
        try (StorageDirectory directory = hold(kind);
                SequentialFile file = directory.create(NAME)) {
            ByteBuffer one = direct(new byte[] {1}, 0, 1);
            file.append(one.duplicate());
            assertThrows(InvariantBroken.class, file::publish);
            file.force();
            file.publish();
            assertThrows(InvariantBroken.class, file::publish);
            assertThrows(InvariantBroken.class, () -> file.append(one.duplicate()));
            assertThrows(InvariantBroken.class, () -> file.read(1, ByteBuffer.allocateDirect(1)));
            assertThrows(InvariantBroken.class, () -> file.read(-1, ByteBuffer.allocateDirect(1)));
            assertThrows(InvariantBroken.class, () -> file.read(Long.MAX_VALUE, ByteBuffer.allocateDirect(1)));
        }
    }

    @Test
    void noticesThatSomebodyCutTheFileShort() throws OperatingFault, IOException {
        try (StorageDirectory directory = hold(Disk.REAL)) {
            publish(directory, 1);
            try (SequentialFile file = directory.openSequential(NAME)) {
                Files.write(parent.resolve("data").resolve(NAME), new byte[0]);
                assertThrows(OperatingFault.class, () -> file.read(0, ByteBuffer.allocateDirect(1)));
            }
        }
    }

    private StorageDirectory hold(Disk kind) throws OperatingFault {
        if (kind == Disk.MEMORY) {
            return new LatchedDirectory(disk.hold());
        }
        DirectoryVerdict verdict = FileDirectory.hold(parent.resolve("data"));
        return new LatchedDirectory(((DirectoryVerdict.Held) verdict).directory());
    }

    private static void publish(StorageDirectory directory, int content) throws OperatingFault {
        try (SequentialFile file = directory.create(NAME)) {
            file.append(direct(new byte[] {(byte) content}, 0, 1));
            file.force();
            file.publish();
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (var entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    private static byte[] contentOf(SequentialFile file) throws OperatingFault {
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) file.lengthBytes());
        file.read(0, buffer);
        byte[] content = new byte[buffer.flip().remaining()];
        buffer.get(content);
        return content;
    }

    private static ByteBuffer direct(byte[] bytes, int offset, int length) {
        return ByteBuffer.allocateDirect(length).put(bytes, offset, length).flip();
    }
}
