package dev.steppe.raft.storage.file;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A writer stores twice while a force takes the range: what it does not take is there for the next force. */
@JCStressTest
@Outcome(id = "0, 0, 20", expect = ACCEPTABLE, desc = "Taken before both.")
@Outcome(id = "0, 10, 20", expect = ACCEPTABLE, desc = "Taken between the two.")
@Outcome(id = "0, 20, 0", expect = ACCEPTABLE, desc = "Taken after both.")
@Outcome(expect = FORBIDDEN, desc = "Bytes that no force would cover.")
@State
public class DirtyRangeStress {
    private final DirtyRange dirty = new DirtyRange();
    private final int[] bytes = new int[20];

    @Actor
    public void writer() {
        bytes[5] = 1;
        dirty.add(0, 10);
        bytes[15] = 1;
        dirty.add(10, 20);
    }

    /** Also sees what was stored into the range that it takes. */
    @Actor
    public void force(III_Result seen) {
        int end = DirtyRange.end(dirty.take());
        boolean isAllThere = (end < 10 || bytes[5] == 1) && (end < 20 || bytes[15] == 1);
        seen.r1 = isAllThere ? 0 : 1;
        seen.r2 = end;
    }

    @Arbiter
    public void nextForce(III_Result seen) {
        seen.r3 = DirtyRange.end(dirty.take());
    }
}
