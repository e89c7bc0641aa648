package dev.steppe.raft.node.apply;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.agreement.HashMarks;
import dev.steppe.raft.api.RoleListener;
import dev.steppe.raft.node.apply.Replica.Outcome;
import dev.steppe.raft.node.desk.Desks;
import dev.steppe.raft.node.desk.ReadDesk;
import dev.steppe.raft.node.mail.CapturedImage;
import dev.steppe.raft.node.mail.MailPen;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.raft.snapshot.SnapshotReader;
import dev.steppe.runtime.BelledAgent;
import dev.steppe.runtime.handover.Doorbell;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.MessageHandler;

/**
 * Owns the state machine: applies what is committed, straight from the mapped log, and tells those who wait. A proposer
 * is told the result of its own entry only: index and term must be those that its command was given. A read is answered
 * once what it waits for has been applied and published.
 */
public final class ApplyAgent<R> implements BelledAgent {
    private static final int DRAIN_COUNT = 1 << 10;
    private static final int ENTRY_COUNT = 256;

    private final Replica<R> replica;
    private final Waiters<R> waiters;
    private final RoleListener roles;
    private final NodeMail mail;
    private final ReadDesk reads;
    private final CheckedEntries entries;
    private final MailPen toConsensus;
    private final MessageHandler handler = this::onMail;
    private final Deque<ReadDesk.Batch> waitingReads = new ArrayDeque<>();
    private final long captureEveryBytes;
    private final Consumer<SnapshotReader> restoring = this::restore;
    private long targetIndex;
    private long restoredIndex;
    private boolean isNewsDue;
    private boolean isMarkDue;
    private boolean hasFailed;
    private Office office = new Office(0, 0);
    private volatile long lastLogTimeMs;

    /** A leadership whose first entry has not been applied yet; term 0 = none. */
    private record Office(long term, long noOpIndex) {}

    /** What the agent works on: a replica as far as it was restored, and when it is captured; 0 = only when asked. */
    public record State<R>(Replica<R> replica, RoleListener roles, long captureEveryBytes) {}

    public ApplyAgent(State<R> state, NodeMail mail, Desks<R> desks, CheckedEntries entries) {
        replica = state.replica();
        captureEveryBytes = state.captureEveryBytes();
        targetIndex = replica.appliedIndex();
        lastLogTimeMs = replica.logTimeMs();
        isNewsDue = targetIndex > 0;
        waiters = new Waiters<>(desks.proposals(), ENTRY_COUNT);
        roles = state.roles();
        this.mail = mail;
        reads = desks.reads();
        this.entries = entries;
        toConsensus = new MailPen(mail.progress);
    }

    /** Log time of the last applied entry, in milliseconds. Any thread. */
    public long lastLogTimeMs() {
        return lastLogTimeMs;
    }

    @Override
    public int doWork() {
        int workCount = mail.apply.drain(handler, DRAIN_COUNT);
        if (hasFailed) {
            // The state may be half of one and half of another; nobody is to see it.
            return workCount;
        }
        workCount += mail.restores.drain(restoring, 1);
        int appliedCount = 0;
        // A batch ends at a mark, where the state is published and its hash taken; no mark may be left out.
        boolean isAtMark = isMarkDue;
        while (!isAtMark && replica.appliedIndex() < targetIndex && appliedCount < ENTRY_COUNT && hasAppliedNext()) {
            appliedCount++;
            isAtMark = HashMarks.isMark(replica.appliedIndex());
        }
        if (appliedCount > 0) {
            publish();
        }
        if (hasFailed) {
            return workCount + appliedCount;
        }
        captureIfDue();
        if (restoredIndex != 0 && toConsensus.offer(NodeMail.RESTORED, restoredIndex, 0, 0, 0)) {
            restoredIndex = 0;
        }
        if (isAtMark) {
            isMarkDue = !toConsensus.offer(NodeMail.STATE_MARK, replica.appliedIndex(), replica.stateHash(), 0, 0);
        }
        if (isNewsDue) {
            isNewsDue = !toConsensus.offer(NodeMail.APPLIED, replica.appliedIndex(), replica.stateHash(), 0, 0);
        }
        return workCount + appliedCount;
    }

