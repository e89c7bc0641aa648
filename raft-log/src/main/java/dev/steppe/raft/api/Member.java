package dev.steppe.raft.api;

/**
 * One voting server of the group.
 *
 * @param id 1..127, unique in the group, never reused for another data directory
 * @param host name or address that the other members dial
 * @param port TCP port of the Raft lane, 1..65535; 0 with memory links
 */
public record Member(int id, String host, int port) {
    /** Refuses an id or a port out of range. */
    public Member {
        if (id < 1 || id > 127) {
            throw new IllegalArgumentException("member id must be 1..127: " + id);
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port of member " + id + " must be 0..65535: " + port);
        }
    }
}
