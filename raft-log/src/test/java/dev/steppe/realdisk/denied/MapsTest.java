package dev.steppe.realdisk.denied;

import dev.steppe.realdisk.AckLedger;
import dev.steppe.realdisk.RecoveredDirectory;
import dev.steppe.realdisk.ServerChild;
import dev.steppe.realdisk.SystemTools;
import dev.steppe.realdisk.server.LoggedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server whose process may map nothing more ({@code reliability.md} S14, P4). The virtual machine itself may be the
 * one that asks next; then it ends by its own rule. Both times nothing may be lost.
 */
final class MapsTest {
    private static final long STEP_BYTES = 96 << 10;

    private final AckLedger ledger = new AckLedger();

    @TempDir
    private Path folder;

    @Test
    void stopTheServerAndLoseNothing() throws Exception {
        denyMaps(1);
    }

    @Test
    @Tag("extended")
    void stopTheServerAtManyMomentsAndLoseNothing() throws Exception {
        denyMaps(8);
    }

    private void denyMaps(int times) throws Exception {
        SystemTools.need("prlimit");
        Path data = folder.resolve("data");
        int namedCount = 0;
        for (int time = 0; time < times; time++) {
            try (ServerChild child = start(data)) {
                child.awaitAcks(100);
                long limitBytes = mappedBytes(child.pid()) + time * STEP_BYTES;
                SystemTools.run("prlimit", "--pid", Long.toString(child.pid()), "--as=" + limitBytes);
                LastWords.verifyNamed(child);
                namedCount += LastWords.sentence(child).contains("Map failed") ? 1 : 0;
            }
            RecoveredDirectory.verify(data, ledger);
        }
        SystemTools.say(times + " times no more mappings, " + namedCount + " times met by a segment, nothing lost");
    }

    private static long mappedBytes(long pid) throws IOException {
        List<String> words = List.of(
                Files.readString(Path.of("/proc", Long.toString(pid), "statm")).split(" "));
        return Long.parseLong(words.get(0)) * 4_096;
    }

    private ServerChild start(Path data) throws IOException {
        List<String> settled = List.of("-Xms96m", "-XX:+AlwaysPreTouch");
        ServerChild.Program program = new ServerChild.Program(List.of(), settled, LoggedServer.class);
        return ServerChild.start(program, folder, ledger, data, "positional", "load", 1_000);
    }
}
