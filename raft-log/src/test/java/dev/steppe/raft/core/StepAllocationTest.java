package dev.steppe.raft.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Commands, their acknowledgements, reads and heartbeats leave no garbage; the shape of the log may grow. */
class StepAllocationTest {
    private static final int STEPS = 100_000;
    private static final int BYTES_PER_STEP_MAX = 1;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final RaftInput.Arrived arrived = new RaftInput.Arrived(new AppendAsk());
    private final RaftInput.Forced forced = new RaftInput.Forced();
    private final RaftInput.Proposed proposed = new RaftInput.Proposed();
    private final RaftInput.ReadAsked readAsked = new RaftInput.ReadAsked();
    private final AppendReply reply = new AppendReply();
    private final AppendAsk ask = new AppendAsk();

    private long allocatedBytes() {
        return threads.getCurrentThreadAllocatedBytes();
    }

    @Test
    void leavesNoGarbageAsALeader() {
        OneCore one = new OneCore(3, 4, 1, 4).leadsAndHasCommitted();
        lead(one, STEPS);
        long before = allocatedBytes();
        lead(one, STEPS);
        long bytes = allocatedBytes() - before;
        assertEquals(Role.LEADER, one.core.role());
        assertEquals(2L * STEPS + 3, one.core.commitIndex());
        assertTrue(bytes < (long) BYTES_PER_STEP_MAX * STEPS, "bytes for " + STEPS + " commands: " + bytes);
    }

    private void lead(OneCore one, int count) {
        for (int i = 0; i < count; i++) {
            one.core.step(proposed.set(1, 100), one.nowNs, one.output);
            long last = one.core.shape().lastIndex();
            one.core.step(forced.set(last, 0), one.nowNs, one.output);
            one.core.step(readAsked.set(i), one.nowNs, one.output);
            long round = 0;
            for (int m = 0; m < one.output.messageCount(); m++) {
                if (one.output.message(m).message() instanceof AppendAsk sent) {
                    round = Math.max(round, sent.roundId());
                }
            }
            reply.from(2, 0, 7, one.core.term(), OneCore.LIFE).round(round).accepting(last, last);
            one.core.step(arrived.set(reply), one.nowNs, one.output);
            one.nowNs += i % 8 == 0 ? OneCore.TIMES.heartbeatNs() : 1;
            one.core.step(RaftInput.Passed.TIME, one.nowNs, one.output);
        }
    }

    @Test
    void leavesNoGarbageAsAFollower() {
        OneCore one = new OneCore(3, 4, 1, 4);
        follow(one, STEPS);
        long before = allocatedBytes();
        follow(one, STEPS);
        long bytes = allocatedBytes() - before;
        assertEquals(2L * STEPS + 2, one.core.shape().lastIndex());
        assertTrue(bytes < (long) BYTES_PER_STEP_MAX * STEPS, "bytes for " + STEPS + " appends: " + bytes);
    }

    private void follow(OneCore one, int count) {
        for (int i = 0; i < count; i++) {
            long last = one.core.shape().lastIndex();
            ask.from(2, 0, 7, 4).after(last, 4, last).entries(4, 1, 100).round(i + 1L);
            one.core.step(arrived.set(ask), one.nowNs, one.output);
            one.core.step(forced.set(last + 1, 0), one.nowNs, one.output);
            one.nowNs += 10;
            one.core.step(RaftInput.Passed.TIME, one.nowNs, one.output);
        }
    }
}
