package dev.steppe.raft.node.apply;

import dev.steppe.base.Invariant;
import dev.steppe.raft.api.ProposalListener;
import dev.steppe.raft.api.SessionListener;
import dev.steppe.raft.node.apply.Replica.Outcome;
import dev.steppe.raft.node.desk.ProposalDesk;
import dev.steppe.raft.node.desk.SessionOpener;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for which entry of this member's own, in the order of indexes, and what they are told once the state
 * machine has published the batch that their entries belong to. Owned by the apply agent; allocates nothing after
 * construction.
 */
final class Waiters<R> {
    private final ProposalDesk<R> desk;
    private final int mask;
    private final int[] seatIds;
    private final long[] indexes;
    private final long[] terms;
    private long head;
    private long tail;
    private final Answer<R>[] answers;
    private int answerCount;

    /** What one proposer will be told. */
    private static final class Answer<R> {
        private @Nullable ProposalListener<R> listener;
        private Outcome outcome = Outcome.NOTHING;
        private long index;
        private long term;
        private @Nullable R result;

        @SuppressWarnings("NullAway") // What a machine returned is handed on as it is.
        void say() {
            ProposalListener<R> waiting = Objects.requireNonNull(listener);
            switch (outcome) {
                case APPLIED -> waiting.onApplied(index, term, result);
                case OPENED -> ((SessionOpener<R>) waiting).opened(index);
                case DUPLICATE -> ((SessionListener<R>) waiting).onDuplicate(index);
                case EXPIRED -> ((SessionListener<R>) waiting).onExpired();
                case NOTHING -> throw Invariant.broken("a proposer of nothing: index", index);
            }
            listener = null;
            result = null;
        }
    }

    /** Nobody waits yet; at most {@code batchCount} entries are applied between two answers. */
    @SuppressWarnings({"unchecked", "rawtypes"}) // An array of one generic type cannot be made otherwise.
    Waiters(ProposalDesk<R> desk, int batchCount) {
        this.desk = desk;
        int seatCount = desk.seatCount();
        mask = seatCount - 1;
        seatIds = new int[seatCount];
        indexes = new long[seatCount];
        terms = new long[seatCount];
        answers = new Answer[batchCount];
        for (int i = 0; i < batchCount; i++) {
            answers[i] = new Answer<>();
        }
    }

    void expect(int seatId, long index, long term) {
        int slot = (int) (tail++ & mask);
        seatIds[slot] = seatId;
        indexes[slot] = index;
        terms[slot] = term;
    }

    /** Notes what the entry that was applied last came to, if somebody waits for it. */
    void note(Replica<R> replica, Outcome outcome) {
        int seatId = leave(replica.appliedIndex(), replica.term());
        ProposalListener<R> listener = seatId < 0 ? null : desk.take(seatId);
        if (listener != null) {
            Answer<R> answer = answers[answerCount++];
            answer.listener = listener;
            answer.outcome = outcome;
            answer.index = outcome == Outcome.DUPLICATE ? replica.sessionIndex() : replica.appliedIndex();
            answer.term = replica.term();
            answer.result = replica.result();
        }
    }

    /** Tells everyone whose entry was noted. */
    void tell() {
        for (int i = 0; i < answerCount; i++) {
            answers[i].say();
        }
        answerCount = 0;
    }

    /** A snapshot has taken the place of everything up to {@code index}: what came of single entries is not known. */
    void skipTo(long index) {
        while (head < tail && indexes[(int) (head & mask)] <= index) {
            ProposalListener<R> listener = desk.take(seatIds[(int) (head++ & mask)]);
            if (listener != null) {
                listener.onUnknown("a snapshot of another leader came in place of the entries up to " + index);
            }
        }
    }

    /** Whoever waits for an entry behind {@code index} is told that the outcome is unknown. */
    void abandonBehind(long index) {
        while (head < tail && indexes[(int) ((tail - 1) & mask)] > index) {
            ProposalListener<R> listener = desk.take(seatIds[(int) (--tail & mask)]);
            if (listener != null) {
                listener.onUnknown("this member lost the leadership before a majority had answered");
            }
        }
    }

    /** The seat that waits for this entry, which it then leaves; -1 if nobody does. */
    private int leave(long index, long term) {
        int slot = (int) (head & mask);
        if (head == tail || indexes[slot] > index) {
            return -1;
        }
        if (indexes[slot] < index || terms[slot] != term) {
            throw Invariant.broken(
                    "another entry than was waited for: index, its term, expected term", index, term, terms[slot]);
        }
        head++;
        return seatIds[slot];
    }
}
