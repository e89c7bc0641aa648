package dev.steppe.transport;

import java.util.Optional;

/**
 * Who may stand at the other end. Asked on both sides after the handshake named the peer and before any frame is
 * delivered; a peer of another cluster never gets as far. A policy is a pure function and may be asked by any thread.
 */
@FunctionalInterface
public interface PeerPolicy {
    /** Why {@code peer} is refused by {@code self}, as one sentence; empty when it is welcome. */
    Optional<String> refusal(PeerIdentity self, PeerIdentity peer);

    /** The whole question that a transport asks: the cluster first, then this policy. */
    default Optional<String> admission(PeerIdentity self, PeerIdentity peer) {
        if (peer.clusterId() != self.clusterId()) {
            return Optional.of("this is cluster " + Long.toHexString(self.clusterId()) + ", and member "
                    + peer.memberId() + " is of cluster " + Long.toHexString(peer.clusterId()) + ".");
        }
        return refusal(self, peer);
    }

    /** The Raft lane: servers of one's own region only. */
    static PeerPolicy sameRegionServers() {
        return (self, peer) -> {
            if (peer.role() != PeerRole.SERVER) {
                return Optional.of("only servers may speak on this lane, and member " + peer.memberId() + " is a "
                        + peer.role() + ".");
            }
            if (!peer.region().equals(self.region())) {
                return Optional.of("this lane is for servers of region " + self.region() + ", and member "
                        + peer.memberId() + " is of region " + peer.region() + ".");
            }
            return Optional.empty();
        };
    }

    /** One server of one's own region, in whatever incarnation: what a member of a Raft group expects when it dials. */
    static PeerPolicy server(long memberId) {
        PeerPolicy anyServer = sameRegionServers();
        return (self, peer) -> {
            Optional<String> refusal = anyServer.refusal(self, peer);
            if (refusal.isPresent() || peer.memberId() == memberId) {
                return refusal;
            }
            return Optional.of("member " + memberId + " was expected, and member " + peer.memberId() + " answered.");
        };
    }
}
