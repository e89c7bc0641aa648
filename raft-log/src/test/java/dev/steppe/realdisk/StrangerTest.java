package dev.steppe.realdisk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.runtime.HaltSwitch;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What others do to a directory that is in use ({@code reliability.md} S7, S16): cut its files short, start on it, copy
 * it.
 */
final class StrangerTest {
    private static final int PAYLOAD_BYTES = 1_000;

    private final AckLedger ledger = new AckLedger();

    @TempDir
    private Path folder;

    @Test
    void stopsWhenASegmentIsCutShort() throws Exception {
        Path data = folder.resolve("data");
        try (ServerChild child = start(data)) {
            child.awaitAcks(200);
            // All of them: which one is being written is not to be known from here.
            for (Path segment : segments(data)) {
                cut(segment);
            }
            int exitCode = child.awaitEnd();
            boolean isNamed = exitCode == HaltSwitch.FAULT || exitCode == HaltSwitch.BROKEN;
            assertTrue(isNamed, () -> "exit code " + exitCode + ": " + child.words());
            assertTrue(child.words().contains("steppe halts: "), child::words);
        }
        OperatingFault refusal = assertThrows(
                OperatingFault.class, () -> RecoveredDirectory.open(data), "a cut segment was not noticed");
        assertTrue(refusal.getMessage().contains("is damaged"), refusal::getMessage);
    }

    @Test
    void refusesASecondServerAndDoesNotMindIt() throws Exception {
        Path data = folder.resolve("data");
        try (ServerChild first = start(data)) {
            first.awaitAcks(50);
            try (ServerChild second = start(data)) {
                assertEquals(HaltSwitch.FAULT, second.awaitEnd());
                assertTrue(second.words().contains("another server uses " + data), second::words);
                assertEquals(0, second.ackCount());
            }
            first.awaitAcks(50);
            first.stop();
            first.verifyWords();
        }
        RecoveredDirectory.verify(data, ledger);
    }

    @Test
    void refusesACopyOfAnotherMembersDirectory() throws Exception {
        Path data = folder.resolve("data");
        try (ServerChild first = start(data)) {
            first.awaitAcks(50);
            first.stop();
        }
        Path copy = folder.resolve("copy");
        SystemTools.run("cp", "-r", data.toString(), copy.toString());
        try (ServerChild second =
                ServerChild.start(List.of(), folder, ledger, copy, "positional", "load", PAYLOAD_BYTES, 2, 1, 2, 3)) {
            assertEquals(HaltSwitch.FAULT, second.awaitEnd());
            assertTrue(second.words().contains("it belongs to member 1"), second::words);
        }
        RecoveredDirectory.verify(copy, ledger);
    }

    private ServerChild start(Path data) throws IOException {
        return ServerChild.start(List.of(), folder, ledger, data, "positional", "load", PAYLOAD_BYTES);
    }

    /** To its first page; one that is being renamed now comes next, or is recycled and has no name yet. */
    private static void cut(Path segment) throws IOException {
        try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
            channel.truncate(4_096);
        } catch (NoSuchFileException renamed) {
            SystemTools.say(segment.getFileName() + " got another name meanwhile");
        }
    }

    private static List<Path> segments(Path data) throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("segments"))) {
            return files.filter(path -> !path.toString().endsWith(".preparing")).toList();
        }
    }
}
