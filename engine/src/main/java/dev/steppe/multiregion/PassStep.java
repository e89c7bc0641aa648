package dev.steppe.multiregion;

import dev.steppe.model.rollout.StatusReason;
import java.util.List;

/** The one thing that is due after a look ({@code multiregion.md} 2.7). */
sealed interface PassStep {
    /** Nothing: wait for a change, or for the stall time. */
    record Rest() implements PassStep {}

    /** Nothing, ever again. */
    record Done() implements PassStep {}

    /** The rollout is over elsewhere: cancel here. */
    record End(StatusReason reason) implements PassStep {}

    /** The policy takes this region along with a failed one. */
    record FailSelf() implements PassStep {}

    /** This region failed: tell those that fail with it. */
    record Push(List<String> regions) implements PassStep {}

    /** Start these, one after the other. */
    record Start(List<String> regions) implements PassStep {}

    /** Every region is complete: enter UNBLOCKING here. */
    record Prepare() implements PassStep {}

    /** Release these; the barrier was passed. */
    record Release(List<String> regions) implements PassStep {}

    /** All others are released: this region is the last to become successful. */
    record Finish() implements PassStep {}
}
