package dev.steppe.runtime.handover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.runtime.IdleChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("portable")
class ByteMailboxTest {
    private static final int CAPACITY_BYTES = 4096;

    @Test
    void refusesAMessageWhenFull() {
        ByteMailbox mailbox = new ByteMailbox(CAPACITY_BYTES);
        UnsafeBuffer message = new UnsafeBuffer(new byte[mailbox.messageMaxBytes()]);
        int takenCount = 0;
        while (mailbox.offer(1, message, 0, message.capacity())) {
            takenCount++;
        }
        assertTrue(takenCount >= 7, "taken " + takenCount);
        assertTrue(mailbox.waitingBytes() > takenCount * message.capacity());
        assertEquals(takenCount, mailbox.drain((type, buffer, offset, length) -> {}, 100));
        assertTrue(mailbox.offer(1, message, 0, message.capacity()));
    }

    @Test
    void neverHidesAMessageBehindThePaddingAtTheWrap() {
        ByteMailbox mailbox = new ByteMailbox(CAPACITY_BYTES);
        UnsafeBuffer message = new UnsafeBuffer(new byte[512]);
        // 492 bytes and the header make records of 504: eight fit, and the ninth meets 64 bytes of padding.
        for (int i = 0; i < 1_000; i++) {
            message.putInt(0, i);
            assertTrue(mailbox.offer(1, message, 0, 492));
            int expected = i;
            assertEquals(
                    1,
                    mailbox.drain((type, buffer, offset, length) -> assertEquals(expected, buffer.getInt(offset)), 10),
                    "message " + i);
        }
    }

    @Test
    void carriesTypeAndBytesUnchanged() {
        ByteMailbox mailbox = new ByteMailbox(CAPACITY_BYTES);
        byte[] bytes = {9, 8, 7, 6, 5};
        assertTrue(mailbox.offer(42, new UnsafeBuffer(bytes), 1, 3));
        List<String> seen = new ArrayList<>();
        mailbox.drain(
                (type, buffer, offset, length) -> seen.add(type + ":" + length + ":" + buffer.getByte(offset)
                        + buffer.getByte(offset + 1) + buffer.getByte(offset + 2)),
                1);
        assertEquals(List.of("42:3:876"), seen);
    }

    @Test
    void keepsTheOrderOfEachOfSeveralSenders() throws Exception {
        int senderCount = 2;
        int messageCount = 30_000;
        ByteMailbox mailbox = new ByteMailbox(CAPACITY_BYTES);
        List<Thread> senders = new ArrayList<>();
        for (int sender = 0; sender < senderCount; sender++) {
            int id = sender;
            Thread thread = new Thread(() -> send(mailbox, id, messageCount));
            senders.add(thread);
            thread.start();
        }
        int[] next = new int[senderCount];
        int receivedCount = 0;
        while (receivedCount < senderCount * messageCount) {
            receivedCount += mailbox.drain(
                    (type, buffer, offset, length) -> {
                        assertEquals(next[type - 1]++, buffer.getInt(offset));
                        for (int i = 4; i < length; i++) {
                            assertEquals((byte) type, buffer.getByte(offset + i));
                        }
                    },
                    16);
        }
        for (Thread sender : senders) {
            sender.join();
        }
        assertFalse(mailbox.drain((type, buffer, offset, length) -> {}, 1) > 0);
    }

    private static void send(ByteMailbox mailbox, int id, int messageCount) {
        UnsafeBuffer message = new UnsafeBuffer(new byte[260]);
        IdleStrategy idle = IdleChoice.BACK_OFF.create();
        message.setMemory(0, 260, (byte) (id + 1));
        for (int i = 0; i < messageCount; i++) {
            message.putInt(0, i);
            int length = 4 + i % 256;
            while (!mailbox.offer(id + 1, message, 0, length)) {
                idle.idle();
            }
        }
    }

    @Test
    void ringsForEveryKindOfOffer() {
        AtomicInteger answerCount = new AtomicInteger();
        Doorbell bell = new Doorbell();
        bell.answeredBy(answerCount::incrementAndGet);
        ByteMailbox box = new ByteMailbox(4096, bell);
        UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
        box.offer(1, message, 0, 8);
        bell.heard();
        box.offer(1, 2, 3, message, 0, 8);
        assertEquals(2, answerCount.get());
    }
}
