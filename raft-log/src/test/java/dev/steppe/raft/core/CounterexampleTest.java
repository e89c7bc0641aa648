package dev.steppe.raft.core;

import static dev.steppe.raft.core.OneCore.server;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftOutput.MembershipVerdict;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.quorum.Membership;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Ways to lose a committed entry. Published are figure 8 of the Raft paper and the three of single-server changes
 * (Ongaro: bug in single-server membership changes, raft-dev, 2015). In each of the three, S1 leads four servers and
 * puts C into its log, S2 takes over in the next term and puts D into its own, D is committed, and S1 comes back with a
 * majority by C that has not heard of D. They need S2 to write D before anything of its term is committed: here it is
 * told that it is not settled; and once it is, whoever let it settle does not vote for S1.
 */
class CounterexampleTest {
    private static final Membership FOUR =
            Membership.of(List.of(server(1), server(2), server(3), server(4)), List.of(server(5), server(6)));

    /** S1 leads in term 1 with everything committed everywhere, and everybody known to be caught up. */
    private static Scene begin() {
        Scene scene =
                new Scene(6, FOUR).timesOut(1).expectsLeader(1, 1).beats(1).beats(1);
        for (int id = 1; id <= 6; id++) {
            assertEquals(1, scene.core(id).commitIndex(), "member " + id);
        }
        return scene;
    }

    private static void plays(Membership c, Integer[] haveC, Membership d, Integer[] haveD, Integer[] comeBack) {
        Scene scene = begin().only(haveC);
        assertEquals(MembershipVerdict.ACCEPTED, scene.changes(1, c));
        assertEquals(1, scene.core(1).commitIndex());
        assertEquals(c, scene.core(1).membership());

        // S2 is elected by the old membership, but its first entry gets nowhere yet.
        scene.letPass(mail -> inGroup(mail, 2, 3, 4) && !(mail.message() instanceof AppendAsk))
                .timesOut(2);
        scene.expectsLeader(2, 2);
        assertEquals(MembershipVerdict.NOT_SETTLED, scene.changes(2, d), "the published step");

        // With S3 and S4 it settles; then D reaches no more than a majority of its own.
        scene.only(2, 3, 4, 6).beats(2).beats(2).only(haveD);
        assertEquals(MembershipVerdict.ACCEPTED, scene.changes(2, d));
        scene.beats(2);
        assertEquals(3, scene.core(2).commitIndex(), "D is committed");

        // Those who would have made S1 the leader by C.
        leave(scene, 1);
        scene.only(comeBack).timesOut(1);
        assertNotEquals(Role.LEADER, scene.core(1).role());
        scene.timesOut(1).timesOut(1);
        assertNotEquals(Role.LEADER, scene.core(1).role());

        // Whoever leads once all hear each other has D.
        scene.letPass(mail -> true).timesOut(3);
        scene.beats(leaderOf(scene)).beats(leaderOf(scene));
        assertEquals(d, scene.core(leaderOf(scene)).membership());
        assertTrue(scene.core(leaderOf(scene)).commitIndex() >= 3);
    }

    private static boolean inGroup(Scene.Mail mail, Integer... ids) {
        return List.of(ids).contains(mail.from()) && List.of(ids).contains(mail.to());
    }

    private static int leaderOf(Scene scene) {
        int leader = 0;
        for (int id = 1; id <= 6; id++) {
            boolean leads = scene.core(id).role() == Role.LEADER;
            if (leads
                    && (leader == 0
                            || scene.core(id).term() > scene.core(leader).term())) {
                leader = id;
            }
        }
        return leader;
    }

    @Test
    void survivesOneAddAndOneRemove() {
        plays(FOUR.promoted(5), ids(1, 5), FOUR.without(1), ids(2, 3), ids(1, 4, 5));
    }

    @Test
    void survivesTwoAdds() {
        plays(FOUR.promoted(5), ids(1, 5), FOUR.promoted(6), ids(2, 3, 6), ids(1, 4, 5));
    }

