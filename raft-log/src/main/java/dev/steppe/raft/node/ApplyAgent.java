package dev.steppe.raft.node;

import dev.steppe.base.Invariant;
import dev.steppe.raft.api.EntryPosition;
import dev.steppe.raft.api.ProposalListener;
import dev.steppe.raft.api.RoleListener;
import dev.steppe.raft.api.StateMachine;
import dev.steppe.raft.log.EntryCursor;
import dev.steppe.raft.node.NodeMail.Pen;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.MessageHandler;

/**
 * Owns the state machine: applies what is committed, straight from the mapped log, and tells those who wait. A proposer
 * is told the result of its own entry only: index and term must be those that its command was given. A read is answered
 * once what it waits for has been applied and published.
 */
final class ApplyAgent<R> implements Agent {
    private static final int DRAIN_COUNT = 1 << 10;
    private static final int ENTRY_COUNT = 256;

    private final StateMachine<R> machine;
    private final RoleListener roles;
    private final NodeMail mail;
    private final ProposalDesk<R> desk;
    private final ReadDesk reads;
    private final EntryCursor cursor;
    private final Pen toConsensus;
    private final MessageHandler handler = this::onMail;
    private final EntryPosition position = new EntryPosition();
    private final Expected expected;
    private final Answers<R> answers = new Answers<>();
    private final Deque<ReadDesk.Batch> waitingReads = new ArrayDeque<>();
    private long targetIndex;
    private long appliedIndex;
    private boolean isNewsDue;
    private Office office = new Office(0, 0);
    private volatile long lastLogTimeMs;

    /** A leadership whose first entry has not been applied yet; term 0 = none. */
    private record Office(long term, long noOpIndex) {}

    /** Who waits for which entry, in the order of indexes. */
    private static final class Expected {
        private final int mask;
        private final int[] seatIds;
        private final long[] indexes;
        private final long[] terms;
        private long head;
        private long tail;

        Expected(int seatCount) {
            mask = seatCount - 1;
            seatIds = new int[seatCount];
            indexes = new long[seatCount];
            terms = new long[seatCount];
        }

        void add(int seatId, long index, long term) {
            int slot = (int) (tail++ & mask);
            seatIds[slot] = seatId;
            indexes[slot] = index;
            terms[slot] = term;
        }

        /** The seat that waits for this entry, which it then leaves; -1 if nobody does. */
        int leave(long index, long term) {
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

        /** The last seat that waits for an entry behind {@code index}, which it then leaves; -1 if none does. */
        int leaveBehind(long index) {
            if (head == tail || indexes[(int) ((tail - 1) & mask)] <= index) {
                return -1;
            }
            return seatIds[(int) (--tail & mask)];
        }
    }

    /** What proposers are told once the state machine has published the batch that their entries belong to. */
    private static final class Answers<R> {
        private final List<Answer<R>> waiting = new ArrayList<>(ENTRY_COUNT);

        private record Answer<R>(ProposalListener<R> listener, long index, long term, R result) {}

        void add(ProposalListener<R> listener, long index, long term, R result) {
            waiting.add(new Answer<>(listener, index, term, result));
        }

        void say() {
            for (int i = 0; i < waiting.size(); i++) {
                Answer<R> answer = waiting.get(i);
                answer.listener().onApplied(answer.index(), answer.term(), answer.result());
            }
            waiting.clear();
        }
    }

    ApplyAgent(StateMachine<R> machine, RoleListener roles, NodeMail mail, Desks<R> desks, EntryCursor cursor) {
        this.machine = machine;
        this.roles = roles;
        this.mail = mail;
        desk = desks.proposals();
        expected = new Expected(desk.seatCount());
        reads = desks.reads();
        this.cursor = cursor;
        toConsensus = new Pen(mail.progress);
    }

    /** Where proposals and reads come in. */
    record Desks<R>(ProposalDesk<R> proposals, ReadDesk reads) {}

    /** Log time of the last applied entry, in milliseconds. Any thread. */
    long lastLogTimeMs() {
        return lastLogTimeMs;
    }

