package dev.steppe.transport;

/** What became of a frame that was offered to a link. */
public enum OfferVerdict {
    /** Copied and on its way; not a promise that it arrives. */
    SENT,
    /** The bound of bytes or frames under way is reached; nothing was taken, offer again later. */
    BACK_PRESSURED,
    /** The link has ended; it never takes a frame again. */
    CLOSED
}
