package dev.steppe.transport;

/** What a peer is to the cluster. The order is part of the handshake and may only grow at its end. */
public enum PeerRole {
    /** Keeps the log or plans; may speak on every lane of its region. */
    SERVER,
    /** Runs work and reports; never speaks Raft. */
    CLIENT
}
