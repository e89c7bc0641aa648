package dev.steppe.raft.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.message.RaftMessage.AppendAsk;
import org.junit.jupiter.api.Test;

class ReadRulesTest {
    private static final long READ = 77;

    private static OneCore asks(OneCore one) {
        return one.step(new RaftInput.ReadAsked().set(READ));
    }

    private static long roundOf(OneCore one) {
        return ((AppendAsk) one.messageTo(2)).roundId();
    }

    @Test
    void refusesWhileItDoesNotLead() {
        OneCore one = asks(new OneCore(3, 4, 1));
        assertEquals(1, one.output.readCount());
        assertEquals(-1, one.output.readIndex(0));
    }

    @Test
    void waitsForARoundThatBeginsAfterTheRead() {
        OneCore one = new OneCore(3, 4, 1, 4).leadsAndHasCommitted();
        one.passes(OneCore.TIMES.heartbeatNs());
        long earlierRound = roundOf(one);
        asks(one);
        long round = roundOf(one);
        assertTrue(round > earlierRound);
        assertEquals(0, one.hears(one.agreedInRound(2, 3, earlierRound)).output.readCount());
        assertEquals(0, one.hears(one.agreedInRound(2, 3, 0)).output.readCount());
        one.hears(one.agreedInRound(2, 3, round));
        assertEquals(1, one.output.readCount());
        assertEquals(READ, one.output.readId(0));
        assertEquals(3, one.output.readIndex(0));
    }

    @Test
    void waitsForAnEntryOfItsOwnTermToBeCommitted() {
        OneCore one = new OneCore(3, 4, 1, 4).leads();
        asks(one);
        one.passes(OneCore.TIMES.heartbeatNs());
        long round = roundOf(one);
        one.hears(one.agreedInRound(2, 2, round));
        assertEquals(0, one.output.readCount());
        one.forces(3);
        one.hears(one.agreedInRound(2, 3, round));
        long laterRound = roundOf(one);
        assertEquals(0, one.output.readCount());
        one.hears(one.agreedInRound(2, 3, laterRound));
        assertEquals(3, one.output.readIndex(0));
    }

    @Test
    void needsAMajorityOfFive() {
        OneCore one = asks(new OneCore(5, 4, 1, 4).leadsAndHasCommitted());
        long round = roundOf(one);
        assertEquals(0, one.hears(one.agreedInRound(2, 3, round)).output.readCount());
        assertEquals(1, one.hears(one.agreedInRound(3, 3, round)).output.readCount());
    }

    @Test
    void letsLaterReadsWaitForOneRoundTogether() {
        OneCore one = asks(new OneCore(3, 4, 1, 4).leadsAndHasCommitted());
        long round = roundOf(one);
        assertEquals(0, asks(one).output.messageCount());
        assertEquals(0, asks(one).output.messageCount());
        one.hears(one.agreedInRound(2, 3, round));
        assertEquals(1, one.output.readCount());
        one.hears(one.agreedInRound(2, 3, roundOf(one)));
        assertEquals(2, one.output.readCount());
    }

    @Test
    void refusesEveryReadWhenItGivesUp() {
        OneCore one = asks(asks(new OneCore(3, 4, 1, 4).leadsAndHasCommitted()));
        one.passes(OneCore.TIMES.electionMinNs());
        assertEquals(2, one.output.readCount());
        assertEquals(-1, one.output.readIndex(1));
    }

    @Test
    void refusesWhatDoesNotFit() {
        OneCore one = new OneCore(3, 4, 1, 4).leads();
        int refused = 0;
        for (int i = 0; i < 300; i++) {
            refused += asks(one).output.readCount();
        }
        assertEquals(300 - 256, refused);
    }

    @Test
    void answersAtOnceWithOneVoter() {
        OneCore one = new OneCore(1, 0).passes(0).forcesVault().forces(1);
        assertEquals(1, asks(one).output.readIndex(0));
    }
}
