package dev.steppe.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.LogConfig;
import dev.steppe.raft.log.LogRecovery;
import dev.steppe.raft.log.RaftLog;
import dev.steppe.raft.log.RecoveryVerdict;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.vault.Quarantine;
import dev.steppe.raft.storage.file.DirectoryVerdict;
import dev.steppe.raft.storage.file.FileDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code steppe log} through the command line, on directories that are clean, torn, damaged, or none. */
final class LogCommandTest {
    private static final String FIRST = "segments/segment-0000000000000001";
    /** Behind two batches of one entry of 100 bytes each. */
    private static final int THIRD_BATCH = 4_096 + 2 * (56 + 24 + 104);

    @TempDir
    private Path parent;

    private Path data;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void fill() throws OperatingFault {
        data = parent.resolve("data");
        OpenLog open = open();
        for (int i = 1; i <= 3; i++) {
            append(open.log(), i);
            open.log().force();
        }
        open.vault().store(3, 2, Quarantine.NONE);
        open.close();
    }

    private OpenLog open() throws OperatingFault {
        DirectoryVerdict held = FileDirectory.hold(data);
        RecoveryVerdict verdict = LogRecovery.open(
                ((DirectoryVerdict.Held) held).directory(),
                new LogIdentity(77, 1),
                new LogConfig(1 << 16, 8_192),
                () -> 5,
                LogPosition.ORIGIN);
        return ((RecoveryVerdict.Clean) verdict).open();
    }

    private static void append(RaftLog log, long term) throws OperatingFault {
        log.beginBatch(term, term);
        log.appendEntry(1, new UnsafeBuffer(new byte[100]), 0, 100);
        log.writeBatch();
    }

    private int run(String... arguments) throws IOException {
        Map<String, byte[]> before = contents();
        CommandLine line = SteppeMain.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int exitCode = line.execute(arguments);
        Map<String, byte[]> after = contents();
        assertEquals(before.keySet(), after.keySet());
        before.forEach((name, content) -> assertArrayEquals(content, after.get(name), name));
        return exitCode;
    }

    /** Every file's bytes, and its name with the time of its last change. */
    private Map<String, byte[]> contents() throws IOException {
        Map<String, byte[]> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(parent)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                FileTime changed = Files.getLastModifiedTime(file);
                contents.put(parent.relativize(file) + " " + changed, Files.readAllBytes(file));
            }
        }
        return contents;
    }

    private JsonNode document() throws IOException {
        return new ObjectMapper().readTree(out.toString());
    }

    private void flip(String name, long offset) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(data.resolve(name).toFile(), "rw")) {
            file.seek(offset);
            int value = file.read();
            file.seek(offset);
            file.write(value ^ 4);
        }
    }

    @Test
    void tellsWhatACleanDirectoryHolds() throws IOException {
        assertEquals(0, run("log", "inspect", data.toString(), "--json"), err::toString);
        JsonNode document = document();
        assertEquals("schema", document.fieldNames().next());
        assertEquals("steppe/log/v1", document.get("schema").asText());
        assertEquals("clean", document.get("verdict").asText());
        assertTrue(document.get("place").isNull());
        assertEquals(1, document.get("firstIndex").asLong());
        assertEquals(3, document.get("lastIndex").asLong());
        assertEquals("{\"term\":3,\"index\":3}", document.get("watermark").toString());
        assertEquals(3, document.get("term").asLong());
        assertEquals(2, document.get("vote").asLong());
        assertEquals(0, document.get("formatVersion").asInt());
        assertEquals(
                "[{\"file\":\"" + FIRST + "\",\"generation\":1,\"firstIndex\":1,\"lastIndex\":3,\"bytes\":65536}]",
                document.get("segments").toString());
        assertEquals("", err.toString());
    }

    @Test
    void tellsItInWordsToo() throws IOException {
        assertEquals(0, run("log", "inspect", data.toString()));
        assertEquals(
                List.of(
                        "clean: entries 1 to 3, forced up to 3 (term 3)",
                        "term 3, vote for 2, quarantine none",
                        FIRST + ": entries 1 to 3, 65536 bytes"),
                out.toString().lines().toList());
    }

    @Test
    void tellsWhereATailIsTorn() throws OperatingFault, IOException {
        flip(FIRST, THIRD_BATCH + 70);
        Files.delete(data.resolve("watermark"));
        assertEquals(0, run("log", "verify", data.toString(), "--json"));
        assertEquals("torn-tail", document().get("verdict").asText());
        assertEquals(
                "{\"file\":\"" + FIRST + "\",\"offset\":" + THIRD_BATCH + ",\"index\":3}",
                document().get("place").toString());
        assertEquals(2, document().get("lastIndex").asLong());
        assertEquals("{\"term\":1,\"index\":1}", document().get("watermark").toString());
    }

    @Test
    void failsOnADamagedDirectory() throws IOException {
        flip(FIRST, THIRD_BATCH + 70);
        assertEquals(1, run("log", "verify", data.toString(), "--json"));
        assertEquals("damaged", document().get("verdict").asText());
        assertEquals("DAMAGED_ENTRIES", document().get("reason").asText());
        assertEquals(THIRD_BATCH, document().get("place").get("offset").asInt());
        assertEquals(3, document().get("place").get("index").asLong());
    }

    @Test
    void namesTheFileThatIsDamagedAsAWhole() throws IOException {
        Files.delete(data.resolve("base"));
        assertEquals(1, run("log", "inspect", data.toString(), "--json"));
        assertEquals(
                "{\"file\":\"base\",\"offset\":null,\"index\":null}",
                document().get("place").toString());
        assertTrue(document().get("lastIndex").isNull());
        assertEquals(3, document().get("term").asLong());
        assertEquals(1, run("log", "verify", data.toString()));
        assertTrue(out.toString().contains("damaged at base (DAMAGED_BASE)"), out::toString);
    }

    @Test
    void refusesWhatAServerRunsOn() throws OperatingFault, IOException {
        OpenLog open = open();
        assertEquals(1, run("log", "verify", data.toString(), "--json"));
        open.close();
        assertEquals("", out.toString());
        assertEquals(1, err.toString().lines().count());
        assertTrue(err.toString().contains("a server runs on"), err::toString);
    }

    @Test
    void refusesWhatIsNoDirectory() throws IOException {
        assertEquals(1, run("log", "verify", parent.resolve("nothing").toString()));
        assertTrue(err.toString().contains("is no directory"), err::toString);
        assertEquals(64, run("log", "verify"));
        assertEquals(64, run("log", "inspect", data.toString(), "--nothing"));
    }

    @Test
    void showsItsUsageAlone() throws IOException {
        assertEquals(0, run("log"));
        assertTrue(out.toString().contains("inspect") && out.toString().contains("verify"), out::toString);
    }
}
