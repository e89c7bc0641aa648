package dev.steppe.realdisk;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 at random moments, over and over on the same directory, with segments of 64 KiB and a snapshot every 64 KiB
 * of log, so that every kind of step on the disk is under way at some of the deaths; entries are written by turns at
 * their position and through a mapping ({@code reliability.md} S12, S17).
 */
final class KillTest {
    private static final int CYCLES = 10;
    private static final int EXTENDED_CYCLES = 210;
    private static final int PAYLOAD_BYTES = 1_000;
    private static final int PAUSE_MAX_NS = 40_000_000;

    @TempDir
    private Path folder;

    @Test
    void losesNothingOverTenDeaths() throws Exception {
        killOverAndOver(CYCLES);
    }

    @Test
    @Tag("extended")
    void losesNothingOverTwoHundredDeaths() throws Exception {
        killOverAndOver(EXTENDED_CYCLES);
    }

    private void killOverAndOver(int cycles) throws Exception {
        long seed = Long.getLong("steppe.seed", System.nanoTime());
        SystemTools.say("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        Path directory = folder.resolve("data");
        AckLedger ledger = new AckLedger();
        for (int cycle = 0; cycle < cycles; cycle++) {
            String strategy = cycle % 2 == 0 ? "positional" : "mapped";
            try (ServerChild child =
                    ServerChild.start(List.of(), folder, ledger, directory, strategy, "load", PAYLOAD_BYTES)) {
                // Some deaths come while the server recovers and has acknowledged nothing.
                if (random.nextInt(5) > 0) {
                    child.awaitAcks(1 + random.nextInt(100));
                }
                LockSupport.parkNanos(random.nextInt(PAUSE_MAX_NS)); // The random moment; nothing waits for it.
                child.kill();
                child.verifyWords();
            }
            if (Files.exists(directory.resolve("lock"))) {
                RecoveredDirectory.verify(directory, ledger);
            }
        }
        assertTrue(ledger.count() > 20 * cycles, "too little was acknowledged: " + ledger.count());
        SystemTools.say(cycles + " deaths by kill -9, " + ledger.count() + " acknowledged commands, last index "
                + ledger.lastIndex() + ", none lost");
    }
}
