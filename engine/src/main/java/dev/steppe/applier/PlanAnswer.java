package dev.steppe.applier;

/** What became of one plan; every plan that is offered gets exactly one. */
public sealed interface PlanAnswer {
    /** All of it is committed by entry {@code index}. */
    record Committed(long index, int placedCount) implements PlanAnswer {}

    /**
     * Some of it is committed by entry {@code index}. Plan again on a view that has it.
     *
     * @param refusedCount rows that are not
     * @param reason of the first of them
     */
    record Partial(long index, int placedCount, int refusedCount, String reason) implements PlanAnswer {}

    /**
     * None of it is committed. Plan again on a view at or above {@code refreshIndex}, which has what stood in the way.
     */
    record Refused(long refreshIndex, String reason) implements PlanAnswer {}

    /** The term ended, or the log took no more: it may or may not be committed. The state tells. */
    record Unknown() implements PlanAnswer {}
}
