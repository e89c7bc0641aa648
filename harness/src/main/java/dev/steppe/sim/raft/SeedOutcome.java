package dev.steppe.sim.raft;

import dev.steppe.fault.Coverage;
import org.jspecify.annotations.Nullable;

/**
 * What became of one seed.
 *
 * @param seed the seed
 * @param failure what did not hold; null if everything did
 * @param traceHash hash of everything that happened
 * @param eventCount how many events there were
 * @param virtualNs how long the run was in the time of its world
 * @param coverage what was met
 */
public record SeedOutcome(
        long seed, @Nullable Failure failure, long traceHash, long eventCount, long virtualNs, Coverage coverage) {
    /**
     * Something that did not hold.
     *
     * @param invariant short name, as in reliability.md §2
     * @param detail one sentence with the numbers
     * @param atEvent number of the event after which it was seen
     */
    public record Failure(String invariant, String detail, long atEvent) {}
}
