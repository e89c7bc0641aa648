package dev.steppe.realdisk;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Power cuts on a real ext4 ({@code reliability.md} S1, S10, S13, S17): the disk as it was at a random moment under
 * load, or while a server was recovering from the cut before. What was acknowledged before the cut is there.
 */
final class PowerCutTest {
    private static final int PAYLOAD_BYTES = 1_000;
    private static final int PAUSE_MAX_NS = 60_000_000;
    private static final int START_MAX_NS = 400_000_000;
    /** A disk that loses what was forced is found out at the first cut; names need a cut in the right moment. */
    private static final int LYING_CUTS_MAX = 40;

    private AckLedger ledger = new AckLedger();
    private int duringRecoveryCount;
    /** Entries are written by turns at their position and through a mapping. */
    private boolean isMappedNext;

    @TempDir
    private Path folder;

    @Test
    void losesNothingOverTwoCuts() throws Exception {
        cutOverAndOver(2);
    }

    @Test
    @Tag("extended")
    void losesNothingOverSixtyCuts() throws Exception {
        cutOverAndOver(60);
        assertTrue(duringRecoveryCount > 5, "cuts during recovery: " + duringRecoveryCount);
    }

    /** The test above can fail: its disk reports each force and forces nothing. */
    @Test
    @Tag("extended")
    void findsADiskWhoseForcesAreLies() throws Exception {
        findsTheLieOf("fdatasync");
    }

    /** As above, but only names are never synced. */
    @Test
    @Tag("extended")
    void findsADiskWhoseFoldersAreNeverSynced() throws Exception {
        findsTheLieOf("fsync");
    }

    private void findsTheLieOf(String call) throws Exception {
        SystemTools.needStrace();
        List<String> lying = List.of(
                "strace",
                "-f",
                "--seccomp-bpf",
                "-o",
                "/dev/null",
                "-e",
                "trace=" + call,
                "-e",
                "inject=" + call + ":retval=0");
        SplittableRandom random = new SplittableRandom(5);
        try (LoopDisk disk = LoopDisk.create(folder)) {
            Throwable found = assertThrows(Throwable.class, () -> {
                for (int cut = 0; cut < LYING_CUTS_MAX; cut++) {
                    cutUnderLoad(disk, lying, random);
                    verify(disk);
                    SystemTools.say("no loss at cut " + cut);
                }
            });
            boolean isLoss = found instanceof AssertionError || found instanceof OperatingFault;
            assertTrue(isLoss, () -> "another error: " + found);
            SystemTools.say("a lying " + call + " was found: " + found.getMessage());
        }
    }

    private void cutOverAndOver(int cuts) throws Exception {
        long seed = Long.getLong("steppe.seed", System.nanoTime());
        SystemTools.say("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        try (LoopDisk disk = LoopDisk.create(folder)) {
            for (int cut = 0; cut < cuts; cut++) {
                cutUnderLoad(disk, List.of(), random);
                // Sometimes the power goes again while the server starts on what the cut before has left.
                while (random.nextInt(4) == 0) {
                    cutWhileStarting(disk, random);
                    duringRecoveryCount++;
                    cut++;
                }
                verify(disk);
            }
        }
        SystemTools.say(cuts + " power cuts or more, " + duringRecoveryCount
                + " of them during recovery, " + ledger.count() + " acknowledged commands, last index "
                + ledger.lastIndex() + ", none lost");
    }

    private void cutUnderLoad(LoopDisk disk, List<String> wrapper, SplittableRandom random) throws Exception {
        try (ServerChild child = start(disk, wrapper)) {
            child.awaitAcks(1 + random.nextInt(200));
            LockSupport.parkNanos(random.nextInt(PAUSE_MAX_NS)); // The random moment; nothing waits for it.
            cut(disk, child);
        }
        disk.returnToCut();
    }

    private void cutWhileStarting(LoopDisk disk, SplittableRandom random) throws Exception {
        try (ServerChild child = start(disk, List.of())) {
            LockSupport.parkNanos(random.nextInt(START_MAX_NS)); // The random moment; nothing waits for it.
            cut(disk, child);
        }
        disk.returnToCut();
    }

    /** What is acknowledged after this began does not count. */
    private void cut(LoopDisk disk, ServerChild child) throws IOException, InterruptedException {
        child.hold();
        AckLedger before = ledger.copy();
        disk.cut();
        child.close();
        child.awaitEnd();
        child.verifyWords();
        ledger = before;
    }

    private void verify(LoopDisk disk) throws OperatingFault, IOException {
        RecoveredDirectory.verify(directory(disk), ledger);
    }

    private ServerChild start(LoopDisk disk, List<String> wrapper) throws IOException {
        String strategy = isMappedNext ? "mapped" : "positional";
        isMappedNext = !isMappedNext;
        return ServerChild.start(wrapper, folder, ledger, directory(disk), strategy, "load", PAYLOAD_BYTES);
    }

    private static Path directory(LoopDisk disk) {
        return disk.mountPoint().resolve("data");
    }
}
