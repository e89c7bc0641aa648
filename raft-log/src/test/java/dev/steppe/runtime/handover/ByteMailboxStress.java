package dev.steppe.runtime.handover;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** Bytes from many threads to one: whole, each sender's in order; and an index in a mail shows what it stands for. */
public final class ByteMailboxStress {
    private static final int MESSAGE_BYTES = 40;

    private ByteMailboxStress() {}

    /** Every byte of the message is its letter. */
    private static UnsafeBuffer message(char letter) {
        UnsafeBuffer bytes = new UnsafeBuffer(new byte[MESSAGE_BYTES]);
        bytes.setMemory(0, MESSAGE_BYTES, (byte) letter);
        return bytes;
    }

    private static char letterOf(DirectBuffer buffer, int offset, int length) {
        for (int i = 1; i < length; i++) {
            if (buffer.getByte(offset + i) != buffer.getByte(offset)) {
                return '?';
            }
        }
        return length == MESSAGE_BYTES ? (char) buffer.getByte(offset) : '?';
    }

    private static void drain(ByteMailbox box, StringBuilder seen) {
        box.drain((type, buffer, offset, length) -> seen.append(letterOf(buffer, offset, length)), 4);
    }

    /** The drainer is at work while a sender offers, once with words in front and once without. */
    @JCStressTest
    @Outcome(id = "ab", expect = ACCEPTABLE, desc = "Both, whole, in order.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, torn or out of order.")
    @State
    public static class OfferAgainstDrain {
        private final ByteMailbox box = new ByteMailbox(4096);
        private final StringBuilder seen = new StringBuilder();

        @Actor
        public void sender() {
            box.offer(1, message('a'), 0, MESSAGE_BYTES);
            long word = 0x6262_6262_6262_6262L;
            box.offer(1, word, word, message('b'), 0, MESSAGE_BYTES - 2 * Long.BYTES);
        }

        @Actor
        public void drainer() {
            drain(box, seen);
        }

        @Arbiter
        public void rest(L_Result result) {
            drain(box, seen);
            result.r1 = seen.toString();
        }
    }

    /** Two senders at once. */
    @JCStressTest
    @Outcome(
            id = {"abxy", "axby", "axyb", "xaby", "xayb", "xyab"},
            expect = ACCEPTABLE,
            desc = "All four, each sender's in order.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, torn or out of order.")
    @State
    public static class TwoSenders {
        private final ByteMailbox box = new ByteMailbox(4096);

        @Actor
        public void first() {
            box.offer(1, message('a'), 0, MESSAGE_BYTES);
            box.offer(1, message('b'), 0, MESSAGE_BYTES);
        }

        @Actor
        public void second() {
            box.offer(2, message('x'), 0, MESSAGE_BYTES);
            box.offer(2, message('y'), 0, MESSAGE_BYTES);
        }

        @Arbiter
        public void drainer(L_Result result) {
            StringBuilder seen = new StringBuilder();
            drain(box, seen);
            result.r1 = seen.toString();
        }
    }

    /** The readable index of a log: its bytes are stored plainly, then the index is mailed. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "1, 1", "2, 2"},
            expect = ACCEPTABLE,
            desc = "Everything up to the index is there.")
    @Outcome(expect = FORBIDDEN, desc = "An index came before its bytes.")
    @State
    public static class CarriedIndex {
        private final ByteMailbox box = new ByteMailbox(4096);
        private final UnsafeBuffer log = new UnsafeBuffer(ByteBuffer.allocateDirect(64));
        private final UnsafeBuffer mail = new UnsafeBuffer(new byte[Long.BYTES]);
        private long readableIndex;

        @Actor
        public void writer() {
            append(1);
            append(2);
        }

        @Actor
        public void reader(II_Result result) {
            box.drain((type, buffer, offset, length) -> readableIndex = buffer.getLong(offset), 4);
            int count = 0;
            for (int i = 1; i <= readableIndex; i++) {
                count += log.getLong(i * Long.BYTES) == i ? 1 : 0;
            }
            result.r1 = (int) readableIndex;
            result.r2 = count;
        }

        private void append(long index) {
            log.putLong((int) index * Long.BYTES, index);
            mail.putLong(0, index);
            box.offer(1, mail, 0, Long.BYTES);
        }
    }
}
