package dev.steppe.runtime.handover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.runtime.IdleChoice;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.IdleStrategy;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("portable")
class MailboxTest {
    @Test
    void refusesAMailWhenFull() {
        Mailbox<String> mailbox = new Mailbox<>(2);
        assertTrue(mailbox.offer("a"));
        assertTrue(mailbox.offer("b"));
        assertFalse(mailbox.offer("c"));
        assertEquals(2, mailbox.waitingCount());
        assertEquals(2, mailbox.capacityCount());
    }

    @Test
    void drainsInOrderAndNoMoreThanTheLimit() {
        Mailbox<Integer> mailbox = new Mailbox<>(8);
        for (int i = 0; i < 5; i++) {
            mailbox.offer(i);
        }
        List<Integer> seen = new ArrayList<>();
        assertEquals(3, mailbox.drain(seen::add, 3));
        assertEquals(List.of(0, 1, 2), seen);
        assertEquals(2, mailbox.drain(seen::add, 100));
        assertEquals(List.of(0, 1, 2, 3, 4), seen);
        assertEquals(0, mailbox.drain(seen::add, 100));
    }

    @Test
    void keepsTheOrderOfEachOfSeveralSenders() throws Exception {
        int senderCount = 3;
        int mailCount = 20_000;
        Mailbox<long[]> mailbox = new Mailbox<>(64);
        List<Thread> senders = new ArrayList<>();
        for (int sender = 0; sender < senderCount; sender++) {
            int id = sender;
            Thread thread = new Thread(() -> {
                IdleStrategy idle = IdleChoice.BACK_OFF.create();
                for (long i = 0; i < mailCount; i++) {
                    long[] mail = {id, i};
                    while (!mailbox.offer(mail)) {
                        idle.idle();
                    }
                }
            });
            senders.add(thread);
            thread.start();
        }
        long[] next = new long[senderCount];
        int receivedCount = 0;
        IdleStrategy idle = IdleChoice.BACK_OFF.create();
        while (receivedCount < senderCount * mailCount) {
            int drainedCount = mailbox.drain(mail -> assertEquals(next[(int) mail[0]]++, mail[1]), 16);
            receivedCount += drainedCount;
            idle.idle(drainedCount);
        }
        for (Thread sender : senders) {
            sender.join();
        }
        assertEquals(0, mailbox.drain(mail -> {}, 1));
    }
}
