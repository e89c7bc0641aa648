package dev.steppe.check;

import dev.steppe.check.SequentialModel.Call;
import java.util.List;

/** What {@link LinearizabilityChecker} says of a history. */
public sealed interface LinearizabilityVerdict<O> {
    /**
     * Under every key there is an order that explains all answers.
     *
     * @param stepCount steps of the model that it took to find them
     */
    record Linearizable<O>(long stepCount) implements LinearizabilityVerdict<O> {}

    /**
     * Under one key no order explains all answers; if that holds of several keys, this is the one where it shows first.
     *
     * @param key where
     * @param prefix the shortest beginning of that key's history that no order explains: the calls that were invoked
     *     before {@code offending} returned, in the order of their invocation. Of those that returned later it is only
     *     asked that they take effect with the answer that they got, or not yet
     * @param offending the call whose return ends the prefix; what came before that return can be explained
     * @param explanation the same for people, in one sentence
     */
    record NotLinearizable<O>(long key, List<Call<O>> prefix, Call<O> offending, String explanation)
            implements LinearizabilityVerdict<O> {
        /** Copies the calls. */
        public NotLinearizable {
            prefix = List.copyOf(prefix);
        }
    }

    /**
     * No violation was found, and the search under one key, the smallest of such, was given up: neither a pass nor a
     * fault.
     *
     * @param stepCount steps of the model that were spent on that key
     */
    record Undecided<O>(long key, long stepCount) implements LinearizabilityVerdict<O> {}
}
