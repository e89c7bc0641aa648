package dev.steppe.raft.node.desk;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.steppe.raft.api.ProposalListener;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.runtime.handover.Doorbell;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LI_Result;

/** A proposal comes in while the desk closes: whoever was told ACCEPTED is called exactly once, nobody else is. */
@JCStressTest
@Outcome(
        id = {"ACCEPTED, 1", "CLOSED, 0"},
        expect = ACCEPTABLE,
        desc = "Taken and told once, or not taken.")
@Outcome(expect = FORBIDDEN, desc = "Forgotten, told twice, or told although not taken.")
@State
public class ProposalDeskStress {
    private final ProposalDesk<String> desk = new ProposalDesk<>(2, 4096, 64, new Doorbell());
    private final AtomicInteger callCount = new AtomicInteger();

    @Actor
    public void proposer(LI_Result result) {
        ProposeVerdict verdict = desk.offer(NodeMail.KIND_COMMAND, new UnsafeBuffer(new byte[8]), 0, 8, new Counting());
        result.r1 = verdict;
    }

    @Actor
    public void closer() {
        desk.close();
        desk.abandonAll("closed");
    }

    @Arbiter
    public void afterwards(LI_Result result) {
        desk.abandonAll("closed");
        result.r2 = callCount.get();
    }

    private final class Counting implements ProposalListener<String> {
        @Override
        public void onApplied(long index, long term, String outcome) {
            callCount.incrementAndGet();
        }

        @Override
        public void onLost(String reason) {
            callCount.incrementAndGet();
        }

        @Override
        public void onUnknown(String reason) {
            callCount.incrementAndGet();
        }
    }
}
