package dev.steppe.runtime.handover;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** Values from many threads to one: nothing is lost, each sender's order holds, what a sender wrote before is seen. */
public final class MailboxStress {
    private MailboxStress() {}

    /** One plain number that was written before the mail was offered. */
    private static final class Note {
        private char letter;

        Note(char letter) {
            this.letter = letter;
        }
    }

    /** The drainer is at work while a sender offers. */
    @JCStressTest
    @Outcome(id = "ab", expect = ACCEPTABLE, desc = "Both, in order.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, doubled, out of order, or not seen whole.")
    @State
    public static class OfferAgainstDrain {
        private final Mailbox<Note> box = new Mailbox<>(4);
        private final StringBuilder seen = new StringBuilder();

        @Actor
        public void sender() {
            box.offer(new Note('a'));
            box.offer(new Note('b'));
        }

        @Actor
        public void drainer() {
            box.drain(note -> seen.append(note.letter), 4);
        }

        @Arbiter
        public void rest(L_Result result) {
            box.drain(note -> seen.append(note.letter), 4);
            result.r1 = seen.toString();
        }
    }

    /** Two senders at once. */
    @JCStressTest
    @Outcome(
            id = {"abxy", "axby", "axyb", "xaby", "xayb", "xyab"},
            expect = ACCEPTABLE,
            desc = "All four, each sender's in order.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, doubled or out of order.")
    @State
    public static class TwoSenders {
        private final Mailbox<Note> box = new Mailbox<>(4);

        @Actor
        public void first() {
            box.offer(new Note('a'));
            box.offer(new Note('b'));
        }

        @Actor
        public void second() {
            box.offer(new Note('x'));
            box.offer(new Note('y'));
        }

        @Arbiter
        public void drainer(L_Result result) {
            StringBuilder seen = new StringBuilder();
            box.drain(note -> seen.append(note.letter), 4);
            result.r1 = seen.toString();
        }
    }
}