    @Override
    public int doWork() {
        int workCount = mail.apply.drain(handler, DRAIN_COUNT);
        int appliedCount = 0;
        while (appliedIndex < targetIndex && appliedCount < ENTRY_COUNT) {
            applyNext();
            appliedCount++;
        }
        if (appliedCount > 0) {
            publish();
        }
        if (isNewsDue) {
            isNewsDue = !toConsensus.offer(NodeMail.APPLIED, appliedIndex, machine.stateHash(), 0, 0);
        }
        return workCount + appliedCount;
    }

    @Override
    public void onClose() {
        close();
    }

    @Override
    public String roleName() {
        return "apply";
    }

    void close() {
        cursor.close();
    }

    private void applyNext() {
        long index = appliedIndex + 1;
        cursor.moveTo(index, targetIndex);
        if (cursor.term() < Math.max(1, position.term())) {
            throw Invariant.broken(
                    "an entry that cannot follow: index, term, term before", index, cursor.term(), position.term());
        }
        position.at(index, cursor.term(), cursor.logTimeMs());
        if (cursor.kind() == NodeMail.KIND_COMMAND) {
            R result = machine.apply(position, cursor.buffer(), cursor.payloadOffset(), cursor.payloadBytes());
            int seatId = expected.leave(index, position.term());
            ProposalListener<R> listener = seatId < 0 ? null : desk.take(seatId);
            if (listener != null) {
                answers.add(listener, index, position.term(), result);
            }
        } else if (cursor.kind() != NodeMail.KIND_NO_OP) {
            throw Invariant.broken("an entry of a kind from the future: index, kind", index, cursor.kind());
        }
        appliedIndex = index;
    }

    private void publish() {
        lastLogTimeMs = position.logTimeMs();
        machine.applied(appliedIndex, position.logTimeMs());
        answers.say();
        if (office.term() != 0 && appliedIndex >= office.noOpIndex()) {
            long term = office.term();
            office = new Office(0, 0);
            roles.onLeader(term);
        }
        while (!waitingReads.isEmpty() && waitingReads.getFirst().readIndex <= appliedIndex) {
            answer(waitingReads.removeFirst());
        }
        isNewsDue = true;
    }

    private void answer(ReadDesk.Batch batch) {
        batch.readable(appliedIndex);
        reads.giveBack(batch);
    }

    private void onMail(int type, DirectBuffer buffer, int offset, int length) {
        long first = NodeMail.word(buffer, offset, 0);
        long second = NodeMail.word(buffer, offset, 1);
        long third = NodeMail.word(buffer, offset, 2);
        switch (type) {
            case NodeMail.APPLY -> targetIndex = first;
            case NodeMail.EXPECT -> expected.add((int) first, second, third);
            case NodeMail.ABANDON -> abandonBehind(first);
            case NodeMail.ROLE -> onRole(first, (int) second, third);
            case NodeMail.READ -> onRead(reads.batch((int) first), second);
            default -> throw Invariant.broken("unknown mail to apply: type", type);
        }
    }

    private void abandonBehind(long commitIndex) {
        int seatId = expected.leaveBehind(commitIndex);
        while (seatId >= 0) {
            ProposalListener<R> listener = desk.take(seatId);
            if (listener != null) {
                listener.onUnknown("this member lost the leadership before a majority had answered");
            }
            seatId = expected.leaveBehind(commitIndex);
        }
    }

    private void onRole(long term, int leaderId, long noOpIndex) {
        if (noOpIndex == 0) {
            office = new Office(0, 0);
            roles.onFollower(term, leaderId);
        } else {
            office = new Office(term, noOpIndex);
        }
    }

    private void onRead(ReadDesk.Batch batch, long readIndex) {
        batch.readIndex = readIndex;
        if (readIndex < 0) {
            batch.refuse("this member could not confirm that it leads");
            reads.giveBack(batch);
        } else if (readIndex <= appliedIndex) {
            answer(batch);
        } else {
            waitingReads.addLast(batch);
        }
    }
}
