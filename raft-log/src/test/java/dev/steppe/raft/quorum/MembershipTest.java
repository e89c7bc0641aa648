package dev.steppe.raft.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.quorum.Membership.Server;
import dev.steppe.raft.quorum.MembershipStep.Kind;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MembershipTest {
    private static final Membership THREE = Membership.of(servers(30, 10, 20), servers(7));

    private static List<Server> servers(int... ids) {
        return IntStream.of(ids).mapToObj(MembershipTest::server).toList();
    }

    private static Server server(int id) {
        return new Server(id, 0, "host" + id, 9_000 + id);
    }

    private static Kind step(Membership from, Membership to) {
        return MembershipStep.between(from, to).kind();
    }

    @Test
    void numbersVotersThenLearnersByTheirIds() {
        assertEquals(10, THREE.memberId(0));
        assertEquals(2, THREE.ordinalOf(30));
        assertEquals(3, THREE.ordinalOf(7));
        assertEquals(-1, THREE.ordinalOf(8));
        assertNull(THREE.find(8));
        assertTrue(THREE.isVoter(20));
        assertFalse(THREE.isVoter(7));
        assertEquals(2, THREE.majorityCount());
        assertEquals(3, THREE.promoted(7).majorityCount());
        assertFalse(THREE.promoted(7).isSteady());
    }

    @Test
    void refusesNoVoterAndDoubleIds() {
        assertThrows(IllegalArgumentException.class, () -> Membership.of(List.of(), servers(1)));
        assertThrows(IllegalArgumentException.class, () -> Membership.of(servers(1, 1), List.of()));
        assertThrows(IllegalArgumentException.class, () -> Membership.of(servers(1, 2), servers(2)));
        Membership one = Membership.of(servers(1), List.of());
        assertThrows(IllegalArgumentException.class, () -> one.without(1));
        assertThrows(IllegalArgumentException.class, () -> one.demoted(1));
    }

    @Test
    void refusesServersThatCannotBe() {
        assertThrows(IllegalArgumentException.class, () -> server(0));
        assertThrows(IllegalArgumentException.class, () -> server(128));
        assertThrows(IllegalArgumentException.class, () -> new Server(1, 0, " ", 1));
        assertThrows(IllegalArgumentException.class, () -> new Server(1, 0, "h\u00e4", 1));
        assertThrows(IllegalArgumentException.class, () -> new Server(1, 0, "a", 65_536));
    }

    @Test
    void namesEachSingleStep() {
        assertEquals(Kind.NONE, step(THREE, Membership.of(servers(10, 20, 30), servers(7))));
        assertEquals(
                new MembershipStep(Kind.LEARNER_ADDED, 8), MembershipStep.between(THREE, THREE.withLearner(server(8))));
        assertEquals(new MembershipStep(Kind.LEARNER_REMOVED, 7), MembershipStep.between(THREE, THREE.without(7)));
        assertEquals(new MembershipStep(Kind.VOTER_REMOVED, 20), MembershipStep.between(THREE, THREE.without(20)));
        assertEquals(new MembershipStep(Kind.PROMOTED, 7), MembershipStep.between(THREE, THREE.promoted(7)));
        assertEquals(new MembershipStep(Kind.DEMOTED, 30), MembershipStep.between(THREE, THREE.demoted(30)));
        Membership moved = Membership.of(servers(10, 20, 30), List.of(new Server(7, 0, "elsewhere", 1)));
        assertEquals(new MembershipStep(Kind.MOVED, 7), MembershipStep.between(THREE, moved));
        assertEquals(Kind.PINNED, step(THREE, THREE.pinned(10, 5).pinned(7, 6)));
    }

    @Test
    void namesWhatIsNoSingleStep() {
        assertEquals(
                Kind.NOT_ONE, step(THREE, Membership.of(servers(10, 20, 30, 40), servers(7))), "voter from nothing");
        assertEquals(Kind.NOT_ONE, step(THREE, THREE.without(10).without(20)));
        assertEquals(Kind.NOT_ONE, step(THREE, THREE.without(10).promoted(7)));
        assertEquals(Kind.NOT_ONE, step(THREE, THREE.pinned(10, 5).without(20)));
        assertEquals(Kind.NOT_ONE, step(THREE.pinned(10, 5), THREE.pinned(10, 6)), "another directory");
        assertEquals(Kind.NOT_ONE, step(THREE.pinned(10, 5), THREE), "no directory any more");
        assertEquals(Kind.NOT_ONE, step(THREE, THREE.pinned(7, 5).promoted(7)));
    }

    @Test
    void admitsAnyDirectoryUntilOneIsPinned() {
        assertTrue(THREE.admits(10, 99));
        Membership pinned = THREE.pinned(10, 5);
        assertTrue(pinned.admits(10, 5));
        assertFalse(pinned.admits(10, 99));
        assertFalse(pinned.isVoter(10, 99));
        assertFalse(pinned.admits(8, 99));
        assertFalse(pinned.isVoter(7, 99));
    }

    @Test
    void fitsSevenVotersAndEightLearners() {
        int[] seven = IntStream.rangeClosed(1, 7).toArray();
        int[] eight = IntStream.rangeClosed(11, 18).toArray();
        Membership full = Membership.of(servers(seven), servers(eight));
        assertTrue(full.fits());
        assertFalse(full.promoted(11).fits());
        assertFalse(full.withLearner(server(50)).fits());
    }

    @Test
    void tellsDifferentOnesApart() {
        assertEquals(THREE, THREE.promoted(7).demoted(7));
        assertNotEquals(THREE.fingerprint(), THREE.promoted(7).fingerprint());
        assertNotEquals(THREE.fingerprint(), THREE.pinned(7, 1).fingerprint());
        assertNotEquals(THREE.fingerprint(), THREE.without(7).fingerprint());
    }
}
