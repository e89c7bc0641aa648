package dev.steppe.transport;

import org.agrona.DirectBuffer;

/**
 * Who is told about links. Calls come one after another from the transport's one thread (the event loop over TCP, the
 * thread that delivers in memory), never after {@link Transport#close()} has returned to another thread. A call must
 * not block: it hands the bytes to a mailbox and returns. An exception that it throws stops the process.
 */
public interface LinkListener {
    /** A link is up, the peer is identified and welcome. */
    void onUp(Link link);

    /**
     * Takes one whole frame; {@code buffer} is read only and valid during the call only. False, and nothing taken, when
     * there is no room now: over TCP the link then stops reading and the same frame is brought again within some
     * milliseconds, so that the sender meets back-pressure; in memory the frame is lost. A frame that makes no sense is
     * taken, and thrown away and counted by who took it.
     */
    boolean onFrame(Link link, DirectBuffer buffer, int offset, int length);

    /** The link has ended; exactly once for each {@link #onUp}, and nothing follows for this link. */
    void onDown(Link link, LinkDown reason);

    /**
     * A connection ended before it became a link: refused here or there, not reachable, too late or not our protocol. A
     * dialled address is tried again after this.
     *
     * @param address the remote address, as far as it is known
     * @param sentence one plain sentence
     */
    void onRefused(String address, String sentence);
}
