package dev.steppe.realgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.check.AppendListModel;
import dev.steppe.check.AppendListModel.Prefix;
import dev.steppe.check.RegisterModel;
import dev.steppe.check.SequentialModel.Call;
import org.junit.jupiter.api.Test;

/** What the judge says of short histories, also of calls without an answer. */
final class HistoryTest {
    private static final Prefix ONE = Prefix.EMPTY.plus(1);
    private static final Prefix TWO = ONE.plus(2);

    private final History history = new History();
    private final long[] moments = new long[10];

    HistoryTest() {
        for (int i = 0; i < moments.length; i++) {
            moments[i] = history.now();
        }
    }

    private void appended(int from, int until, long id, Prefix seen) {
        history.list(new Call<>(
                1, moments[from], moments[until], new AppendListModel.Operation.Appended(History.LIST, id, seen)));
    }

    private void openAppend(int from, long id) {
        history.list(Call.open(1, moments[from], new AppendListModel.Operation.Append(History.LIST, id)));
    }

    private void openWrite(int from, long value) {
        history.register(Call.open(1, moments[from], new RegisterModel.Operation.Write(7, value)));
    }

    private void read(int from, int until, long value) {
        history.register(new Call<>(1, moments[from], moments[until], new RegisterModel.Operation.Read(7, value)));
    }

    private void assertFault(String expected, long... ids) {
        String fault = history.fault(ids);
        assertTrue(fault.contains(expected), fault);
    }

    @Test
    void findsAnAcknowledgedAppendThatIsNotThere() {
        appended(0, 1, 1, ONE);
        appended(2, 3, 2, TWO);
        assertFault("an acknowledged append is not in the list", 1);
    }

    @Test
    void findsALostAppendThatIsThere() {
        history.lost(1);
        assertFault("a client was told that it is lost", 1);
    }

    @Test
    void findsWhatWasDoneTwiceOrNeverAskedFor() {
        appended(0, 1, 1, ONE);
        assertFault("twice", 1, 1);
        assertFault("nobody appended", 1, 2);
    }

    @Test
    void findsAnOrderThatNobodyCanHaveSeen() {
        appended(0, 1, 2, TWO);
        appended(2, 3, 1, ONE);
        assertFault("explains", 1, 2);
    }

    @Test
    void leavesAnAppendWithoutAnAnswerToTheListAtTheEnd() {
        openAppend(0, 1);
        appended(1, 2, 2, TWO);
        openAppend(3, 3);
        assertEquals("", history.fault(new long[] {1, 2}));
        assertEquals(2, history.openCount());
    }

    @Test
    void findsAnAppendWithoutAnAnswerThatTookEffectBeforeItWasAskedFor() {
        appended(0, 1, 2, TWO);
        openAppend(2, 1);
        assertFault("explains", 1, 2);
    }

    @Test
    void takesAWriteWithoutAnAnswerForDoneOnceItWasSeen() {
        openWrite(0, 5);
        openWrite(0, 6);
        read(1, 2, 0);
        read(3, 4, 5);
        read(5, 6, 5);
        assertEquals("", history.fault(new long[0]));
        read(7, 8, 0);
        assertFault("explains");
    }

    @Test
    void findsAWriteWithoutAnAnswerThatWasSeenBeforeItWasAskedFor() {
        read(0, 1, 5);
        openWrite(2, 5);
        assertFault("explains");
    }
}
