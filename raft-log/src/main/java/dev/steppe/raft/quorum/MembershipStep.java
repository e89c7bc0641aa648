package dev.steppe.raft.quorum;

import dev.steppe.raft.quorum.Membership.Server;

/**
 * What leads from one membership to the next. Only single steps keep every majority of the one in touch with every
 * majority of the other (Ongaro thesis §4.1).
 *
 * @param kind which step
 * @param memberId whom it is about; 0 for NONE, PINNED and NOT_ONE
 */
public record MembershipStep(Kind kind, int memberId) {
    /** The steps. */
    public enum Kind {
        /** Nothing differs. */
        NONE,
        LEARNER_ADDED,
        LEARNER_REMOVED,
        VOTER_REMOVED,
        /** A learner votes now. */
        PROMOTED,
        /** A voter is a learner now. */
        DEMOTED,
        /** One server is reached elsewhere. */
        MOVED,
        /** Servers that any directory could speak for are tied to one; nothing else differs. */
        PINNED,
        /** More than one step, or one that is none of the above. */
        NOT_ONE
    }

    private static final MembershipStep NOT_ONE = new MembershipStep(Kind.NOT_ONE, 0);

    /** The step that leads {@code from} one membership {@code to} another. */
    public static MembershipStep between(Membership from, Membership to) {
        int pinnedCount = 0;
        MembershipStep found = new MembershipStep(Kind.NONE, 0);
        for (int memberId = 1; memberId <= Membership.MEMBER_ID_MAX; memberId++) {
            Kind kind = kindAt(from, to, memberId);
            if (kind == Kind.PINNED) {
                pinnedCount++;
            } else if (kind != Kind.NONE) {
                if (found.kind != Kind.NONE) {
                    return NOT_ONE;
                }
                found = new MembershipStep(kind, memberId);
            }
        }
        if (pinnedCount == 0) {
            return found;
        }
        return found.kind == Kind.NONE ? new MembershipStep(Kind.PINNED, 0) : NOT_ONE;
    }

    private static Kind kindAt(Membership from, Membership to, int memberId) {
        Server before = from.find(memberId);
        Server after = to.find(memberId);
        boolean voted = from.isVoter(memberId);
        boolean votes = to.isVoter(memberId);
        if (before == null) {
            return after == null ? Kind.NONE : votes ? Kind.NOT_ONE : Kind.LEARNER_ADDED;
        }
        if (after == null) {
            return voted ? Kind.VOTER_REMOVED : Kind.LEARNER_REMOVED;
        }
        if (before.equals(after)) {
            return voted == votes ? Kind.NONE : votes ? Kind.PROMOTED : Kind.DEMOTED;
        }
        if (voted != votes) {
            return Kind.NOT_ONE;
        }
        if (before.directoryId() == after.directoryId()) {
            return Kind.MOVED;
        }
        boolean isPin = before.directoryId() == 0
                && before.pinnedTo(after.directoryId()).equals(after);
        return isPin ? Kind.PINNED : Kind.NOT_ONE;
    }
}
