package dev.steppe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.LogConfig;
import dev.steppe.raft.log.LogInspection;
import dev.steppe.raft.log.LogRecovery;
import dev.steppe.raft.log.RecoveryVerdict;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.vault.Quarantine;
import dev.steppe.raft.storage.file.DirectoryVerdict;
import dev.steppe.raft.storage.file.FileDirectory;
import dev.steppe.raft.storage.file.ReadOnlyDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code steppe log recover} through the command line. */
final class RecoverCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path parent;

    private String data = "";
    private String fresh = "";

    @BeforeEach
    void fill() throws OperatingFault {
        data = parent.resolve("data").toString();
        fresh = parent.resolve("fresh").toString();
        OpenLog open = open();
        for (int term = 1; term <= 3; term++) {
            open.log().beginBatch(term, term);
            open.log().appendEntry(1, new UnsafeBuffer(new byte[100]), 0, 100);
            open.log().writeBatch();
        }
        open.vault().store(7, 2, Quarantine.NONE);
        open.close();
    }

    private OpenLog open() throws OperatingFault {
        DirectoryVerdict held = FileDirectory.hold(Path.of(data));
        RecoveryVerdict verdict = LogRecovery.open(
                ((DirectoryVerdict.Held) held).directory(),
                new LogIdentity(77, 2),
                new LogConfig(1 << 16, 8_192),
                () -> 5,
                LogPosition.ORIGIN);
        return ((RecoveryVerdict.Clean) verdict).open();
    }

    private int run(String... arguments) {
        return SteppeMain.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    private int recover(String... more) {
        String[] all = new String[more.length + 7];
        String[] first = {"log", "recover", data, "--to", fresh, "--address", "host:4647"};
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return run(all);
    }

    @Test
    void beginsANewGroupInAnotherDirectory() throws IOException, OperatingFault {
        assertEquals(0, recover("--unsafe-new-cluster", "--cluster", "0x4e3", "--by", "ada", "--json"), err::toString);
        JsonNode document = new ObjectMapper().readTree(out.toString());
        assertEquals("schema", document.fieldNames().next());
        assertEquals(
                "{\"schema\":\"steppe/log-recover/v1\",\"clusterId\":\"0x4e3\",\"oldClusterId\":\"0x4d\",\"memberId\":2,"
                        + "\"snapshotIndex\":0,\"lastIndex\":3,\"lastTerm\":3,\"tornTail\":false}",
                document.toString());
        assertEquals("", err.toString());
        assertTrue(Files.readString(Path.of(fresh, "rescues")).contains(" ada: cluster 0x4e3 from cluster 0x4d"));
        try (ReadOnlyDirectory directory = ReadOnlyDirectory.open(Path.of(fresh))) {
            assertEquals(new LogIdentity(0x4e3, 2), LogInspection.identityOf(directory));
            LogInspection inspection = LogInspection.of(directory, LogPosition.ORIGIN);
            assertEquals(LogInspection.Verdict.CLEAN, inspection.verdict());
            // The entry behind the three says who belongs, in a term that nobody had.
            assertEquals(new LogInspection.Watermark(8, 4), inspection.watermark());
            assertEquals(new LogInspection.HardState(8, 2, "NONE"), inspection.vault());
        }
        open().close();
    }

    @Test
    void drawsAnIdOfItsOwnAndSaysIt() throws OperatingFault, IOException {
        assertEquals(0, recover("--unsafe-new-cluster"), err::toString);
        try (ReadOnlyDirectory directory = ReadOnlyDirectory.open(Path.of(fresh))) {
            LogIdentity identity = LogInspection.identityOf(directory);
            assertTrue(identity != null && identity.clusterId() != 77);
            String said = "Cluster 0x" + Long.toHexString(identity.clusterId()) + " begins in ";
            assertTrue(out.toString().startsWith(said), out::toString);
        }
    }

    @Test
    void wantsToHearThatItIsUnsafe() {
        assertEquals(64, recover("--cluster", "5"));
        assertTrue(err.toString().contains("--unsafe-new-cluster"), err::toString);
        assertFalse(Files.exists(Path.of(fresh)));
        assertEquals(64, recover("--unsafe-new-cluster", "--cluster", "five"));
        assertEquals(64, recover("--unsafe-new-cluster", "--cluster", "0"));
    }

    @Test
    void refusesInOneSentence() throws OperatingFault {
        OpenLog open = open();
        assertEquals(1, recover("--unsafe-new-cluster", "--json"));
        open.close();
        assertTrue(err.toString().contains("a server runs on " + data), err::toString);
        assertEquals(1, recover("--unsafe-new-cluster", "--cluster", "77"));
        assertTrue(err.toString().contains("needs an id of its own"), err::toString);
        assertEquals(2, err.toString().lines().count(), err::toString);
        assertEquals("", out.toString());
    }
}
