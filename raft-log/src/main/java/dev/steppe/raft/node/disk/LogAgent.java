package dev.steppe.raft.node.disk;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.AppendVerdict;
import dev.steppe.raft.log.RaftLog;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.vault.Quarantine;
import dev.steppe.raft.node.flight.FlightNotes;
import dev.steppe.raft.node.mail.MailPen;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.raft.storage.PrepareVerdict;
import dev.steppe.runtime.BelledAgent;
import dev.steppe.runtime.handover.Doorbell;
import dev.steppe.runtime.handover.Published;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.ControlledMessageHandler.Action;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Owns log and vault and does to them what the consensus agent writes, in order. Whatever waits when it looks becomes
 * one batch: written, told as readable, and only then, one round later, forced, so that a leader's entries are on their
 * way to the followers while its own disk works. The first fault ends it.
 */
public final class LogAgent implements BelledAgent {
    private static final int DRAIN_COUNT = 1 << 12;
    private static final long SPACE_RETRY_NS = TimeUnit.SECONDS.toNanos(1);
    private static final UnsafeBuffer NOTHING = new UnsafeBuffer(new byte[0]);

    private final OpenLog open;
    private final RaftLog log;
    private final NodeMail mail;
    private final SupplyAgent supply;
    private final NanoClock clock;
    private final FlightNotes notes;
    private final LogForcing forcing;
    private final MailPen toConsensus;
    private final ControlledMessageHandler handler = this::onMail;
    /** Log time while this member leads; of the last entry of the leadership before otherwise. */
    private final Published<TimeAnchor> anchor = new Published<>(new TimeAnchor(0, 0, false));

    private long leaderTerm;
    private long cutCount;
    private long vaultSequence;
    private boolean progressDue = true;
    private boolean isSupplyWanted;
    private boolean isRefused;
    private boolean isToldFull;
    private long supplyRetryNs;
    private @Nullable OperatingFault fault;
    private @Nullable LogPosition resetDue;
    private @Nullable LogPosition baseDue;
    private boolean isBaseNew;

    /**
     * Log time as the leader counts it: the previous entry's value plus what passed on its monotonic clock.
     *
     * @param logTimeMs of the last entry before the leadership
     * @param atNs when the leadership began, in the node's monotonic time
     * @param isRunning false before and after a leadership
     */
    public record TimeAnchor(long logTimeMs, long atNs, boolean isRunning) {
        public long logTimeMs(long nowNs) {
            return isRunning ? logTimeMs + TimeUnit.NANOSECONDS.toMillis(nowNs - atNs) : logTimeMs;
        }
    }

    /** What the agent measures with, and where it notes. */
    public record Watch(NanoClock clock, FlightNotes notes) {}

    public LogAgent(OpenLog open, NodeMail mail, SupplyAgent supply, Watch watch) {
        this.open = open;
        log = open.log();
        this.mail = mail;
        this.supply = supply;
        clock = watch.clock();
        notes = watch.notes();
        forcing = new LogForcing(log, clock, notes);
        toConsensus = new MailPen(mail.progress);
        supplyRetryNs = clock.nanoTime();
    }

    /** Has {@code hand} wait for the disk where that takes long; before the first turn. */
    public void leaveForcesTo(LogForcing.Hand hand) {
        forcing.leaveTo(hand);
    }

    public Published<TimeAnchor> anchor() {
        return anchor;
    }

    @Override
    public int doWork() {
        if (fault != null) {
            return 0;
        }
        try {
            return work();
        } catch (OperatingFault first) {
            fault = first;
            mail.faults.offer(first);
            return 1;
        }
    }

    /** Forces what was written; the directory stays held, for the supply agent may still be making a file in it. */
    @Override
    public void onClose() {
        try {
            log.close();
        } catch (OperatingFault last) {
            mail.faults.offer(last);
        }
    }

    @Override
    public Doorbell doorbell() {
        return mail.logBell;
    }

    @Override
    public String roleName() {
        return "log";
    }

    /** When this agent must have a turn although nothing arrives, as a reading of the clock. */
    public long nextDeadlineNs() {
        boolean waits = fault == null && !isSupplyWanted && !log.isNextPrepared();
        return waits ? supplyRetryNs : Long.MAX_VALUE;
    }

