package dev.steppe.transport;

import org.agrona.DirectBuffer;

/**
 * Who is told about links. Calls come one after another from the transport's one thread (the event loop over TCP, the
 * thread that delivers in memory), never after {@link Transport#close()} has returned to another thread. A call must
 * not block: it hands the bytes to a mailbox and returns. What it cannot take it drops and counts, as the network
 * would; an exception that it throws stops the process.
 */
public interface LinkListener {
    /** A link is up, the peer is identified and welcome. */
    void onUp(Link link);

    /** One whole frame; {@code buffer} is read only and valid during the call only. */
    void onFrame(Link link, DirectBuffer buffer, int offset, int length);

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
