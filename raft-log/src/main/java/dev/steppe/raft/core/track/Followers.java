package dev.steppe.raft.core.track;

import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.quorum.QuorumValue;
import org.jspecify.annotations.Nullable;

/**
 * Everyone whom a leader feeds, by the membership in force, and what a majority of its voters has reached. The leader
 * itself counts only if it is a voter of that membership; learners never count, nor does a voter that has not said in
 * its present life that it may be counted.
 */
public final class Followers {
    private final int ownId;
    private final QuorumValue quorum = new QuorumValue(Membership.VOTERS_MAX);
    private Membership membership;
    /** By ordinal of the membership; the leader's own place, if it has one, stays unused. */
    private Peer[] peers = new Peer[0];

    /** Of the member {@code ownId}; {@link #begin} comes before anything else. */
    public Followers(int ownId, Membership membership) {
        this.ownId = ownId;
        this.membership = membership;
    }

    private Followers(Followers other) {
        ownId = other.ownId;
        membership = other.membership;
        peers = new Peer[other.peers.length];
        for (int i = 0; i < peers.length; i++) {
            peers[i] = other.peers[i].copy();
        }
    }

    /** An independent copy. */
    public Followers copy() {
        return new Followers(this);
    }

    /** A leadership begins under {@code newMembership}. */
    public void begin(Membership newMembership, long firstNextIndex, long nowNs) {
        peers = new Peer[0];
        change(newMembership, firstNextIndex, nowNs);
    }

    /** Another membership holds: who stays is known as before, who is new will be probed at {@code firstNextIndex}. */
    public void change(Membership newMembership, long firstNextIndex, long nowNs) {
        Peer[] next = new Peer[newMembership.serverCount()];
        for (int i = 0; i < next.length; i++) {
            Peer known = find(newMembership.memberId(i));
            if (known == null) {
                known = new Peer(newMembership.memberId(i));
                known.begin(firstNextIndex, nowNs);
            }
            next[i] = known;
        }
        peers = next;
        membership = newMembership;
    }

    /** How many servers there are, the leader's own place included. */
    public int count() {
        return peers.length;
    }

    /** The server at {@code ordinal}. */
    public Peer peer(int ordinal) {
        return peers[ordinal];
    }

    /** Whether that is the leader's own place. */
    public boolean isSelf(int ordinal) {
        return peers[ordinal].memberId() == ownId;
    }

    /** The server with that id; null if it is none. */
    public @Nullable Peer find(int memberId) {
        for (Peer peer : peers) {
            if (peer.memberId() == memberId) {
                return peer;
            }
        }
        return null;
    }

    /** Whether the leader is the only voter. */
    public boolean isAlone() {
        return membership.voterCount() == 1 && membership.memberId(0) == ownId;
    }

    /** What a majority of voters has forced; the leader itself {@code ownForcedIndex}. */
    public long forcedByMajority(long ownForcedIndex) {
        int voterCount = beginCount();
        for (int i = 0; i < voterCount; i++) {
            Peer peer = peers[i];
            long theirs = peer.life().counts() ? peer.matchIndex() : 0;
            quorum.set(i, peer.memberId() == ownId ? ownForcedIndex : theirs);
        }
        return quorum.reachedByMajority();
    }

    /** The last round that a majority of voters has answered; the leader itself all up to {@code ownRoundId}. */
    public long roundOfMajority(long ownRoundId) {
        int voterCount = beginCount();
        for (int i = 0; i < voterCount; i++) {
            Peer peer = peers[i];
            long theirs = peer.life().counts() ? peer.confirmedRoundId() : 0;
            quorum.set(i, peer.memberId() == ownId ? ownRoundId : theirs);
        }
        return quorum.reachedByMajority();
    }

    /** Since when a majority of voters, the leader included, has been heard; the leader alone is always. */
    public long contactOfMajorityNs() {
        int voterCount = beginCount();
        for (int i = 0; i < voterCount; i++) {
            quorum.set(i, peers[i].memberId() == ownId ? Long.MAX_VALUE : peers[i].contactNs());
        }
        return quorum.reachedByMajority();
    }

    /** Whether a majority of the voters of {@code other} is this leader itself or was heard after {@code sinceNs}. */
    public boolean hearsMajorityOf(Membership other, long sinceNs) {
        int heardCount = 0;
        for (int i = 0; i < other.voterCount(); i++) {
            Peer peer = find(other.memberId(i));
            boolean isSelf = other.memberId(i) == ownId;
            boolean isHeard = peer != null && peer.life().counts() && peer.contactNs() > sinceNs;
            heardCount += isSelf || isHeard ? 1 : 0;
        }
        return heardCount >= other.majorityCount();
    }

    /**
     * The voter beside the leader that counts and has forced most; of equals the smallest id; null if there is none.
     */
    public @Nullable Peer best() {
        Peer best = null;
        for (int i = 0; i < membership.voterCount(); i++) {
            Peer peer = peers[i];
            boolean isEligible = peer.memberId() != ownId && peer.life().counts();
            if (isEligible && (best == null || peer.matchIndex() > best.matchIndex())) {
                best = peer;
            }
        }
        return best;
    }

    /** Everything in one number. */
    public long fold(long hash) {
        long folded = StateHash.fold(hash, membership.fingerprint());
        for (Peer peer : peers) {
            folded = peer.fold(folded);
        }
        return folded;
    }

    private int beginCount() {
        int voterCount = membership.voterCount();
        quorum.voters(voterCount);
        return voterCount;
    }
}
