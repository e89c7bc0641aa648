package dev.steppe.realdisk.denied;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.realdisk.AckLedger;
import dev.steppe.realdisk.RecoveredDirectory;
import dev.steppe.realdisk.ServerChild;
import dev.steppe.realdisk.SystemTools;
import dev.steppe.realdisk.server.FloodedServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers with little memory under a flood of large commands ({@code reliability.md} P4): what waits is bounded in
 * bytes, so they push back; where the state itself outgrows the heap, the process ends, and has lost nothing.
 */
final class MemoryTest {
    private static final int THREADS = 6;
    private static final int LARGE_BYTES = 256 << 10;
    private static final int MIDDLE_BYTES = 32 << 10;
    /** Exit code of a virtual machine that was told to end when there is no memory. */
    private static final int OUT_OF_MEMORY = 3;

    private final AckLedger ledger = new AckLedger();

    @TempDir
    private Path folder;

    @Test
    void pushesBackAgainstAFloodThatWouldNotFitIntoItsHeap() throws Exception {
        Path data = folder.resolve("data");
        try (ServerChild child = start(data, "hashing", LARGE_BYTES, "-Xmx64m")) {
            // More than its whole heap has gone through it.
            child.awaitAcks(2 * (64 << 20) / LARGE_BYTES);
            assertTrue(child.fullCount() > 0 && child.roomCount() > 0, "nothing was refused and taken again");
            child.stop();
            child.verifyWords();
        }
        RecoveredDirectory.verify(data, ledger, FloodedServer.config());
    }

    @Test
    void endsWhenItsStateOutgrowsItsHeapAndLosesNothing() throws Exception {
        Path data = folder.resolve("data");
        for (int time = 0; time < 2; time++) {
            try (ServerChild child = start(data, "keeping", LARGE_BYTES, "-Xmx64m")) {
                assertEquals(OUT_OF_MEMORY, child.awaitEnd(), child::words);
                child.verifyWords();
            }
            assertTrue(ledger.count() > 0, "it ended before anything was acknowledged");
            RecoveredDirectory.verify(data, ledger, FloodedServer.config());
        }
    }

    @Test
    void refusesAStartWithTooLittleDirectMemory() throws Exception {
        assertFalse(isServing(512));
    }

    @Test
    @Tag("extended")
    void servesOrRefusesWithAnyAmountOfDirectMemory() throws Exception {
        int servingCount = 0;
        int deniedCount = 0;
        for (int directKb = 64; servingCount < 2; directKb += directKb / 2) {
            boolean isServing = isServing(directKb);
            servingCount += isServing ? 1 : 0;
            deniedCount += isServing ? 0 : 1;
        }
        SystemTools.say(deniedCount + " amounts of direct memory were too little, and named");
    }

    /** Whether it serves with so much; if not, it has ended by itself and said what it lacked. */
    private boolean isServing(int directKb) throws Exception {
        Path data = folder.resolve("data-" + directKb);
        AckLedger own = new AckLedger();
        boolean isServing;
        String direct = "-XX:MaxDirectMemorySize=" + directKb + "k";
        try (ServerChild child = start(data, own, "hashing", MIDDLE_BYTES, "-Xmx64m", direct)) {
            isServing = child.isServing(400);
            if (isServing) {
                child.stop();
            } else {
                LastWords.verifyNamed(child);
                assertTrue(child.words().contains("direct buffer memory"), child::words);
            }
            child.verifyWords();
        }
        RecoveredDirectory.verify(data, own, FloodedServer.config());
        return isServing;
    }

    private ServerChild start(Path data, String state, int payloadBytes, String... flags) throws IOException {
        return start(data, ledger, state, payloadBytes, flags);
    }

    private ServerChild start(Path data, AckLedger own, String state, int payloadBytes, String... flags)
            throws IOException {
        List<String> all = new ArrayList<>(List.of(flags));
        all.add("-XX:+ExitOnOutOfMemoryError");
        ServerChild.Program program = new ServerChild.Program(List.of(), all, FloodedServer.class);
        return ServerChild.start(program, folder, own, data, state, THREADS, payloadBytes);
    }
}
