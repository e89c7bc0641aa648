package dev.steppe.runtime.handover;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("portable")
class DoorbellTest {
    private static final int MAIL_COUNT = 200_000;

    private final Doorbell bell = new Doorbell();

    @Test
    void isAnsweredOnceUntilItWasHeard() {
        AtomicInteger answerCount = new AtomicInteger();
        bell.answeredBy(answerCount::incrementAndGet);
        bell.ring();
        bell.ring();
        assertEquals(1, answerCount.get());
        bell.heard();
        assertEquals(1, answerCount.get());
        bell.ring();
        assertEquals(2, answerCount.get());
    }

    @Test
    void mayBeRungWhenNobodyAnswersYet() {
        bell.ring();
        bell.heard();
        AtomicInteger answerCount = new AtomicInteger();
        bell.answeredBy(answerCount::incrementAndGet);
        bell.ring();
        assertEquals(1, answerCount.get());
    }

    /** The consumer rests without a bound: a lost ring would leave it there. */
    @Test
    @Timeout(60)
    void losesNoMailOfAThreadThatRestsUntilItIsRungFor() throws Exception {
        Mailbox<Integer> mailbox = new Mailbox<>(64, bell);
        AtomicInteger drainedCount = new AtomicInteger();
        Thread consumer = new Thread(() -> {
            Thread self = Thread.currentThread();
            bell.answeredBy(() -> LockSupport.unpark(self));
            while (drainedCount.get() < MAIL_COUNT) {
                bell.heard();
                int count = mailbox.drain(mail -> drainedCount.incrementAndGet(), 64);
                if (count == 0) {
                    LockSupport.park();
                }
            }
        });
        consumer.start();
        for (int sent = 0; sent < MAIL_COUNT; ) {
            if (mailbox.offer(sent)) {
                sent++;
            } else {
                Thread.onSpinWait();
            }
        }
        consumer.join();
        assertEquals(MAIL_COUNT, drainedCount.get());
    }
}
