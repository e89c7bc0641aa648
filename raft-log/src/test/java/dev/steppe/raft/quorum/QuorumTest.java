package dev.steppe.raft.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.raft.quorum.Ballot.Verdict;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class QuorumTest {
    @Test
    void countsEachVoterOnce() {
        Ballot ballot = new Ballot(5);
        ballot.record(1, true);
        ballot.record(1, true);
        ballot.record(1, true);
        assertEquals(Verdict.OPEN, ballot.verdict());
        ballot.record(2, true);
        ballot.record(3, false);
        ballot.record(3, true);
        assertEquals(Verdict.OPEN, ballot.verdict());
        ballot.record(4, true);
        assertEquals(Verdict.WON, ballot.verdict());
    }

    @Test
    void isLostOnceAMajorityRefuses() {
        Ballot ballot = new Ballot(3);
        ballot.record(0, false);
        assertEquals(Verdict.OPEN, ballot.verdict());
        ballot.record(1, false);
        assertEquals(Verdict.LOST, ballot.verdict());
        ballot.clear(3);
        assertEquals(Verdict.OPEN, ballot.verdict());
    }

    /** Against a plain twin: the largest value that enough voters have reached. */
    @Property(tries = 300)
    void findsWhatAMajorityHasReached(@ForAll long seed) {
        Random random = new Random(seed);
        int count = 1 + 2 * random.nextInt(4);
        QuorumValue quorum = new QuorumValue(count);
        for (int round = 0; round < 3; round++) {
            long[] values =
                    LongStream.generate(() -> random.nextInt(6)).limit(count).toArray();
            for (int i = 0; i < count; i++) {
                quorum.set(i, values[i]);
            }
            long expected = LongStream.of(values)
                    .filter(value -> LongStream.of(values)
                                    .filter(other -> other >= value)
                                    .count()
                            >= count / 2 + 1)
                    .max()
                    .orElseThrow();
            assertEquals(expected, quorum.reachedByMajority());
        }
    }
}
