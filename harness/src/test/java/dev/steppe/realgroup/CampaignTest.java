package dev.steppe.realgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.fault.PartitionShape;
import dev.steppe.realgroup.Campaign.Outcome;
import dev.steppe.realgroup.Campaign.Plan;
import dev.steppe.realgroup.Group.Manner;
import dev.steppe.realgroup.StrikeAgent.Strike;
import dev.steppe.realgroup.member.Flaw;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Three processes, or five, over mutual TLS and real files, under kills, pauses, mistreated connections, transfers and
 * changes of membership: what clients were told has an explanation, nothing acknowledged is lost, and all end in the
 * same state.
 */
final class CampaignTest {
    /** One clock of one machine runs for all members; so much is allowed for all the same. */
    private static final int DRIFT_MAX_PPM = 10_000;

    private static final int CAMPAIGNS_MAX = 5;

    @TempDir
    private Path directory;

    @Test
    void looksToItsClientsLikeOneMachineThatNeverFails() throws Exception {
        Outcome outcome = run(5_000, 1, Flaw.NONE);
        assertEquals("", outcome.fault());
        assertMet(outcome, 1);
    }

    /** {@code -Dsteppe.rounds=} and {@code -Dsteppe.calls=} make it longer. */
    @Test
    @Tag("extended")
    void looksToItsClientsLikeOneMachineThatNeverFailsForLong() throws Exception {
        int roundCount =
                Integer.getInteger("steppe.rounds", StrikeAgent.shapes(3).size());
        Outcome outcome = run(Integer.getInteger("steppe.calls", 100_000), roundCount, Flaw.NONE);
        assertEquals("", outcome.fault());
        assertMet(outcome, roundCount);
        for (PartitionShape shape : StrikeAgent.shapes(3)) {
            assertTrue(outcome.tally().count(shape.name()) > 0, shape + " in " + outcome.tally());
        }
        for (String mark : new String[] {"transfer done", "duplicate", "unknown", "gone", "late"}) {
            assertTrue(outcome.tally().count(mark) > 0, mark + " in " + outcome.tally());
        }
    }

    /** Whoever judges must be able to say no. */
    @ParameterizedTest
    @EnumSource(names = {"READS_WITHOUT_ASKING_OTHERS", "ACKNOWLEDGES_BEFORE_COMMIT"})
    void refusesMembersThatAnswerTooSoon(Flaw flaw) throws Exception {
        Outcome outcome = run(3_000, 0, flaw);
        assertTrue(outcome.fault().contains("explains"), "the judge says: " + outcome.fault());
    }

    /**
     * Nothing is wrong with these before a leader is replaced, or an answer is lost; and then somebody has to ask in
     * the right moment, which one campaign may miss.
     */
    @ParameterizedTest
    @EnumSource(names = {"LEADER_READS_WITHOUT_ASKING_OTHERS", "FORGETS_SESSIONS"})
    @Tag("extended")
    void refusesMembersThatOnlyMisfortuneUnmasks(Flaw flaw) throws Exception {
        String expected = flaw == Flaw.FORGETS_SESSIONS ? "twice" : "explains";
        String fault = "";
        for (int i = 0; i < CAMPAIGNS_MAX && fault.isEmpty(); i++) {
            Path own = Files.createDirectory(directory.resolve("campaign-" + i));
            fault = run(own, 5_000, 1, flaw).fault();
        }
        assertTrue(fault.contains(expected), "the judge says: " + fault);
    }

    @Test
    @Tag("extended")
    void looksSoAlsoWhenALeaseIsEnoughToRead() throws Exception {
        long seed = seed();
        Outcome outcome = Campaign.run(new Plan(seed, 10_000, 1, new Manner(3, Flaw.NONE, DRIFT_MAX_PPM)), directory);
        System.out.println("CampaignTest, reads by lease: " + outcome);
        assertEquals("", outcome.fault());
        assertMet(outcome, 1);
    }

    /** Two of them are killed, stopped and cut off at once. {@code -Dsteppe.rounds=} and {@code -Dsteppe.calls=}. */
    @Test
    @Tag("extended")
    void looksSoAlsoWithFiveMembersOfWhichTwoFailAtOnce() throws Exception {
        long seed = seed();
        int roundCount = Integer.getInteger("steppe.rounds", 2);
        int callMinCount = Integer.getInteger("steppe.calls", 20_000);
        Plan plan = new Plan(seed, callMinCount, roundCount, new Manner(5, Flaw.NONE, -1));
        Outcome outcome = Campaign.run(plan, directory);
        System.out.println("CampaignTest, five members: " + outcome);
        assertEquals("", outcome.fault());
        assertMet(outcome, roundCount);
        for (String mark : new String[] {"killed at once: 2", "stopped at once: 2", "isolated at once: 2"}) {
            assertTrue(outcome.tally().count(mark) >= roundCount, mark + " in " + outcome.tally());
        }
    }

    private static long seed() {
        long seed = Long.getLong("steppe.seed", System.nanoTime());
        System.out.println("CampaignTest seed " + seed);
        return seed;
    }

    private Outcome run(int callMinCount, int roundCount, Flaw flaw) throws Exception {
        return run(directory, callMinCount, roundCount, flaw);
    }

    private static Outcome run(Path own, int callMinCount, int roundCount, Flaw flaw) throws Exception {
        Outcome outcome = Campaign.run(new Plan(seed(), callMinCount, roundCount, new Manner(3, flaw, -1)), own);
        System.out.println("CampaignTest, members with flaw " + flaw + ": " + outcome);
        return outcome;
    }

    private static void assertMet(Outcome outcome, int roundCount) {
        assertTrue(outcome.callCount() >= 5_000, "calls: " + outcome.callCount());
        for (Strike strike : Strike.values()) {
            assertTrue(outcome.tally().count(strike.name()) >= roundCount, strike + " in " + outcome.tally());
        }
        for (String mark : new String[] {
            "applied",
            "value",
            "list",
            "repeated",
            "session opened",
            "bytes swallowed",
            "bits turned",
            "connections",
            "remove done",
            "demote done",
            "promote done"
        }) {
            assertTrue(outcome.tally().count(mark) > 0, mark + " in " + outcome.tally());
        }
    }
}
