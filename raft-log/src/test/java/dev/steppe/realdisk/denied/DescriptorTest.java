package dev.steppe.realdisk.denied;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.realdisk.AckLedger;
import dev.steppe.realdisk.RecoveredDirectory;
import dev.steppe.realdisk.ServerChild;
import dev.steppe.realdisk.SystemTools;
import dev.steppe.realdisk.server.LoggedServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that gets no more descriptors, or too few to begin with ({@code reliability.md} S14). */
final class DescriptorTest {
    private static final String WHY = "Too many open files";
    private static final int ENOUGH = 400;

    private final AckLedger ledger = new AckLedger();

    @TempDir
    private Path folder;

    @Test
    void stopsTheServerAtItsNextFileAndLosesNothing() throws Exception {
        SystemTools.need("prlimit");
        Path data = folder.resolve("data");
        try (ServerChild child = start(ENOUGH, data)) {
            child.awaitAcks(100);
            // Those that it has stay; none is added.
            SystemTools.run("prlimit", "--pid", Long.toString(child.pid()), "--nofile=8:8");
            LastWords.verifyFault(child, "cannot ", WHY);
            child.verifyWords();
        }
        RecoveredDirectory.verify(data, ledger);
    }

    @Test
    @Tag("extended")
    void startsOrRefusesWithAnyNumberOfThem() throws Exception {
        Path data = folder.resolve("data");
        int refusedCount = 0;
        int startedCount = 0;
        for (int limit = 8; limit < ENOUGH && startedCount < 3; limit++) {
            try (ServerChild child = start(limit, data)) {
                boolean isServing = child.isServing(50);
                startedCount += isServing ? 1 : 0;
                if (isServing) {
                    child.stop();
                } else {
                    LastWords.verifyNamed(child);
                    refusedCount += child.words().contains("cannot start: ") ? 1 : 0;
                }
                child.verifyWords();
            }
        }
        assertTrue(refusedCount > 0 && startedCount > 0, refusedCount + " refused, " + startedCount + " started");
        RecoveredDirectory.verify(data, ledger);
        SystemTools.say(refusedCount + " starts refused for want of descriptors, none hung");
    }

    private ServerChild start(int limit, Path data) throws IOException {
        List<String> limited = List.of("bash", "-c", "ulimit -n " + limit + "; exec \"$@\"", "limited");
        ServerChild.Program program = new ServerChild.Program(limited, classesInOneFile(), LoggedServer.class);
        return ServerChild.start(program, folder, ledger, data, "positional", "load", 1_000);
    }

    /** As in production: classes in a folder would each need a descriptor when they are loaded. */
    private List<String> classesInOneFile() throws IOException {
        Path jar = folder.resolve("classes.jar");
        StringBuilder path = new StringBuilder(jar.toString());
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "jar").toString(), "cf", jar.toString()));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (Files.isDirectory(Path.of(entry))) {
                command.addAll(List.of("-C", entry, "."));
            } else {
                path.append(File.pathSeparatorChar).append(entry);
            }
        }
        if (!Files.exists(jar)) {
            SystemTools.run(command.toArray(new String[0]));
        }
        return List.of("-cp", path.toString());
    }
}
