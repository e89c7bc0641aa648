package dev.steppe.realdisk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.api.RaftStatus;
import dev.steppe.raft.log.EntryCursor;
import dev.steppe.raft.log.LogInspection;
import dev.steppe.raft.log.RaftLog;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.node.NodeInspection;
import dev.steppe.raft.node.NodeWorld;
import dev.steppe.raft.node.RaftNode;
import dev.steppe.raft.snapshot.SnapshotHeader;
import dev.steppe.raft.snapshot.SnapshotPosition;
import dev.steppe.raft.snapshot.SnapshotShelf;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.file.ReadOnlyDirectory;
import dev.steppe.realdisk.server.HashedCommands;
import dev.steppe.realdisk.server.LoggedServer;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.IdleChoice;
import dev.steppe.runtime.ThreadLayout;
import dev.steppe.runtime.clock.SeededEntropy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Opens the directory of a member that is alone, by production recovery, and compares it with a ledger. */
public final class RecoveredDirectory {
    private static final int ROUNDS_MAX = 100_000;

    private RecoveredDirectory() {}

    /** Looked at without changing it, then opened, led and applied to its end. */
    public static void verify(Path path, AckLedger ledger) throws OperatingFault, IOException {
        verify(path, ledger, LoggedServer.config(1, List.of()));
    }

    /** As {@link #verify(Path, AckLedger)}, of a server that was configured so. */
    public static void verify(Path path, AckLedger ledger, RaftConfig config) throws OperatingFault, IOException {
        boolean isFormatted = Files.exists(path.resolve("identity"));
        assertTrue(isFormatted || ledger.count() == 0, "the identity is gone");
        if (isFormatted) {
            look(path, ledger, config.clusterId());
        }
        ledger.verify(open(path, config).window());
        assertEquals(List.of(), unfinished(path));
    }

    /** The state of a member that recovers, leads, and has applied all of its log. */
    public static HashedCommands open(Path path) throws OperatingFault {
        return open(path, LoggedServer.config(1, List.of()));
    }

    private static HashedCommands open(Path path, RaftConfig config) throws OperatingFault {
        HaltSwitch.Recorder halts = new HaltSwitch.Recorder();
        HashedCommands state = new HashedCommands();
        long[] nowNs = {0};
        NodeWorld world = NodeWorld.alone(() -> nowNs[0], new SeededEntropy(7), halts);
        try (RaftNode<Long> node = RaftNode.open(config, path, world, state, state)) {
            walk(node.inspection());
            node.start(ThreadLayout.INVOKED, IdleChoice.BACK_OFF);
            for (int round = 0; !isSettled(node); round++) {
                assertTrue(round < ROUNDS_MAX && halts.halts().isEmpty(), "it does not lead: " + halts.halts());
                node.doWork();
                nowNs[0] += 1_000_000;
            }
        }
        assertEquals(List.of(), halts.halts());
        return state;
    }

    /** Names of files that were begun and never finished. */
    public static List<String> unfinished(Path path) throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            return files.map(Path::toString)
                    .filter(name -> name.endsWith(".preparing"))
                    .toList();
        }
    }

    private static boolean isSettled(RaftNode<Long> node) {
        RaftStatus status = node.status();
        RaftStatus.Indexes indexes = status.indexes();
        return status.role() == RaftStatus.Role.LEADER
                && indexes.appliedIndex() > 0
                && indexes.appliedIndex() == indexes.lastIndex();
    }

    private static void look(Path path, AckLedger ledger, long clusterId) throws OperatingFault {
        try (ReadOnlyDirectory directory = ReadOnlyDirectory.open(path)) {
            LogPosition snapshot = newestSnapshot(directory, clusterId);
            LogInspection inspection = LogInspection.of(directory, snapshot);
            assertNotEquals(LogInspection.Verdict.DAMAGED, inspection.verdict(), inspection::toString);
            long lastIndex = Math.max(inspection.lastIndex(), snapshot.index());
            assertTrue(lastIndex >= ledger.lastIndex(), "acknowledged " + ledger.lastIndex() + ", " + inspection);
            assertTrue(inspection.firstIndex() <= snapshot.index() + 1, "a gap behind the snapshot " + inspection);
        }
    }

    private static LogPosition newestSnapshot(StorageDirectory directory, long clusterId) throws OperatingFault {
        SnapshotShelf shelf = SnapshotShelf.open(directory, clusterId);
        int pieceCount = 0;
        while (shelf.proveNext()) {
            pieceCount++;
        }
        SnapshotHeader newest = shelf.newest();
        if (newest == null) {
            assertEquals(0, pieceCount, "no snapshot can be believed: " + shelf.refusals());
            return LogPosition.ORIGIN;
        }
        SnapshotPosition position = newest.position();
        return new LogPosition(position.index(), position.term(), position.chainCrc(), position.logTimeMs());
    }

    /** Every entry behind the snapshot is there, one behind the other. */
    private static void walk(NodeInspection inspection) throws OperatingFault {
        RaftLog log = inspection.log();
        SnapshotHeader newest = inspection.snapshots().newest();
        long snapshotIndex = newest == null ? 0 : newest.position().index();
        assertTrue(log.base().index() <= snapshotIndex, "the log begins behind the snapshot " + snapshotIndex);
        try (EntryCursor cursor = log.openCursor()) {
            for (long index = log.firstIndex(); index <= log.lastIndex(); index++) {
                assertTrue(cursor.moveTo(index, log.lastIndex()), "no entry " + index);
            }
        }
    }
}
