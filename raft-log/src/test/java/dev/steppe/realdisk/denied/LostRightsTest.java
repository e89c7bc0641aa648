package dev.steppe.realdisk.denied;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.realdisk.AckLedger;
import dev.steppe.realdisk.RecoveredDirectory;
import dev.steppe.realdisk.ServerChild;
import dev.steppe.realdisk.SystemTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Directories and files whose rights somebody takes away, under a server and before it starts ({@code reliability.md}
 * S14). Root ignores rights, so its servers run without the capabilities to.
 */
final class LostRightsTest {
    private static final String WHY = "AccessDeniedException";
    private static final List<String> WITHOUT_OVERRIDE = List.of(
            "setpriv", "--inh-caps=-dac_override,-dac_read_search", "--bounding-set=-dac_override,-dac_read_search");

    private final AckLedger ledger = new AckLedger();

    @TempDir
    private Path folder;

    @Test
    void stopTheServerAtItsNextFileAndLoseNothing() throws Exception {
        Path data = folder.resolve("data");
        try (ServerChild child = start(data)) {
            child.awaitAcks(100);
            set(data, "r-x------");
            set(data.resolve("segments"), "r-x------");
            LastWords.verifyFault(child, "segments", WHY);
            child.verifyWords();
        }
        try (ServerChild child = start(data)) {
            // What a start needs is there; it is the next segment again that cannot be made.
            LastWords.verifyFault(child, "segments", WHY);
            child.verifyWords();
        }
        set(data, "rwx------");
        set(data.resolve("segments"), "rwx------");
        RecoveredDirectory.verify(data, ledger);
    }

    @Test
    void refuseAStartWhicheverFileMayNotBeUsed() throws Exception {
        Path data = folder.resolve("data");
        try (ServerChild child = start(data)) {
            child.awaitAcks(400);
            child.stop();
        }
        List<Path> all;
        try (Stream<Path> walk = Files.walk(data)) {
            all = walk.map(data::relativize).sorted().toList();
        }
        int refusedCount = 0;
        for (Path one : all) {
            refusedCount += isRefused(data, one) ? 1 : 0;
        }
        assertTrue(refusedCount > all.size() / 2, refusedCount + " of " + all);
        RecoveredDirectory.verify(data, ledger);
        SystemTools.say(
                all.size() + " files and folders without rights, each named, " + refusedCount + " starts refused");
    }

    /** Whether nothing was acknowledged in a copy in which {@code one} may not be used; it was named in any case. */
    private boolean isRefused(Path data, Path one) throws Exception {
        Path copy = folder.resolve("copy");
        SystemTools.run("cp", "-a", data.toString(), copy.toString());
        Path denied = copy.resolve(one);
        String before = PosixFilePermissions.toString(Files.getPosixFilePermissions(denied));
        AckLedger own = ledger.copy();
        boolean isRefused;
        set(denied, "---------");
        try (ServerChild child = start(copy, own)) {
            // A segment that waits to be used again is not opened before that.
            LastWords.verifyFault(child, String.valueOf(denied.getFileName()), WHY);
            isRefused = child.ackCount() == 0;
        }
        set(denied, before);
        RecoveredDirectory.verify(copy, own);
        SystemTools.run("rm", "-rf", copy.toString());
        return isRefused;
    }

    private static void set(Path path, String rights) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(rights));
    }

    private ServerChild start(Path data) throws IOException {
        return start(data, ledger);
    }

    private ServerChild start(Path data, AckLedger own) throws IOException {
        SystemTools.need("setpriv");
        boolean isRoot = "root".equals(System.getProperty("user.name"));
        return ServerChild.start(isRoot ? WITHOUT_OVERRIDE : List.of(), folder, own, data, "positional", "load", 1_000);
    }
}
