package dev.steppe.raft.rescue;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.storage.file.DirectoryVerdict;
import dev.steppe.raft.storage.file.FileDirectory;
import dev.steppe.raft.storage.file.ReadOnlyDirectory;
import dev.steppe.realdisk.AckLedger;
import dev.steppe.realdisk.RecoveredDirectory;
import dev.steppe.realdisk.ServerChild;
import dev.steppe.realdisk.SystemTools;
import dev.steppe.realdisk.server.LoggedServer;
import dev.steppe.runtime.clock.SeededEntropy;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** New groups from directories of processes that were killed, and from copies of them. */
final class RescuedFilesTest {
    private final AckLedger ledger = new AckLedger();

    @TempDir
    private Path folder;

    @Test
    void holdWhatWasAcknowledgedBeforeTheCopy() throws Exception {
        Path data = folder.resolve("data");
        run(data, 300);
        Path copy = folder.resolve("copy");
        SystemTools.run("cp", "-r", data.toString(), copy.toString());
        AckLedger atCopy = ledger.copy();
        run(data, 100);
        verify(copy, 0x5E1, atCopy);
        verify(data, 0x5E2, ledger);
        assertTrue(ledger.count() >= atCopy.count() + 100);
        // The old ones stand as they stood.
        RecoveredDirectory.verify(copy, atCopy);
        RecoveredDirectory.verify(data, ledger);
    }

    private void run(Path data, int ackCount) throws Exception {
        try (ServerChild child = ServerChild.start(List.of(), folder, ledger, data, "positional", "load", 1_000)) {
            child.awaitAcks(ackCount);
            child.kill();
            child.verifyWords();
        }
    }

    private void verify(Path from, long clusterId, AckLedger acknowledged) throws Exception {
        Path to = folder.resolve("new-" + clusterId);
        NewGroup wanted = new NewGroup(clusterId, "127.0.0.1", 0, "operator", 0);
        try (var source = ReadOnlyDirectory.open(from);
                var target = hold(to)) {
            RescueVerdict verdict = GroupRescue.rescue(source, target, wanted, SeededEntropy.fromSystem());
            assertInstanceOf(RescueVerdict.Rescued.class, verdict, verdict::toString);
        }
        RaftConfig old = LoggedServer.config(1, List.of());
        RaftConfig config = new RaftConfig(
                clusterId, old.region(), old.memberId(), old.members(), old.timing(), old.limits(), old.options());
        RecoveredDirectory.verify(to, acknowledged, config);
    }

    private static FileDirectory hold(Path path) throws OperatingFault {
        return assertInstanceOf(DirectoryVerdict.Held.class, FileDirectory.hold(path))
                .directory();
    }
}
