package dev.steppe.transport;

import org.agrona.DirectBuffer;

/**
 * One end of a live connection to one peer. Frames arrive in the order in which one thread offered them. A link never
 * comes back: after its end a new link is made, in another {@link LinkListener#onUp}.
 */
public interface Link {
    /**
     * Offers {@code length} bytes from {@code offset} of {@code buffer} as one frame. The bytes are copied before the
     * call returns. Never blocks and takes no lock; allocates nothing once warm. A frame of 1 to
     * {@link #frameMaxBytes()} bytes; any other length is a broken invariant. Any thread, unless the transport says
     * otherwise. It may wait for others to leave with it, at most until {@link #flush} or until the transport's thread
     * has ended what it does now.
     */
    OfferVerdict offer(DirectBuffer buffer, int offset, int length);

    /**
     * Lets go at once what this thread offered: called when it is about to do something else, such as waiting for a
     * disk. Any thread; does nothing where nothing was kept back.
     */
    default void flush() {
        // A link that keeps nothing back has nothing to do.
    }

    /** Who is at the other end; known before the first frame. Any thread. */
    PeerIdentity peer();

    /** Longest frame that this link takes, in bytes. */
    int frameMaxBytes();

    /** Ends the link; what was sent but has not left may be lost. Idempotent, does not wait. Any thread. */
    void close();
}
