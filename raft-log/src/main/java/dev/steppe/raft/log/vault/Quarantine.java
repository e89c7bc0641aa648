package dev.steppe.raft.log.vault;

/**
 * Why a server neither votes nor counts, until a leader that was elected without it has refilled it. Kept beside term
 * and vote, so that no restart forgets it.
 */
public enum Quarantine {
    /** It votes and counts. */
    NONE(0),
    /**
     * Behind its last whole batch lay bytes that nothing explains: what a power loss leaves of a batch that was never
     * acknowledged, or all that rot left of one that was.
     */
    DOUBTFUL(1),
    /** Something that it had acknowledged is not there any more. */
    DAMAGED(2),
    /** Its directory was made just now; nobody knows yet whether this server had another one before. */
    BLANK(3);

    private final long code;

    Quarantine(long code) {
        this.code = code;
    }

    /** What stands for it in the vault. */
    long code() {
        return code;
    }

    /** The one that {@code code} stands for; an unknown code is from the future and counts as {@link #DAMAGED}. */
    static Quarantine ofCode(long code) {
        if (code == NONE.code) {
            return NONE;
        }
        if (code == BLANK.code) {
            return BLANK;
        }
        return code == DOUBTFUL.code ? DOUBTFUL : DAMAGED;
    }
}
