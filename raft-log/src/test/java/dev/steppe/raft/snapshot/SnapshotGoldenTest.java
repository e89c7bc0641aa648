package dev.steppe.raft.snapshot;

import static dev.steppe.raft.snapshot.SnapshotFixture.content;
import static dev.steppe.raft.snapshot.SnapshotFixture.header;
import static dev.steppe.raft.snapshot.SnapshotFixture.newestContent;
import static dev.steppe.raft.snapshot.SnapshotFixture.provenShelf;
import static dev.steppe.raft.snapshot.SnapshotFixture.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.memory.MemoryDisk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/**
 * The exact bytes of a small snapshot, as {@code FORMAT.md} draws them; whoever changes them changes the golden file.
 */
final class SnapshotGoldenTest {
    private static final String GOLDEN = "snapshot-0.hex";
    private static final String NAME = SnapshotLayout.nameOf(7, 3);
    private static final int LINE_BYTES = 16;
    private static final HexFormat HEX = HexFormat.of();

    private final MemoryDisk disk = new MemoryDisk();

    @Test
    void writesTheGoldenBytes() throws OperatingFault, IOException {
        write(disk.hold(), 7, content(7, 20));
        assertEquals(golden(), dump(disk.content(NAME)));
    }

    @Test
    void readsTheGoldenBytes() throws OperatingFault, IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String line : golden().lines().toList()) {
            bytes.write(HEX.parseHex(line));
        }
        disk.putFile(NAME, bytes.toByteArray());
        SnapshotShelf shelf = provenShelf(disk.hold());
        SnapshotHeader newest = shelf.newest();
        assertNotNull(newest);
        assertEquals(header(7).position(), newest.position());
        assertArrayEquals(header(7).sessions(), newest.sessions());
        assertArrayEquals(content(7, 20), newestContent(shelf));
    }

    private static String dump(byte[] content) {
        StringBuilder dump = new StringBuilder();
        for (int offset = 0; offset < content.length; offset += LINE_BYTES) {
            dump.append(HEX.formatHex(content, offset, Math.min(content.length, offset + LINE_BYTES)))
                    .append('\n');
        }
        return dump.toString();
    }

    private static String golden() throws IOException {
        try (InputStream stream = SnapshotGoldenTest.class.getResourceAsStream(GOLDEN)) {
            assertNotNull(stream, GOLDEN);
            return new String(stream.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
