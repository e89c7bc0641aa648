package dev.steppe.api;

/** What became of a request. */
public sealed interface EngineAnswer {
    /**
     * Committed and applied.
     *
     * @param index entry of the log
     * @param version the job's version, or -1 where there is none
     */
    record Accepted(long index, long version) implements EngineAnswer {}

    /** Nothing changed; one sentence says what, where, and what to do. */
    record Refused(String sentence) implements EngineAnswer {}

    /** Back-pressure: nothing was taken; ask again later. */
    record Busy() implements EngineAnswer {}

    /** The engine stopped before the outcome was known. */
    record Unknown(String sentence) implements EngineAnswer {}
}
