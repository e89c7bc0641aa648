package dev.steppe.raft.node.apply;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steppe.base.InvariantBroken;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.machine.EntryPosition;
import dev.steppe.raft.api.machine.SnapshotImage;
import dev.steppe.raft.api.machine.SnapshotSource;
import dev.steppe.raft.api.machine.StateMachine;
import dev.steppe.raft.log.AppendVerdict;
import dev.steppe.raft.log.LogConfig;
import dev.steppe.raft.log.LogRecovery;
import dev.steppe.raft.log.RaftLog;
import dev.steppe.raft.log.RecoveryVerdict;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.node.apply.Replica.Outcome;
import dev.steppe.raft.node.mail.CapturedImage;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.raft.snapshot.SnapshotProgress;
import dev.steppe.raft.snapshot.SnapshotReader;
import dev.steppe.raft.snapshot.SnapshotShelf;
import dev.steppe.raft.snapshot.SnapshotWriter;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.runtime.clock.SeededEntropy;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ReplicaTest {
    private static final long CLUSTER_ID = 7;
    private static final long SESSION_ID = 2;
    private static final byte[] MEMBERSHIP = "whoever it is".getBytes(StandardCharsets.US_ASCII);

    private final MemoryDisk snapshots = new MemoryDisk();
    private CheckedEntries entries;
    private RaftLog log;

    /** Adds up the commands; {@code error} is what it gets wrong when it is restored. */
    private static final class Sum implements StateMachine<Long> {
        private long sum;
        private long error;

        @Override
        public Long apply(EntryPosition at, DirectBuffer buffer, int offset, int length) {
            sum += buffer.getLong(offset);
            return sum;
        }

        @Override
        public void applied(long index, long logTimeMs) {}

        @Override
        public long stateHash() {
            return sum;
        }

        @Override
        public SnapshotImage capture() {
            UnsafeBuffer image = new UnsafeBuffer(new byte[Long.BYTES]);
            image.putLong(0, sum);
            return sink -> {
                sink.put(image, 0, Long.BYTES);
                return true;
            };
        }

        @Override
        public void restore(SnapshotSource source) throws OperatingFault {
            UnsafeBuffer image = new UnsafeBuffer(new byte[Long.BYTES]);
            assertEquals(Long.BYTES, source.read(image, 0, Long.BYTES));
            sum = image.getLong(0) + error;
        }
    }

    /** An empty entry, a session, its first command, a membership, and the command again. */
    @BeforeEach
    void writeEntries() throws OperatingFault {
        RecoveryVerdict verdict = LogRecovery.open(
                new MemoryDisk().hold(),
                new LogIdentity(CLUSTER_ID, 1),
                LogConfig.holding(1 << 16, 1_024),
                new SeededEntropy(1),
                LogPosition.ORIGIN);
        log = ((RecoveryVerdict.Clean) verdict).open().log();
        log.beginBatch(3, 1_000);
        append(log, NodeMail.KIND_NO_OP, new byte[0]);
        append(log, NodeMail.KIND_SESSION_OPEN, words(10));
        append(log, NodeMail.KIND_SESSION_COMMAND, words(SESSION_ID, 1, 40));
        append(log, NodeMail.KIND_MEMBERSHIP, MEMBERSHIP);
        append(log, NodeMail.KIND_SESSION_COMMAND, words(SESSION_ID, 1, 40));
        log.writeBatch();
        entries = new CheckedEntries(log.openCursor(), CLUSTER_ID, 1_024);
    }

    private static void append(RaftLog log, int kind, byte[] payload) {
        assertEquals(AppendVerdict.APPENDED, log.appendEntry(kind, new UnsafeBuffer(payload), 0, payload.length));
    }

    private static byte[] words(long... words) {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[words.length * Long.BYTES]);
        for (int i = 0; i < words.length; i++) {
            buffer.putLong(i * Long.BYTES, words[i]);
        }
        return buffer.byteArray();
    }

    private static Replica<Long> replica(Sum machine) {
        return new Replica<>(machine, CLUSTER_ID, new byte[0]);
    }

    private Outcome applyNext(Replica<Long> replica) {
        assertEquals(CheckedEntries.Verdict.SOUND, entries.moveTo(replica.appliedIndex() + 1, 5, replica.chainCrc()));
        return replica.apply(entries);
    }

    private CapturedImage captured(Replica<Long> replica) {
        CapturedImage image = replica.capture();
        assertNotNull(image);
        return image;
    }

    /** A snapshot of a replica that has applied the first four entries, written and read again. */
    private SnapshotReader snapshot() throws OperatingFault {
        Replica<Long> first = replica(new Sum());
        for (int i = 0; i < 4; i++) {
            applyNext(first);
        }
        StorageDirectory directory = snapshots.hold();
        CapturedImage image = captured(first);
        try (SnapshotWriter writer = new SnapshotWriter(directory, image.header(), image.image(), 1 << 20)) {
            SnapshotProgress progress = writer.step();
            while (progress == SnapshotProgress.GOES_ON) {
                progress = writer.step();
            }
            assertEquals(SnapshotProgress.DONE, progress);
        }
        SnapshotShelf shelf = SnapshotShelf.open(directory, CLUSTER_ID);
        boolean isMore = true;
        while (isMore) {
            isMore = shelf.proveNext();
        }
        SnapshotReader reader = shelf.read();
        assertNotNull(reader);
        return reader;
    }

    @Test
    void haltsAtAnEntryOfAKindFromTheFuture() throws OperatingFault {
        append(log, 5, words(40));
        log.writeBatch();
        Sum machine = new Sum();
        Replica<Long> replica = replica(machine);
        for (int i = 0; i < 5; i++) {
            applyNext(replica);
        }
        assertEquals(CheckedEntries.Verdict.SOUND, entries.moveTo(6, 6, replica.chainCrc()));
        InvariantBroken halt = assertThrows(InvariantBroken.class, () -> replica.apply(entries));
        assertEquals("an entry of a kind from the future: index, kind = 6, 5", halt.getMessage());
        assertEquals(40, machine.sum);
    }

    @Test
    void bringsSessionsAndMembershipBack() throws OperatingFault {
        Sum machine = new Sum();
        Replica<Long> restored = replica(machine);
        restored.restore(snapshot());
        assertEquals(4, restored.appliedIndex());
        assertEquals(40, machine.sum);
        assertArrayEquals(MEMBERSHIP, captured(restored).header().membership());
        assertEquals(Outcome.DUPLICATE, applyNext(restored), "the retry of what the snapshot contains");
        assertEquals(3, restored.sessionIndex());
        assertEquals(40, machine.sum);
    }

    @Test
    void refusesASnapshotWhoseStateIsAnother() throws OperatingFault {
        Sum machine = new Sum();
        machine.error = 1;
        SnapshotReader reader = snapshot();
        assertThrows(OperatingFault.class, () -> replica(machine).restore(reader));
    }
}
