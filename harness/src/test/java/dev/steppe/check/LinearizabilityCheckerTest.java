package dev.steppe.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.check.LinearizabilityVerdict.Linearizable;
import dev.steppe.check.LinearizabilityVerdict.NotLinearizable;
import dev.steppe.check.LinearizabilityVerdict.Undecided;
import dev.steppe.check.RegisterModel.Operation;
import dev.steppe.check.RegisterModel.Operation.Read;
import dev.steppe.check.RegisterModel.Operation.Write;
import dev.steppe.check.SequentialModel.Call;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LinearizabilityCheckerTest {
    private static final long STEP_MAX_COUNT = 100_000;

    private final LinearizabilityChecker<Long, Operation> registers =
            new LinearizabilityChecker<>(new RegisterModel(), STEP_MAX_COUNT);

    @Test
    void explainsTheEmptyHistory() {
        assertEquals(new Linearizable<>(0), registers.check(List.of()));
    }

    @Test
    void letsOverlappingCallsTakeEffectInEitherOrder() {
        assertGood(List.of(write(1, 0, 10, 1), write(2, 0, 10, 2), read(3, 11, 12, 1)));
        assertGood(List.of(write(1, 0, 10, 1), write(2, 0, 10, 2), read(3, 11, 12, 2)));
        assertGood(List.of(write(1, 0, 10, 1), read(2, 1, 2, 1), read(3, 3, 4, 1)));
    }

    @Test
    void takesCallsThatTouchForOverlapping() {
        assertGood(List.of(write(1, 0, 5, 1), read(2, 5, 6, 0)));
        assertBad(List.of(write(1, 0, 5, 1), read(2, 6, 7, 0)), 1, 2);
    }

    @Test
    void findsAStaleRead() {
        assertBad(List.of(write(1, 0, 1, 1), write(1, 2, 3, 2), read(2, 4, 5, 1), read(2, 6, 7, 2)), 2, 3);
    }

    @Test
    void findsAReadThatGoesBackWhileTheWriteIsUnderWay() {
        assertBad(List.of(write(1, 0, 10, 1), read(2, 1, 2, 1), read(3, 3, 4, 0)), 2, 3);
    }

    @Test
    void findsALostWrite() {
        assertBad(List.of(write(1, 0, 1, 1), read(2, 2, 3, 0)), 1, 2);
    }

    @Test
    void findsAWriteSeenTwice() {
        List<Call<Operation>> history = List.of(
                write(1, 0, 9, 1), read(3, 10, 11, 1), write(2, 12, 13, 2), read(3, 14, 15, 2), read(3, 16, 17, 1));
        assertBad(history, 4, 5);
    }

    @Test
    void letsAnOpenWriteShowUpLateOrNever() {
        Call<Operation> open = Call.open(1, 0, new Write(0, 1));
        assertGood(List.of(open, read(2, 1, 2, 0), read(2, 3, 4, 0)));
        assertGood(List.of(open, read(2, 1, 2, 0), read(2, 3, 4, 1)));
        assertGood(List.of(open, write(2, 1, 2, 2), read(2, 3, 4, 2), read(2, 5, 6, 1)));
    }

    @Test
    void letsAnOpenWriteShowUpOnceAndNotBeforeItsInvocation() {
        Call<Operation> open = Call.open(1, 0, new Write(0, 1));
        assertBad(List.of(open, read(2, 1, 2, 1), write(2, 3, 4, 2), read(2, 5, 6, 2), read(2, 7, 8, 1)), 4, 5);
        assertBad(List.of(read(2, 1, 2, 1), Call.open(1, 3, new Write(0, 1))), 0, 1);
    }

    @Test
    void looksAtEachKeyForItselfAndNamesTheEarliestFault() {
        List<Call<Operation>> history = List.of(
                new Call<>(1, 0, 1, new Write(1, 5)),
                new Call<>(1, 2, 3, new Read(2, 0)),
                new Call<>(1, 8, 9, new Read(1, 4)),
                new Call<>(2, 4, 5, new Read(2, 7)),
                new Call<>(2, 6, 7, new Read(3, 0)));
        NotLinearizable<Operation> bad = bad(history);
        assertEquals(2, bad.key());
        assertEquals(List.of(history.get(1), history.get(3)), bad.prefix());
        assertEquals(
                "no order of the 2 calls under key 2 that were invoked by 5 explains Call[clientId=2, invokedAt=4,"
                        + " returnedAt=5, operation=Read[key=2, value=7]]: one order gets to 0 after 1",
                bad.explanation());
    }

    @Test
    void saysUndecidedWhenTheStepsRunOut() {
        List<Call<Operation>> history = List.of(write(1, 0, 1, 1), write(1, 2, 3, 2), read(2, 4, 5, 2));
        assertEquals(new Linearizable<>(3), checkWithin(3, history));
        assertEquals(new Undecided<>(0, 2), checkWithin(2, history));
    }

    @Test
    void prefersAFaultToAKeyThatIsUndecided() {
        List<Call<Operation>> history = new ArrayList<>(List.of(write(1, 0, 1, 1), write(1, 2, 3, 2)));
        history.add(new Call<>(2, 4, 5, new Read(7, 1)));
        assertInstanceOf(NotLinearizable.class, checkWithin(1, history));
    }

    @Test
    void refusesACallThatReturnsBeforeItIsInvoked() {
        assertThrows(IllegalArgumentException.class, () -> read(1, 5, 4, 0));
    }

    @Test
    void remembersConfigurations() {
        // 12 overlapping writes of one value: 12! orders, but only 2^12 sets of calls, each reached in 12 ways at most.
        List<Call<Operation>> history = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            history.add(write(i, 0, 10, 1));
        }
        history.add(read(20, 11, 12, 2));
        assertBad(history, 12, 13);
    }

    private LinearizabilityVerdict<Operation> checkWithin(long stepMaxCount, List<Call<Operation>> history) {
        return new LinearizabilityChecker<>(new RegisterModel(), stepMaxCount).check(history);
    }

    private void assertGood(List<Call<Operation>> history) {
        assertInstanceOf(Linearizable.class, registers.check(history));
    }

    private void assertBad(List<Call<Operation>> history, int offendingPlace, int prefixCount) {
        NotLinearizable<Operation> bad = bad(history);
        assertEquals(history.get(offendingPlace), bad.offending());
        assertEquals(prefixCount, bad.prefix().size());
        assertTrue(bad.explanation().contains(bad.offending().toString()));
    }

    private NotLinearizable<Operation> bad(List<Call<Operation>> history) {
        LinearizabilityVerdict<Operation> verdict = registers.check(history);
        assertInstanceOf(NotLinearizable.class, verdict);
        return (NotLinearizable<Operation>) verdict;
    }

    private static Call<Operation> write(int clientId, long invokedAt, long returnedAt, long value) {
        return new Call<>(clientId, invokedAt, returnedAt, new Write(0, value));
    }

    private static Call<Operation> read(int clientId, long invokedAt, long returnedAt, long value) {
        return new Call<>(clientId, invokedAt, returnedAt, new Read(0, value));
    }
}
