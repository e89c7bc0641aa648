package dev.steppe.raft.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/**
 * A search that takes worlds with other names for the same must find exactly the worlds that a search under all names
 * finds: the sizes of its classes add up to them. A member's name that is compared as a number, or a number that is
 * renamed, breaks the sum.
 */
class SymmetryTest {
    private static void classesAddUp(Bounds bounds) {
        Finding byNames = Exploration.withNames(bounds);
        Finding found = Exploration.of(bounds);
        assertTrue(byNames.isComplete() && found.isComplete(), found + "\n" + byNames);
        assertEquals(byNames.states(), found.named());
        assertTrue(found.states() * 4 < byNames.states(), found + "\n" + byNames);
    }

    @Test
    void holdsForElectionsOutOfOrder() {
        classesAddUp(Bounds.of(3).terms(2).ballots(3).rounds(2).packets(11));
    }

    @Test
    void holdsForReplicationWithCrashes() {
        Bounds bounds = Bounds.of(3).terms(1).ballots(1).rounds(1).proposals(1).crashes(1);
        classesAddUp(bounds.forcedLate().noticedLate().terse().packets(6));
    }

    @Test
    void holdsForLoyalFollowersAndReads() {
        Bounds bounds = Bounds.of(3).terms(2).ballots(4).rounds(2).proposals(1).reads(1);
        classesAddUp(bounds.loyal().terse().packets(9));
    }

    @Test
    void holdsForMembershipAndTransfer() {
        Bounds bounds = Bounds.of(3).terms(2).ballots(4).rounds(2).changes(1).transfers(1);
        classesAddUp(bounds.terse().packets(8));
    }

    @Test
    void holdsForSnapshots() {
        Bounds bounds = Bounds.of(3)
                .terms(2)
                .ballots(4)
                .rounds(2)
                .proposals(1)
                .crashes(1)
                .snapshots(2);
        classesAddUp(bounds.terse().packets(7));
    }
}
