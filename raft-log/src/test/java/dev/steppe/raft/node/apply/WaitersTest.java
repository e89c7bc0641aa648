package dev.steppe.raft.node.apply;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.raft.api.ProposalListener;
import dev.steppe.raft.node.desk.ProposalDesk;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.runtime.handover.Doorbell;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class WaitersTest {
    private final List<String> told = new ArrayList<>();
    private final ProposalDesk<Long> desk = new ProposalDesk<>(16, 1 << 12, 64, new Doorbell());
    private final Waiters<Long> waiters = new Waiters<>(desk, 16);

    private int sit(int number) {
        desk.offer(NodeMail.KIND_COMMAND, new UnsafeBuffer(new byte[8]), 0, 8, new ProposalListener<>() {
            @Override
            public void onApplied(long index, long term, Long result) {
                told.add(number + " applied");
            }

            @Override
            public void onLost(String reason) {
                told.add(number + " lost");
            }

            @Override
            public void onUnknown(String reason) {
                told.add(number + " unknown");
            }
        });
        int[] seatId = new int[1];
        desk.drain((type, bytes, offset, length) -> seatId[0] = type - 1, 1);
        return seatId[0];
    }

    /** A leader that was deposed before it had applied what was committed may be given it in a snapshot. */
    @Test
    void areToldWhenASnapshotTakesThePlaceOfTheirEntries() {
        waiters.expect(sit(1), 3, 2);
        waiters.expect(sit(2), 5, 2);
        waiters.expect(sit(3), 9, 2);
        waiters.skipTo(5);
        assertEquals(List.of("1 unknown", "2 unknown"), told);
        waiters.skipTo(5);
        waiters.abandonBehind(5);
        assertEquals(List.of("1 unknown", "2 unknown", "3 unknown"), told);
    }
}
