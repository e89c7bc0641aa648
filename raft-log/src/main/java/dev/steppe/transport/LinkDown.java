package dev.steppe.transport;

/**
 * Why a link ended.
 *
 * @param cause the kind, for counting
 * @param sentence one plain sentence for people
 */
public record LinkDown(Cause cause, String sentence) {
    /** Kinds of ends. */
    public enum Cause {
        /** This side closed the link or its transport. */
        CLOSED_HERE,
        /** The other side closed it in good order. */
        CLOSED_BY_PEER,
        /** Nothing was heard for two heartbeats. */
        SILENT,
        /** The bytes that came are not a frame: length, checksum, kind or order are wrong. */
        BAD_FRAME,
        /** A newer incarnation of the same member arrived. */
        SUPERSEDED,
        /** The peer's certificate is not good, or no longer. */
        UNTRUSTED,
        /** The platform reported a fault. */
        FAULT
    }
}
