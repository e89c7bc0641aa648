package dev.steppe.raft.core.track;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.quorum.Membership.Server;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class SnapshotFeedTest {
    private static final int STALL_NS = 50;
    private static final Membership ONE = Membership.of(List.of(new Server(1, 0, "a", 1)), List.of());

    /** Words get lost, doubled and overtaken, the reader forgets now and then: it still gets all of it, one by one. */
    @Property(tries = 100)
    void bringsTheWholeFile(@ForAll long seed) {
        Random random = new Random(seed);
        int totalBytes = 1 + random.nextInt(400);
        SnapshotFeed feed = new SnapshotFeed();
        feed.begin(new SnapshotPosition(7, 3, totalBytes, ONE));
        Deque<Long> answers = new ArrayDeque<>();
        long stored = 0;
        int pieces = 0;
        for (long nowNs = 0; stored < totalBytes; nowNs++) {
            assertTrue(nowNs < 200_000, "never comes to an end");
            if (feed.isDue(nowNs, STALL_NS)) {
                feed.send(nowNs, 16);
                pieces++;
                if (random.nextInt(4) != 0) {
                    if (feed.offsetBytes() == stored) {
                        stored += feed.flyingBytes();
                    }
                    answers.add(stored);
                    if (random.nextInt(4) == 0) {
                        answers.addFirst(stored);
                    }
                }
            }
            if (!answers.isEmpty() && random.nextInt(3) == 0) {
                feed.wants(random.nextBoolean() ? answers.removeFirst() : answers.removeLast());
            }
            if (stored < totalBytes && random.nextInt(500) == 0) {
                stored = 0;
            }
        }
        assertTrue(pieces > 0);
    }

    @Property(tries = 50)
    void doublesNoPieceWhenAnswersAreDoubled(@ForAll long seed) {
        Random random = new Random(seed);
        SnapshotFeed feed = new SnapshotFeed();
        feed.begin(new SnapshotPosition(7, 3, 1_600, ONE));
        int pieces = 0;
        long offset = 0;
        while (offset < 1_600) {
            if (feed.isDue(0, STALL_NS)) {
                feed.send(0, 16);
                pieces++;
            }
            offset = feed.offsetBytes() + feed.flyingBytes();
            for (int i = 0; i < 1 + random.nextInt(3); i++) {
                feed.wants(offset);
            }
        }
        assertEquals(100, pieces);
    }
}
