package dev.steppe.raft.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.Entropy;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.storage.PrepareVerdict;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.memory.MemoryDisk;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** What the tests of the log share: one identity, small sizes, entries as text. */
final class LogFixture {
    static final LogIdentity IDENTITY = new LogIdentity(0x5EED_0000_0000_0001L, 2);
    static final long DIRECTORY_ID = 0x0D1D_0000_0000_0005L;
    static final Entropy ENTROPY = () -> DIRECTORY_ID;
    static final LogConfig SMALL = new LogConfig(1 << 14, 8_192);

    private LogFixture() {}

    static RecoveryVerdict recover(MemoryDisk disk) throws OperatingFault {
        StorageDirectory directory = disk.hold();
        return LogRecovery.open(directory, IDENTITY, SMALL, LogFixture.ENTROPY, LogPosition.ORIGIN);
    }

    static RecoveryVerdict recover(MemoryDisk disk, LogPosition snapshot) throws OperatingFault {
        return LogRecovery.open(disk.hold(), IDENTITY, SMALL, ENTROPY, snapshot);
    }

    static OpenLog openClean(MemoryDisk disk) throws OperatingFault {
        return clean(recover(disk));
    }

    static OpenLog clean(RecoveryVerdict verdict) {
        assertTrue(verdict instanceof RecoveryVerdict.Clean, verdict::toString);
        return ((RecoveryVerdict.Clean) verdict).open();
    }

    static RecoveryVerdict.TornTail torn(RecoveryVerdict verdict) {
        assertTrue(verdict instanceof RecoveryVerdict.TornTail, verdict::toString);
        return (RecoveryVerdict.TornTail) verdict;
    }

    static UnsafeBuffer bufferOf(String text) {
        return new UnsafeBuffer(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Writes one batch of entries, each with its text; prepares a segment when one is missing. Does not force. */
    static void write(RaftLog log, long term, String... texts) throws OperatingFault {
        log.beginBatch(term, 1_000 * term);
        for (String text : texts) {
            AppendVerdict verdict = log.appendEntry(7, bufferOf(text), 0, text.length());
            if (verdict == AppendVerdict.NO_SEGMENT) {
                assertEquals(PrepareVerdict.PREPARED, log.prepareNext());
                verdict = log.appendEntry(7, bufferOf(text), 0, text.length());
            }
            assertEquals(AppendVerdict.APPENDED, verdict);
        }
        log.writeBatch();
    }

    static void writeForced(RaftLog log, long term, String... texts) throws OperatingFault {
        write(log, term, texts);
        assertEquals(log.lastIndex(), log.force());
    }

    /** Every entry as {@code term:text}, in order; checks index, kind and log time on the way. */
    static List<String> entries(RaftLog log) {
        List<String> entries = new ArrayList<>();
        try (EntryCursor cursor = log.openCursor()) {
            for (long index = log.firstIndex(); cursor.moveTo(index, log.lastIndex()); index++) {
                assertEquals(index, cursor.index());
                assertEquals(7, cursor.kind());
                assertEquals(1_000 * cursor.term(), cursor.logTimeMs());
                assertEquals(log.termAt(index), cursor.term());
                assertEquals(log.chainCrcAt(index), cursor.chainCrc());
                byte[] payload = new byte[cursor.payloadBytes()];
                cursor.buffer().getBytes(cursor.payloadOffset(), payload);
                entries.add(cursor.term() + ":" + new String(payload, StandardCharsets.US_ASCII));
            }
        }
        return entries;
    }

    /** What a snapshot of everything up to {@code index} would stand for. */
    static LogPosition position(RaftLog log, long index) {
        return new LogPosition(index, log.termAt(index), log.chainCrcAt(index), log.logTimeAt(index));
    }

    /** The log of a directory that can be used. */
    static RaftLog usable(RecoveryVerdict verdict) {
        return verdict instanceof RecoveryVerdict.TornTail torn
                ? torn.open().log()
                : clean(verdict).log();
    }

    /** A text of {@code lengthBytes} that begins with {@code mark}. */
    static String text(String mark, int lengthBytes) {
        return mark + ".".repeat(Math.max(0, lengthBytes - mark.length()));
    }
}