    @Override
    public void onClose() {
        close();
    }

    @Override
    public Doorbell doorbell() {
        return mail.applyBell;
    }

    @Override
    public String roleName() {
        return "apply";
    }

    public void close() {
        entries.close();
    }

    private boolean hasAppliedNext() {
        long index = replica.appliedIndex() + 1;
        CheckedEntries.Verdict verdict = entries.moveTo(index, targetIndex, replica.chainCrc());
        if (verdict == CheckedEntries.Verdict.GONE) {
            throw Invariant.broken("an entry went before it was applied: index, told up to", index, targetIndex);
        }
        if (verdict == CheckedEntries.Verdict.ROTTEN) {
            fail(new OperatingFault("entry " + index + " of this log is not what was written, and is not applied;"
                    + " check the disk, others go on without this server"));
            return false;
        }
        Outcome outcome = replica.apply(entries);
        if (outcome != Outcome.NOTHING) {
            waiters.note(replica, outcome);
        }
        return true;
    }

    private void publish() {
        lastLogTimeMs = replica.logTimeMs();
        replica.publish();
        waiters.tell();
        long appliedIndex = replica.appliedIndex();
        if (office.term() != 0 && appliedIndex >= office.noOpIndex()) {
            long term = office.term();
            office = new Office(0, 0);
            roles.onLeader(term);
        }
        answerReads();
        isNewsDue = true;
    }

    private void answerReads() {
        while (!waitingReads.isEmpty() && waitingReads.getFirst().readIndex <= replica.appliedIndex()) {
            answer(waitingReads.removeFirst());
        }
    }

    private void fail(OperatingFault fault) {
        hasFailed = true;
        mail.faults.offer(fault);
    }

    /** Between two batches, when nothing else waits to be written down. */
    private void captureIfDue() {
        boolean isDue = captureEveryBytes > 0 && replica.bytesSinceImage() >= captureEveryBytes;
        if ((isDue || mail.isSnapshotWanted.get()) && mail.captured.waitingCount() == 0) {
            mail.isSnapshotWanted.set(false);
            CapturedImage captured = replica.capture();
            if (captured != null) {
                mail.captured.offer(captured);
            }
        }
    }

    private void restore(SnapshotReader reader) {
        try {
            replica.restore(reader);
        } catch (OperatingFault fault) {
            fail(fault);
            return;
        }
        waiters.skipTo(replica.appliedIndex());
        answerReads();
        targetIndex = Math.max(targetIndex, replica.appliedIndex());
        restoredIndex = replica.appliedIndex();
        lastLogTimeMs = replica.logTimeMs();
        isNewsDue = true;
    }

    private void answer(ReadDesk.Batch batch) {
        batch.readable(replica.appliedIndex());
        reads.giveBack(batch);
    }

    private void onMail(int type, DirectBuffer buffer, int offset, int length) {
        long first = NodeMail.word(buffer, offset, 0);
        long second = NodeMail.word(buffer, offset, 1);
        long third = NodeMail.word(buffer, offset, 2);
        switch (type) {
            case NodeMail.APPLY -> onApply(first);
            case NodeMail.EXPECT -> waiters.expect((int) first, second, third);
            case NodeMail.ABANDON -> waiters.abandonBehind(first);
            case NodeMail.ROLE -> onRole(first, (int) second, third);
            case NodeMail.READ -> onRead(reads.batch((int) first), second);
            default -> throw Invariant.broken("unknown mail to apply: type", type);
        }
    }

    private void onApply(long index) {
        targetIndex = Math.max(targetIndex, index);
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
        } else if (readIndex <= replica.appliedIndex()) {
            answer(batch);
        } else {
            waitingReads.addLast(batch);
        }
    }
}