    @Test
    void survivesTwoRemoves() {
        plays(FOUR.without(2), ids(1), FOUR.without(1), ids(2, 3), ids(1, 4));
    }

    /** The figure letter by letter; entry 2 of term 2 is what must not count as committed in (c). */
    @Test
    void commitsNothingThatFigureEightMayUndo() {
        Scene scene = new Scene(5, OneCore.voters(5))
                .timesOut(1)
                .expectsLeader(1, 1)
                .beats(1)
                .only(1);
        scene.letPass(mail -> !(mail.message() instanceof AppendAsk)).timesOut(1);
        // (a) S1 leads in term 2; its entry reaches S2 only.
        leave(scene, 1);
        scene.letPass(mail -> !(mail.message() instanceof AppendAsk))
                .timesOut(1)
                .expectsLeader(1, 2);
        scene.only(1, 2).beats(1);
        assertEquals(2, scene.core(2).shape().lastIndex());
        // (b) S5 leads in term 3, by S3 and S4, and has another entry 2.
        scene.letPass(mail -> inGroup(mail, 3, 4, 5) && !(mail.message() instanceof AppendAsk))
                .timesOut(5);
        scene.expectsLeader(5, 3);
        // (c) S1 leads again and brings its old entry 2 to S3, no more.
        leave(scene, 1);
        scene.letPass(mail -> inGroup(mail, 1, 2, 3) && !(mail.message() instanceof AppendAsk))
                .timesOut(1)
                .timesOut(1);
        scene.expectsLeader(1, 4);
        scene.letPass(
                mail -> inGroup(mail, 1, 2, 3) && !(mail.message() instanceof AppendAsk ask && ask.lastIndex() > 2));
        scene.beats(1).beats(1).beats(1).beats(1);
        assertEquals(2, scene.core(3).shape().termAt(2), "on a majority");
        assertEquals(1, scene.core(1).commitIndex(), "and not committed");
        // (d) S5 could still win and undo it; nobody has applied it.
        leave(scene, 5);
        scene.only(2, 3, 4, 5).timesOut(5).timesOut(5).expectsLeader(5, 5).beats(5);
        assertEquals(3, scene.core(2).shape().termAt(2));
        assertEquals(3, scene.core(5).commitIndex());
    }

    /**
     * S1 leads and stands still; S2 and S3 go on under S3 and commit an entry; S2 loses its disk, its term and its
     * vote; S1 wakes, still in office for a moment, and fills S2. Counted again, S2 would let S1 commit another entry.
     */
    @Test
    void healsNobodyByALeaderThatItsFormerLifeOverthrew() {
        Membership three = OneCore.voters(3);
        Scene scene = new Scene(3, three).timesOut(1).expectsLeader(1, 1).beats(1);
        scene.only(2, 3).timesOut(3).expectsLeader(3, 2).proposes(3);
        assertEquals(3, scene.core(3).commitIndex());
        scene.loses(2, three).only(1, 2);
        for (int beat = 0; beat < 8; beat++) {
            scene.beats(1);
        }
        scene.expectsLeader(1, 1).proposes(1);
        assertEquals(2, scene.core(2).shape().lastIndex(), "S2 has all that S1 has");
        assertTrue(scene.core(2).isQuarantined(), "and is not healed by it");
        assertEquals(1, scene.core(1).commitIndex());
        scene.letPass(mail -> true).beats(3).beats(3).beats(3).beats(3);
        assertFalse(scene.core(2).isQuarantined(), "S3 may do that");
        assertEquals(3, scene.core(2).commitIndex());
        assertEquals(3, scene.core(1).commitIndex());
    }

    /** A leader that hears nobody gives up. */
    private static void leave(Scene scene, int id) {
        scene.letPass(mail -> false);
        for (int beat = 0; beat < 12 && scene.core(id).role() == Role.LEADER; beat++) {
            scene.beats(id);
        }
        assertNotEquals(Role.LEADER, scene.core(id).role());
    }

    private static Integer[] ids(Integer... ids) {
        return ids;
    }
}
