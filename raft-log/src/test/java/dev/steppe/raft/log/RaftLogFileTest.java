package dev.steppe.raft.log;

import static dev.steppe.raft.log.LogFixture.IDENTITY;
import static dev.steppe.raft.log.LogFixture.clean;
import static dev.steppe.raft.log.LogFixture.entries;
import static dev.steppe.raft.log.LogFixture.text;
import static dev.steppe.raft.log.LogFixture.writeForced;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.vault.Quarantine;
import dev.steppe.raft.storage.file.DirectoryVerdict;
import dev.steppe.raft.storage.file.FileDirectory;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log on real files. */
final class RaftLogFileTest {
    @TempDir
    private Path parent;

    @Test
    void findsEverythingAfterReopening() throws OperatingFault {
        OpenLog open = openDirectory(LogFixture.SMALL);
        for (int i = 0; i < 20; i++) {
            writeForced(open.log(), 1 + i / 5, text("a" + i, 1_000), "b");
        }
        assertEquals(AppendVerdict.APPENDED, open.log().truncateFrom(35));
        writeForced(open.log(), 9, "c");
        open.vault().store(9, 1, Quarantine.NONE);
        List<String> before = entries(open.log());
        open.close();
        OpenLog again = openDirectory(LogFixture.SMALL);
        assertEquals(before, entries(again.log()));
        assertEquals(9, again.vault().term());
        assertEquals(2, again.incarnation());
        again.close();
    }

    @Test
    void staysReadableThroughAnOpenCursorAfterClose() throws OperatingFault {
        OpenLog open = openDirectory(LogFixture.SMALL);
        writeForced(open.log(), 1, "abc");
        EntryCursor cursor = open.log().openCursor();
        assertTrue(cursor.moveTo(1, 1));
        open.close();
        assertEquals('c', cursor.buffer().getByte(cursor.payloadOffset() + 2));
        cursor.close();
        cursor.close();
    }

    @Test
    void allocatesNothingWhileAppending() throws OperatingFault {
        OpenLog open = openDirectory(LogConfig.holding(1 << 22, 4_096));
        RaftLog log = open.log();
        EntryCursor cursor = log.openCursor();
        UnsafeBuffer payload = new UnsafeBuffer(new byte[48]);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        appendAndRead(log, cursor, payload, 2_000);
        // A table of offsets doubles now and then; between two doublings nothing may be allocated.
        long leastBytes = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            long beforeBytes = threads.getCurrentThreadAllocatedBytes();
            appendAndRead(log, cursor, payload, 400);
            leastBytes = Math.min(leastBytes, threads.getCurrentThreadAllocatedBytes() - beforeBytes);
        }
        assertEquals(0, leastBytes);
        cursor.close();
        open.close();
    }

    private static void appendAndRead(RaftLog log, EntryCursor cursor, UnsafeBuffer payload, int count)
            throws OperatingFault {
        for (int i = 0; i < count; i++) {
            log.beginBatch(1, i);
            for (int j = 0; j < 4; j++) {
                log.appendEntry(1, payload, 0, 48);
            }
            long lastIndex = log.writeBatch();
            if (i % 16 == 0) {
                log.force();
            }
            if (!cursor.moveTo(lastIndex, lastIndex) || log.termAt(lastIndex - 1) != 1) {
                throw new AssertionError("entry " + lastIndex + " is not readable");
            }
        }
    }

    private OpenLog openDirectory(LogConfig config) throws OperatingFault {
        DirectoryVerdict verdict = FileDirectory.hold(parent.resolve("data"));
        assertTrue(verdict instanceof DirectoryVerdict.Held, verdict::toString);
        return clean(LogRecovery.open(
                ((DirectoryVerdict.Held) verdict).directory(),
                IDENTITY,
                config,
                LogFixture.ENTROPY,
                LogPosition.ORIGIN));
    }
}
