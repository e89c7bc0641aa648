package dev.steppe.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steppe.fault.Coverage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ClientCheckerTest {
    private final ClientChecker checker = new ClientChecker(new Coverage());

    private static void violates(String invariant, Executable deed) {
        assertEquals(invariant, assertThrows(InvariantViolated.class, deed).invariant());
    }

    @Test
    void takesOneHistoryFromAllMembers() {
        checker.applied(1, 3, 70, 111);
        checker.applied(2, 3, 70, 111);
        checker.acknowledged(70, 3, 111, checker.floor());
        checker.applied(1, 5, 71, 222);
        checker.read(1, 5, 222, checker.floor());
        assertEquals(5, checker.floor());
        assertEquals(1, checker.acknowledgedCount());
    }

    @Test
    void refusesAStateThatDiffers() {
        checker.applied(1, 3, 70, 111);
        violates("H1", () -> checker.applied(2, 3, 70, 112));
        violates("H1", () -> checker.applied(2, 3, 71, 111));
        violates("H2", () -> checker.restored(2, 3, 112));
    }

    @Test
    void refusesACommandThatIsAppliedTwice() {
        checker.applied(1, 3, 70, 111);
        violates("C2", () -> checker.applied(1, 4, 70, 112));
    }

    @Test
    void refusesARepetitionThatIsNotWhereItIsSaidToBe() {
        checker.applied(1, 3, 70, 111);
        checker.applied(1, 4, 71, 112);
        checker.repeated(70, 3, 0);
        violates("C2", () -> checker.repeated(70, 4, 0));
        violates("C2", () -> checker.repeated(71, 4, 4));
    }

    @Test
    void refusesAnAcknowledgementOfWhatIsNotThere() {
        violates("C3", () -> checker.acknowledged(70, 3, 111, 0));
        checker.applied(1, 3, 70, 111);
        violates("C3", () -> checker.acknowledged(71, 3, 111, 0));
    }

    @Test
    void refusesALostCommandThatIsThere() {
        checker.applied(1, 3, 70, 111);
        violates("C3", () -> checker.lost(70));
        checker.lost(71);
        violates("C3", () -> checker.applied(1, 4, 71, 112));
    }

    @Test
    void refusesAnOrderThatClientsHaveSeenOtherwise() {
        checker.applied(1, 3, 70, 111);
        checker.applied(1, 4, 71, 112);
        checker.acknowledged(71, 4, 112, checker.floor());
        long floor = checker.floor();
        violates("C1", () -> checker.acknowledged(70, 3, 111, floor));
        violates("C1", () -> checker.read(1, 3, 111, floor));
        violates("C1", () -> checker.read(1, 4, 111, floor));
    }
}
