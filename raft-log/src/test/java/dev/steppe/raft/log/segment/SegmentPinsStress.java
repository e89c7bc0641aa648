package dev.steppe.raft.log.segment;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIZ_Result;

/** A reader pins a segment while its log gives it up and unmaps it as soon as it is free. */
@JCStressTest
@Outcome(
        id = {"-1, 1, true", "1, 1, true", "1, 0, true"},
        expect = ACCEPTABLE,
        desc = "Not pinned; or read before it was unmapped; or still pinned when the log looked.")
@Outcome(expect = FORBIDDEN, desc = "Read after it was unmapped, or never free.")
@State
public class SegmentPinsStress {
    private final SegmentPins pins = new SegmentPins();
    private int mapping = 1;

    @Actor
    public void reader(IIZ_Result result) {
        result.r1 = -1;
        if (pins.tryPin()) {
            result.r1 = mapping;
            pins.unpin();
        }
    }

    @Actor
    public void owner(IIZ_Result result) {
        pins.retire();
        if (pins.isFree()) {
            mapping = 0;
            result.r2 = 1;
        }
    }

    @Arbiter
    public void afterwards(IIZ_Result result) {
        result.r3 = pins.isFree() && !pins.tryPin();
    }
}