    /** Forces what was written and gives the directory back. Idempotent; any thread, once every agent has ended. */
    public void close() {
        try {
            open.close();
        } catch (OperatingFault last) {
            // The log is at its end; what was not forced was never acknowledged.
            mail.faults.offer(last);
        }
    }

    private int work() throws OperatingFault {
        int workCount = forcing.work();
        progressDue |= workCount > 0;
        workCount += takeSupply();
        storeHardState();
        workCount += drain();
        write();
        resetIfDue();
        if (progressDue
                && toConsensus.offer(
                        NodeMail.LOG_PROGRESS, log.lastIndex(), log.forcedIndex(), cutCount, vaultSequence)) {
            progressDue = false;
            workCount++;
        }
        tellBase();
        tellWhetherFull();
        return workCount;
    }

    /**
     * Half of the last segment is kept back from new commands: for what is under way, for the entries of other leaders
     * and for the first entry of a leadership.
     */
    private void tellWhetherFull() {
        boolean isFull = isRefused && !log.isNextPrepared() && log.tailRoomBytes() < log.segmentBytes() / 2;
        if (isFull != isToldFull && toConsensus.offer(NodeMail.DISK_FULL, isFull ? 1 : 0, 0, 0, 0)) {
            isToldFull = isFull;
            notes.diskFull(isFull);
        }
    }

    /** Only with room for the longest mail, asked before each: then each finds its place, and none is ever put back. */
    private int drain() throws OperatingFault {
        int drainedCount = log.hasRoomForBatch() && resetDue == null ? mail.log.drainWhile(handler, DRAIN_COUNT) : 0;
        if (fault != null) {
            throw fault;
        }
        return drainedCount;
    }

    private int takeSupply() throws OperatingFault {
        if (log.isNextPrepared()) {
            return 0;
        }
        int suppliedCount = supply.supplied().drain(this::onSupplied, 1);
        if (fault != null) {
            throw fault;
        }
        if (!isSupplyWanted && !log.isNextPrepared() && clock.nanoTime() - supplyRetryNs >= 0) {
            isSupplyWanted = true;
            supply.want(log.nextPreparation());
            suppliedCount++;
        }
        return suppliedCount;
    }

    private void onSupplied(SupplyAgent.Supplied supplied) {
        isSupplyWanted = false;
        isRefused = supplied.verdict() == PrepareVerdict.NO_SPACE;
        if (isRefused) {
            // What is left of the last segment is used up; then nothing is taken until there is space again.
            supplyRetryNs = clock.nanoTime() + SPACE_RETRY_NS;
            return;
        }
        log.adopt(supplied.preparation());
    }

    private Action onMail(int type, DirectBuffer buffer, int offset, int length) {
        try {
            // Whatever the mail brings depends on the term and vote that were published before it.
            storeHardState();
            switch (type) {
                case NodeMail.COMMAND -> appendEntry(NodeMail.KIND_COMMAND, buffer, offset, length);
                case NodeMail.SESSION_COMMAND -> appendEntry(NodeMail.KIND_SESSION_COMMAND, buffer, offset, length);
                case NodeMail.SESSION_OPEN -> appendEntry(NodeMail.KIND_SESSION_OPEN, buffer, offset, length);
                case NodeMail.MEMBERSHIP -> appendEntry(NodeMail.KIND_MEMBERSHIP, buffer, offset, length);
                case NodeMail.DROP_PREFIX -> dropPrefix(NodeMail.word(buffer, offset, 0));
                case NodeMail.RESET ->
                    reset(new LogPosition(
                            NodeMail.word(buffer, offset, 0),
                            NodeMail.word(buffer, offset, 1),
                            (int) NodeMail.word(buffer, offset, 2),
                            NodeMail.word(buffer, offset, 3)));
                case NodeMail.RECORDS -> appendRecords(buffer, offset, length);
                case NodeMail.NO_OP -> beginLeadership(NodeMail.word(buffer, offset, 0));
                case NodeMail.CUT -> cutFrom(NodeMail.word(buffer, offset, 0));
                default -> throw Invariant.broken("unknown mail to the log: type", type);
            }
        } catch (OperatingFault first) {
            fault = first;
        }
        return fault == null && log.hasRoomForBatch() && resetDue == null ? Action.CONTINUE : Action.BREAK;
    }

