package dev.steppe.raft.log;

import static dev.steppe.raft.log.LogFixture.entries;
import static dev.steppe.raft.log.LogFixture.openClean;
import static dev.steppe.raft.log.LogFixture.writeForced;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.vault.Quarantine;
import dev.steppe.raft.storage.memory.MemoryDisk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The exact bytes of a small directory, as {@code FORMAT.md} draws them; whoever changes them changes the golden file.
 */
final class FormatGoldenTest {
    private static final String GOLDEN = "format-0.hex";
    private static final int LINE_BYTES = 16;
    private static final HexFormat HEX = HexFormat.of();

    private final MemoryDisk disk = new MemoryDisk();

    @Test
    void writesTheGoldenBytes() throws OperatingFault, IOException {
        OpenLog open = openClean(disk);
        writeForced(open.log(), 1, "first", "");
        writeForced(open.log(), 2, "cut away");
        assertEquals(AppendVerdict.APPENDED, open.log().truncateFrom(3));
        writeForced(open.log(), 3, "third");
        open.vault().store(3, 1, Quarantine.NONE);
        open.close();
        assertEquals(golden(), dump());
    }

    @Test
    void readsTheGoldenBytes() throws OperatingFault, IOException {
        String name = "";
        byte[] content = {};
        for (String line : golden().lines().toList()) {
            String[] words = line.split(" ", -1);
            if (words[0].equals("file")) {
                name = words[1];
                content = new byte[Integer.parseInt(words[2])];
                continue;
            }
            byte[] bytes = HEX.parseHex(words[1]);
            System.arraycopy(bytes, 0, content, HexFormat.fromHexDigits(words[0]), bytes.length);
            disk.putFile(name, content);
        }
        OpenLog open = openClean(disk);
        assertEquals(List.of("1:first", "1:", "3:third"), entries(open.log()));
        assertEquals(3, open.vault().term());
        assertEquals(1, open.vault().votedFor());
        assertEquals(2, open.incarnation());
    }

    /** Every 16 bytes that are not all zero, with their offset, file by file. */
    private String dump() {
        StringBuilder dump = new StringBuilder();
        for (String name : disk.names()) {
            byte[] content = disk.content(name);
            dump.append("file ").append(name).append(' ').append(content.length).append('\n');
            for (int offset = 0; offset < content.length; offset += LINE_BYTES) {
                String hex = HEX.formatHex(content, offset, offset + LINE_BYTES);
                if (!hex.equals("00".repeat(LINE_BYTES))) {
                    dump.append(HEX.toHexDigits(offset, 4))
                            .append(' ')
                            .append(hex)
                            .append('\n');
                }
            }
        }
        return dump.toString();
    }

    private static String golden() throws IOException {
        try (InputStream stream = FormatGoldenTest.class.getResourceAsStream(GOLDEN)) {
            assertNotNull(stream, GOLDEN);
            return new String(stream.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
