package dev.steppe.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class CommitHistoryTest {
    private final CommitHistory history = new CommitHistory();

    private static void violates(String invariant, Executable deed) {
        assertEquals(invariant, assertThrows(InvariantViolated.class, deed).invariant());
    }

    @Test
    void refusesTwoHistoriesOfOneEntry() {
        history.wrote(1, 2, 10);
        history.wrote(1, 2, 10);
        history.wrote(1, 3, 11);
        history.wrote(1, 3, 11);
        violates("R3", () -> history.wrote(1, 2, 11));
        violates("R3", () -> history.wrote(1, 3, 10));
    }

    @Test
    void refusesTwoCommittedEntriesAtOneIndex() {
        history.committed(1, 2, 10, 2);
        history.committed(1, 2, 10, 3);
        violates("R5", () -> history.committed(1, 3, 11, 3));
        violates("R5", () -> history.committed(1, 2, 11, 3));
        violates("R5", () -> history.committed(3, 3, 11, 3));
    }

    @Test
    void knowsWhatWasCommittedBeforeATerm() {
        history.committed(1, 2, 10, 2);
        history.committed(2, 2, 11, 4);
        history.committed(3, 4, 12, 4);
        assertEquals(0, history.committedBefore(2));
        assertEquals(1, history.committedBefore(4));
        assertEquals(3, history.committedBefore(5));
        assertEquals(4, history.committedTerm(3));
        for (long index = 4; index < 2_000; index++) {
            history.committed(index, 5, (int) index, 5);
        }
        assertEquals(1_999, history.committedIndex());
        assertEquals(1_000, history.committedCrc(1_000));
    }
}
