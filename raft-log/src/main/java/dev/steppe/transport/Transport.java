package dev.steppe.transport;

import dev.steppe.base.OperatingFault;

/**
 * Makes links for one party on one lane. Methods may be called from any thread unless the implementation says
 * otherwise. Closing ends every link, every dialling and every listening of this transport.
 */
public interface Transport extends AutoCloseable {
    /** Who this party is; told to every peer. */
    PeerIdentity self();

    /**
     * Accepts links at {@code address} ({@code host:port}; port 0 lets the system choose) from every peer that
     * {@code policy} welcomes. Fails if the address cannot be used.
     */
    Listening listen(String address, PeerPolicy policy, LinkListener listener) throws OperatingFault;

    /**
     * Keeps one link to {@code address}: dials, and after a refusal or the end of a link dials again with jittered
     * back-off until closed. Fails only for an address that could never be dialled.
     *
     * @param expected who must answer; any other peer is refused
     */
    Dialling dial(String address, PeerPolicy expected, LinkListener listener) throws OperatingFault;

    /**
     * As {@link #dial}, but an address that cannot be dialled is an attempt that failed: told to the listener, audited
     * when it begins to fail or does for another reason, and tried again. For addresses that others chose.
     */
    Dialling dialPatiently(String address, PeerPolicy expected, LinkListener listener);

    /** Ends everything; when it returns to a thread that is not the transport's own, no listener is called again. */
    @Override
    void close();

    /** An address that accepts links. */
    interface Listening extends AutoCloseable {
        /** The address that peers dial, {@code host:port} with the real port. */
        String address();

        /** Accepts no more links; those that are up stay up. Idempotent. */
        @Override
        void close();
    }

    /** A link that is kept up. */
    interface Dialling extends AutoCloseable {
        /** Dials no more and ends the link if one is up. Idempotent. */
        @Override
        void close();
    }
}
