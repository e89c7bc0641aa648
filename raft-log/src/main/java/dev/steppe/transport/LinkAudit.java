package dev.steppe.transport;

/**
 * Who is told of every connection that was refused or broken off for cause, for the record of security. Called by the
 * transport's one thread; must not block.
 */
@FunctionalInterface
public interface LinkAudit {
    /** Tells nobody. */
    LinkAudit NONE = refusal -> {};

    /** One connection was refused, or a link ended for cause. */
    void onRefusal(Refusal refusal);

    /**
     * One line of the record. Holds no secret, and nothing that the peer said beyond printable ASCII.
     *
     * @param lane the lane on which it happened
     * @param address the remote address
     * @param cause the kind, for counting
     * @param sentence one plain sentence
     * @param fingerprint SHA-256 of the peer's certificate, 64 hexadecimal digits; empty when none was seen
     */
    record Refusal(String lane, String address, Cause cause, String sentence, String fingerprint) {
        /** The line itself. */
        public String line() {
            return "link refused: lane " + lane + ", peer " + address + ", certificate "
                    + (fingerprint.isEmpty() ? "none" : fingerprint) + ", " + cause + ": " + sentence;
        }
    }

    /** Kinds of refusals. */
    enum Cause {
        /** Too many connections, in all or from this address. */
        FLOOD,
        /** The address of a peer that is dialled leads nowhere; told once, while it is tried again and again. */
        ADDRESS,
        /** The handshake, or its first frame, was not there in time. */
        LATE,
        /** No TLS session came about, other than by {@link #CERTIFICATE}. */
        TLS,
        /** The certificate proves nothing, or no longer. */
        CERTIFICATE,
        /** The certificate proves a name that has no business on this lane, or another than the peer claims. */
        NAME,
        /** The bytes that came are not of our frames. */
        BAD_FRAME,
        /** The peer said who it is, and is not welcome. */
        IDENTITY
    }
}
