package dev.steppe.raft.api;

import dev.steppe.raft.quorum.Membership;

/** One step from a membership to the next; only one is under way at a time. */
public sealed interface MembershipChange {
    /**
     * A server that gets everything and decides nothing.
     *
     * @param server its address, and the id of its directory if only that one may speak for it, 0 if any may
     */
    record AddLearner(Membership.Server server) implements MembershipChange {}

    /** A learner that has caught up votes from now on. */
    record Promote(int memberId) implements MembershipChange {}

    /** A voter is a learner from now on. */
    record Demote(int memberId) implements MembershipChange {}

    /** A voter or learner belongs to the group no more. A leader that is removed leaves its office. */
    record Remove(int memberId) implements MembershipChange {}
}
