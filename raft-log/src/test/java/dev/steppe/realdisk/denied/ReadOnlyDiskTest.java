package dev.steppe.realdisk.denied;

import dev.steppe.realdisk.AckLedger;
import dev.steppe.realdisk.LoopDisk;
import dev.steppe.realdisk.RecoveredDirectory;
import dev.steppe.realdisk.ServerChild;
import dev.steppe.realdisk.SystemTools;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file system that becomes read only under a server, as ext4 does when it finds an error in itself
 * ({@code reliability.md} S14). What had been written and not forced is then in memory only, and whether a force says
 * so is the file system's to know; the ledger is compared after the memory is gone.
 */
final class ReadOnlyDiskTest {
    private static final String[] REASONS = {"Read-only file system", "Input/output error"};

    @TempDir
    private Path folder;

    @Test
    void stopsTheServerAndKeepsWhatItAcknowledged() throws Exception {
        denyWrites("positional", 1);
    }

    @Test
    @Tag("extended")
    void doesSoAtManyMomentsAndByBothStrategies() throws Exception {
        denyWrites("positional", 10);
        denyWrites("mapped", 10);
    }

    private void denyWrites(String strategy, int times) throws Exception {
        AckLedger ledger = new AckLedger();
        try (LoopDisk disk = LoopDisk.create(folder)) {
            Path data = disk.mountPoint().resolve("data");
            for (int time = 0; time < times; time++) {
                try (ServerChild child = start(data, strategy, ledger)) {
                    child.awaitAcks(100 + 37 * time);
                    disk.denyWrites();
                    LastWords.verifyFault(child, "cannot ", REASONS);
                    child.verifyWords();
                }
                try (ServerChild child = start(data, strategy, ledger)) {
                    LastWords.verifyRefusal(child, "cannot hold " + data, REASONS);
                }
                disk.mend();
                RecoveredDirectory.verify(data, ledger);
            }
        }
        SystemTools.say(times + " times read only by the " + strategy + " strategy, " + ledger.count()
                + " acknowledged commands, none lost");
    }

    private ServerChild start(Path data, String strategy, AckLedger ledger) throws IOException {
        return ServerChild.start(List.of(), folder, ledger, data, strategy, "load", 1_000);
    }
}