    private void storeHardState() throws OperatingFault {
        NodeMail.HardState newest = mail.hardState.get();
        if (newest.sequence() != vaultSequence) {
            open.vault().store(newest.term(), newest.votedFor(), vaultQuarantineOf(newest.quarantine()));
            vaultSequence = newest.sequence();
            progressDue = true;
        }
    }

    private static Quarantine vaultQuarantineOf(dev.steppe.raft.core.track.Quarantine quarantine) {
        return switch (quarantine) {
            case NONE -> Quarantine.NONE;
            case DOUBTFUL -> Quarantine.DOUBTFUL;
            case DAMAGED -> Quarantine.DAMAGED;
            case BLANK -> Quarantine.BLANK;
        };
    }

    private void dropPrefix(long index) throws OperatingFault {
        log.truncatePrefix(index);
        // A new beginning that was not told yet stays one: the core waits for it.
        isBaseNew &= baseDue != null;
        baseDue = log.base();
    }

    private void reset(LogPosition position) throws OperatingFault {
        endLeadership();
        resetDue = position;
        resetIfDue();
    }

    /** The log begins anew in the next segment, which may not be there yet; until then it takes nothing. */
    private void resetIfDue() throws OperatingFault {
        if (resetDue != null && !forcing.isAside() && log.reset(resetDue) == AppendVerdict.APPENDED) {
            resetDue = null;
            cutCount++;
            progressDue = true;
            baseDue = log.base();
            isBaseNew = true;
        }
    }

    private void tellBase() {
        LogPosition base = baseDue;
        if (base != null
                && toConsensus.offer(NodeMail.BASE, base.index(), base.chainCrc(), isBaseNew ? 1 : 0, base.term())) {
            baseDue = null;
        }
    }

    private void beginLeadership(long term) throws OperatingFault {
        write();
        leaderTerm = term;
        anchor.publish(new TimeAnchor(log.logTimeAt(log.lastIndex()), clock.nanoTime(), true));
        appendEntry(NodeMail.KIND_NO_OP, NOTHING, 0, 0);
    }

    private void appendEntry(int kind, DirectBuffer buffer, int offset, int length) throws OperatingFault {
        if (log.batchBytes() == 0) {
            log.beginBatch(leaderTerm, anchor.own().logTimeMs(clock.nanoTime()));
        }
        AppendVerdict verdict = log.appendEntry(kind, buffer, offset, length);
        if (verdict == AppendVerdict.BATCH_FULL) {
            write();
            verdict = log.appendEntry(kind, buffer, offset, length);
        }
        if (verdict != AppendVerdict.APPENDED) {
            throw Invariant.broken("an entry finds no place in the log: " + verdict + ", length", length);
        }
    }

    private void appendRecords(DirectBuffer buffer, int offset, int length) throws OperatingFault {
        if (leaderTerm != 0) {
            endLeadership();
            log.beginRecords();
        }
        AppendVerdict verdict = log.appendRecords(buffer, offset, length);
        if (verdict == AppendVerdict.BATCH_FULL) {
            write();
            verdict = log.appendRecords(buffer, offset, length);
        }
        if (verdict != AppendVerdict.APPENDED) {
            // The core has seen these entries as stored. Going on without them would acknowledge what is not there.
            throw new OperatingFault("the leader's entries do not continue this log behind entry "
                    + log.batchLastIndex() + " (" + verdict + "); compare the two servers' logs");
        }
    }

    private void cutFrom(long index) throws OperatingFault {
        endLeadership();
        AppendVerdict verdict = log.truncateFrom(index);
        if (verdict != AppendVerdict.APPENDED) {
            throw Invariant.broken("a cut finds no place in the log: " + verdict + ", index", index);
        }
        cutCount++;
        progressDue = true;
    }

    private void endLeadership() throws OperatingFault {
        write();
        if (leaderTerm != 0) {
            leaderTerm = 0;
            anchor.publish(new TimeAnchor(log.logTimeAt(log.lastIndex()), 0, false));
        }
    }

    private void write() throws OperatingFault {
        if (log.batchBytes() > 0) {
            forcing.wrote(log.batchBytes());
            log.writeBatch();
            progressDue = true;
        }
    }
}
