package dev.steppe.raft.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steppe.base.InvariantBroken;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class SessionTableTest {
    private static final int LIMIT_COUNT = 4;

    @Test
    void admitsEachSequenceOnceAndNamesTheOriginal() {
        SessionTable table = new SessionTable();
        long session = table.open(5, LIMIT_COUNT);
        assertEquals(5, session);
        assertEquals(SessionVerdict.FRESH, table.admit(session, 1, 6));
        assertEquals(SessionVerdict.DUPLICATE, table.admit(session, 1, 9));
        assertEquals(6, table.lastCommandIndex());
        assertEquals(SessionVerdict.FRESH, table.admit(session, 3, 10));
        assertEquals(SessionVerdict.DUPLICATE, table.admit(session, 2, 11));
        assertEquals(10, table.lastCommandIndex());
    }

    @Test
    void refusesWhatItNeverOpenedAndChangesNothing() {
        SessionTable table = new SessionTable();
        table.open(1, LIMIT_COUNT);
        long hash = table.stateHash();
        assertEquals(SessionVerdict.EXPIRED, table.admit(7, 1, 8));
        assertEquals(SessionVerdict.EXPIRED, table.admit(-1, 1, 9));
        assertEquals(hash, table.stateHash());
    }

    @Test
    void evictsWhoeverWasUsedLeastRecently() {
        SessionTable table = new SessionTable();
        table.open(1, 2);
        table.open(2, 2);
        table.admit(1, 1, 3);
        table.open(4, 2);
        assertEquals(SessionVerdict.EXPIRED, table.admit(2, 1, 5));
        assertEquals(SessionVerdict.DUPLICATE, table.admit(1, 1, 6));
        assertEquals(2, table.count());
    }

    @Test
    void takesNoIndexTwice() {
        SessionTable table = new SessionTable();
        table.open(4, LIMIT_COUNT);
        assertThrows(InvariantBroken.class, () -> table.open(4, LIMIT_COUNT));
        assertThrows(InvariantBroken.class, () -> table.admit(4, 1, 3));
    }

    @Test
    void decodesOnlyWhatItCouldHaveWritten() {
        SessionTable table = new SessionTable();
        table.open(1, LIMIT_COUNT);
        table.open(2, LIMIT_COUNT);
        table.admit(1, 4, 3);
        UnsafeBuffer bytes = new UnsafeBuffer(new byte[SessionTableCodec.encodedBytes(table)]);
        assertEquals(bytes.capacity(), SessionTableCodec.encode(table, bytes, 0));
        assertNotNull(SessionTableCodec.decode(bytes, 0, bytes.capacity()));
        assertNull(SessionTableCodec.decode(bytes, 0, bytes.capacity() - 1));
        for (int offset : new int[] {0, 4, 8 + 16, 8 + 24, 8 + 32}) {
            UnsafeBuffer spoiled = new UnsafeBuffer(bytes.byteArray().clone());
            spoiled.putByte(offset, (byte) 0x7F);
            SessionTable other = SessionTableCodec.decode(spoiled, 0, spoiled.capacity());
            assertNull(other, "a spoiled byte at " + offset);
        }
    }

    /** One session of the model. */
    private static final class Row {
        final long id;
        long sequence;
        long commandIndex;

        Row(long id) {
            this.id = id;
        }
    }

    /**
     * Against a list in the order of use. Each number is a move: an opening with some limit, or a command of one of the
     * sessions ever opened; from time to time the table goes through its bytes.
     */
    @Property(tries = 300)
    void doesWhatAListWould(@ForAll @Size(max = 120) List<@IntRange(max = 9_999) Integer> moves) {
        SessionTable table = new SessionTable();
        List<Row> model = new ArrayList<>();
        List<Long> everOpened = new ArrayList<>(List.of(0L));
        long index = 0;
        for (int move : moves) {
            index += 1 + move % 3;
            if (move % 4 == 0) {
                int limitCount = 1 + move / 4 % 5;
                table.open(index, limitCount);
                while (model.size() >= limitCount) {
                    model.remove(0);
                }
                model.add(new Row(index));
                everOpened.add(index);
            } else {
                long id = everOpened.get(move / 4 % everOpened.size());
                long sequence = 1L + move / 40 % 4;
                SessionVerdict expected = admit(model, id, sequence, index);
                assertEquals(expected, table.admit(id, sequence, index));
                if (expected != SessionVerdict.EXPIRED) {
                    assertEquals(model.get(model.size() - 1).commandIndex, table.lastCommandIndex());
                }
            }
            assertEquals(model.size(), table.count());
            if (move % 7 == 0) {
                table = throughBytes(table);
            }
        }
    }

    private static SessionVerdict admit(List<Row> model, long id, long sequence, long index) {
        for (Row row : model) {
            if (row.id == id) {
                model.remove(row);
                model.add(row);
                if (sequence <= row.sequence) {
                    return SessionVerdict.DUPLICATE;
                }
                row.sequence = sequence;
                row.commandIndex = index;
                return SessionVerdict.FRESH;
            }
        }
        return SessionVerdict.EXPIRED;
    }

    private static SessionTable throughBytes(SessionTable table) {
        UnsafeBuffer bytes = new UnsafeBuffer(new byte[SessionTableCodec.encodedBytes(table) + 3]);
        SessionTableCodec.encode(table, bytes, 3);
        SessionTable copy = SessionTableCodec.decode(bytes, 3, bytes.capacity() - 3);
        assertNotNull(copy);
        assertEquals(table.stateHash(), copy.stateHash());
        return copy;
    }

    @Test
    void hashesEveryField() {
        SessionTable table = new SessionTable();
        table.open(1, LIMIT_COUNT);
        long opened = table.stateHash();
        table.admit(1, 1, 2);
        long used = table.stateHash();
        table.admit(1, 1, 3);
        assertNotEquals(opened, used);
        assertNotEquals(used, table.stateHash(), "use decides who is evicted");
        assertNotEquals(hashAfter(1, 1, 5), hashAfter(1, 2, 5), "the sequence");
        assertNotEquals(hashAfter(1, 1, 5), hashAfter(2, 1, 5), "the session");
        assertNotEquals(table.stateHash(), hashAfter(1, 1, 3), "the index of the command");
    }

    private static long hashAfter(long id, long sequence, long index) {
        SessionTable table = new SessionTable();
        table.open(id, LIMIT_COUNT);
        table.admit(id, sequence, index);
        return table.stateHash();
    }
}
