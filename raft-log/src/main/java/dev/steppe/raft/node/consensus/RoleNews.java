package dev.steppe.raft.node.consensus;

import dev.steppe.raft.node.mail.MailPen;
import dev.steppe.raft.node.mail.NodeMail;
import org.jspecify.annotations.Nullable;

/**
 * What the apply agent has yet to hear about leaderships. It may be busy for minutes with a snapshot while offices come
 * and go and its mailbox is full; then the latest of each kind waits here, in the order: whom to tell that the outcome
 * is unknown, that another leads, that this member leads. A leadership that ended before it could be told is never
 * told. Owned by the consensus agent.
 */
final class RoleNews {
    private final MailPen toApply;
    private boolean isAbandonDue;
    private long abandonedIndex;
    private @Nullable Office following;
    private @Nullable Office leading;

    /** A role in a term; {@code noOpIndex} 0 unless this member leads. */
    private record Office(long term, int leaderId, long noOpIndex) {}

    RoleNews(MailPen toApply) {
        this.toApply = toApply;
    }

    /** A leadership ended: the outcome of everything behind {@code index} is unknown. */
    void abandonBehind(long index) {
        abandonedIndex = isAbandonDue ? Math.min(abandonedIndex, index) : index;
        isAbandonDue = true;
        isTold();
    }

    /** This member leads since its empty entry at {@code noOpIndex}. */
    void leads(long term, int memberId, long noOpIndex) {
        leading = new Office(term, memberId, noOpIndex);
        isTold();
    }

    /** Another member leads, or none that is known. */
    void follows(long term, int leaderId) {
        leading = null;
        following = new Office(term, leaderId, 0);
        isTold();
    }

    /** Tells what there is room for; whether that was all. Until then no command may be expected. */
    boolean isTold() {
        if (isAbandonDue) {
            isAbandonDue = !toApply.offer(NodeMail.ABANDON, abandonedIndex, 0, 0, 0);
        }
        if (!isAbandonDue && following != null && isSent(following)) {
            following = null;
        }
        if (!isAbandonDue && following == null && leading != null && isSent(leading)) {
            leading = null;
        }
        return !isAbandonDue && following == null && leading == null;
    }

    private boolean isSent(Office office) {
        return toApply.offer(NodeMail.ROLE, office.term(), office.leaderId(), office.noOpIndex(), 0);
    }
}
