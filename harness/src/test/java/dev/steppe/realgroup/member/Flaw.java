package dev.steppe.realgroup.member;

/** What is wrong with the members of a run: nothing, or one of the mistakes that the judge must find. */
public enum Flaw {
    NONE,
    /** Reads are answered at once from the state at hand, by whoever is asked. */
    READS_WITHOUT_ASKING_OTHERS,
    /** Reads are answered at once by whoever believes to lead. */
    LEADER_READS_WITHOUT_ASKING_OTHERS,
    /** Writes are acknowledged as soon as the log's door has taken them. */
    ACKNOWLEDGES_BEFORE_COMMIT,
    /** A command of a session is proposed as one of no session, so that each repetition is applied. */
    FORGETS_SESSIONS
}
