package dev.steppe.transport;

import java.util.Optional;

/**
 * Who may stand at the other end. Asked on both sides, twice: by name when a certificate has proved one, before any
 * byte of the peer is decoded, and in full after the handshake named the member, before any frame is delivered. A peer
 * of another cluster never gets as far. A policy is a pure function and may be asked by any thread.
 */
@FunctionalInterface
public interface PeerPolicy {
    /** Why {@code peer} is refused by {@code self}, as one sentence; empty when it is welcome. */
    Optional<String> refusal(PeerIdentity self, PeerIdentity peer);

    /**
     * Why the holder of a certificate for {@code name} is refused whatever it would say, as one sentence; empty when it
     * may go on. A policy that does not override this judges nobody by name alone, and everybody in {@link #refusal}.
     */
    default Optional<String> nameRefusal(PeerIdentity self, PeerName name) {
        return Optional.empty();
    }

    /** The whole question that a transport asks: the cluster first, then this policy. */
    default Optional<String> admission(PeerIdentity self, PeerIdentity peer) {
        if (peer.clusterId() != self.clusterId()) {
            return Optional.of("this is cluster " + Long.toHexString(self.clusterId()) + ", and member "
                    + peer.memberId() + " is of cluster " + Long.toHexString(peer.clusterId()) + ".");
        }
        return refusal(self, peer);
    }

    /** A policy that asks for region and role only, and so judges certificate and identity by the same rule. */
    static PeerPolicy byRegionAndRole(RegionAndRole rule) {
        return new PeerPolicy() {
            @Override
            public Optional<String> refusal(PeerIdentity self, PeerIdentity peer) {
                return rule.refusal(self, peer.region(), peer.role());
            }

            @Override
            public Optional<String> nameRefusal(PeerIdentity self, PeerName name) {
                return rule.refusal(self, name.region(), name.role());
            }
        };
    }

    /** The Raft lane: servers of one's own region only. */
    static PeerPolicy sameRegionServers() {
        return byRegionAndRole((self, region, role) -> {
            if (role != PeerRole.SERVER) {
                return Optional.of("only servers may speak on this lane, and the peer is a " + role + ".");
            }
            return region.equals(self.region())
                    ? Optional.empty()
                    : Optional.of("this lane is for servers of region " + self.region() + ", and the peer is of region "
                            + region + ".");
        });
    }

    /** The region lane: servers of whatever region, each as of its own. */
    static PeerPolicy regionServers() {
        return byRegionAndRole((self, region, role) -> role == PeerRole.SERVER
                ? Optional.empty()
                : Optional.of("only servers may speak on this lane, and the peer is a " + role + "."));
    }

    /** The client lane: clients and servers of one's own region. */
    static PeerPolicy sameRegion() {
        return byRegionAndRole((self, region, role) -> region.equals(self.region())
                ? Optional.empty()
                : Optional.of(
                        "this lane is for region " + self.region() + ", and the peer is of region " + region + "."));
    }

    /** One server of one's own region, in whatever incarnation: what a member of a Raft group expects when it dials. */
    static PeerPolicy server(long memberId) {
        return member(memberId, sameRegionServers());
    }

    /** The member {@code memberId} among those whom {@code among} welcomes. */
    static PeerPolicy member(long memberId, PeerPolicy among) {
        return new PeerPolicy() {
            @Override
            public Optional<String> refusal(PeerIdentity self, PeerIdentity peer) {
                Optional<String> refusal = among.refusal(self, peer);
                return refusal.isPresent() || peer.memberId() == memberId
                        ? refusal
                        : Optional.of(
                                "member " + memberId + " was expected, and member " + peer.memberId() + " answered.");
            }

            @Override
            public Optional<String> nameRefusal(PeerIdentity self, PeerName name) {
                Optional<String> refusal = among.nameRefusal(self, name);
                return refusal.isPresent() || name.memberId() == 0 || name.memberId() == memberId
                        ? refusal
                        : Optional.of("member " + memberId + " was expected, and the certificate names member "
                                + name.memberId() + ".");
            }
        };
    }

    /** A rule over what both a certificate and an identity tell. */
    @FunctionalInterface
    interface RegionAndRole {
        /** Why a peer of {@code region} and {@code role} is refused by {@code self}; empty when it is welcome. */
        Optional<String> refusal(PeerIdentity self, String region, PeerRole role);
    }
}
