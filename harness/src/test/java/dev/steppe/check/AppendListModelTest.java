package dev.steppe.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.steppe.check.AppendListModel.Operation;
import dev.steppe.check.AppendListModel.Operation.Append;
import dev.steppe.check.AppendListModel.Operation.Appended;
import dev.steppe.check.AppendListModel.Operation.Read;
import dev.steppe.check.AppendListModel.Prefix;
import dev.steppe.check.LinearizabilityVerdict.Linearizable;
import dev.steppe.check.LinearizabilityVerdict.NotLinearizable;
import dev.steppe.check.SequentialModel.Call;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AppendListModelTest {
    private final LinearizabilityChecker<Prefix, Operation> lists =
            new LinearizabilityChecker<>(new AppendListModel(), 10_000);

    @Test
    void namesAListByItsIdsAndTheirOrder() {
        assertEquals(list(1, 2), list(1, 2));
        assertNotEquals(list(1, 2), list(2, 1));
        assertNotEquals(list(1), list(1, 1));
        assertEquals(2, list(1, 2).entryCount());
    }

    @Test
    void explainsAnswersThatTellOfOneOrder() {
        assertGood(List.of(call(0, 9, new Appended(0, 1, list(2, 1))), call(0, 9, new Appended(0, 2, list(2)))));
        assertGood(List.of(
                call(0, 1, new Append(0, 1)), call(2, 3, new Append(0, 2)), call(4, 5, new Read(0, list(1, 2)))));
    }

    @Test
    void findsAnswersThatTellOfTwoOrders() {
        assertBad(List.of(
                call(6, 7, new Read(0, list(2, 1))),
                call(0, 3, new Append(0, 1)),
                call(0, 3, new Append(0, 2)),
                call(4, 5, new Read(0, list(1, 2)))));
    }

    @Test
    void findsAStaleRead() {
        assertBad(List.of(call(2, 3, new Read(0, list())), call(0, 1, new Append(0, 1))));
    }

    @Test
    void findsALostWrite() {
        assertBad(List.of(
                call(2, 3, new Appended(0, 2, list(2))),
                call(0, 1, new Appended(0, 1, list(1))),
                call(4, 5, new Read(0, list(2)))));
    }

    @Test
    void findsAWriteSeenTwice() {
        assertBad(List.of(call(2, 3, new Read(0, list(1, 1))), call(0, 1, new Append(0, 1))));
        assertBad(List.of(call(2, 3, new Read(0, list(1, 1))), Call.open(1, 0, new Append(0, 1))));
    }

    @Test
    void letsAnOpenWriteShowUpLateOrNever() {
        Call<Operation> open = Call.open(1, 0, new Append(0, 1));
        assertGood(List.of(open, call(1, 2, new Appended(0, 2, list(2))), call(3, 4, new Read(0, list(2)))));
        assertGood(List.of(open, call(1, 2, new Appended(0, 2, list(2))), call(3, 4, new Read(0, list(2, 1)))));
        assertBad(List.of(
                call(5, 6, new Read(0, list(2))),
                open,
                call(1, 2, new Appended(0, 2, list(2))),
                call(3, 4, new Read(0, list(2, 1)))));
    }

    private void assertGood(List<Call<Operation>> history) {
        assertInstanceOf(Linearizable.class, lists.check(history));
    }

    /** The first call is the one whose return has no explanation. */
    private void assertBad(List<Call<Operation>> history) {
        NotLinearizable<?> bad = assertInstanceOf(NotLinearizable.class, lists.check(history));
        assertEquals(history.get(0), bad.offending());
    }

    private static Call<Operation> call(long invokedAt, long returnedAt, Operation operation) {
        return new Call<>(1, invokedAt, returnedAt, operation);
    }

    private static Prefix list(long... ids) {
        Prefix prefix = Prefix.EMPTY;
        for (long id : ids) {
            prefix = prefix.plus(id);
        }
        return prefix;
    }
}
