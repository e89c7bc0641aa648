package dev.steppe.raft.node.consensus;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.ProposalListener;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftInput;
import dev.steppe.raft.core.RaftOutput;
import dev.steppe.raft.core.RaftOutput.AppendSource;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.HashReport;
import dev.steppe.raft.message.RaftMessage.HashVerdict;
import dev.steppe.raft.message.RaftMessage.SnapshotAsk;
import dev.steppe.raft.message.RaftMessage.TimingWord;
import dev.steppe.raft.message.RaftMessageDecoder;
import dev.steppe.raft.node.desk.Desks;
import dev.steppe.raft.node.desk.ProposalDesk;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.raft.node.mail.OperatorRequest;
import dev.steppe.raft.node.mail.SnapshotNews;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.runtime.BelledAgent;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.handover.Doorbell;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.ControlledMessageHandler.Action;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Owns the core. Takes what has arrived, one thing after another, lets the core decide, and has the output performed
 * before it looks at the next. Never waits for a disk or for the state machine.
 */
public final class ConsensusAgent<R> implements BelledAgent {
    private static final int FRAME_COUNT = 64;
    private static final int PROGRESS_COUNT = 64;
    private static final int COMMAND_COUNT = 1 << 10;
    /** How long a leader's last word has to leave before the process ends. */
    private static final long LAST_WORD_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final UnsafeBuffer NOTHING = new UnsafeBuffer(new byte[0]);

    private final RaftCore core;
    private final Parts<R> parts;
    private final NodeClock clock;
    private final StatusBoard board;
    private final RaftOutput output = new RaftOutput();
    private final Inputs inputs = new Inputs();
    private final Consumer<OperatingFault> faultHandler = this::stop;
    private final Consumer<SnapshotNews> newsHandler = this::onNews;
    private final Consumer<OperatorRequest> requestHandler = this::onRequest;
    private final MessageHandler frameHandler = this::onFrame;
    private final MessageHandler progressHandler = this::onProgress;
    private final ControlledMessageHandler commandHandler = this::onCommand;
    private final MessageHandler losingHandler =
            (type, buffer, offset, length) -> lose(type, "this member does not lead; nothing was sent");
    private final MessageHandler refusingHandler =
            (type, buffer, offset, length) -> lose(type, "the disk has no room for the log; nothing was sent");
    private final MessageHandler leavingHandler =
            (type, buffer, offset, length) -> lose(type, "this member hands its office over; nothing was sent");
    private long nowNs;
    private int commandCount;
    private int commandBytes;
    private boolean isStopped;
    private boolean hasToPart;
    private @Nullable Halt halt;

    /** What the agent works with. */
    public record Parts<R>(
            NodeMail mail,
            Desks<R> desks,
            RaftMessageDecoder decoder,
            Outbox outbox,
            OutputPerformer performer,
            TimingWatch watch,
            ElectionPace pace,
            StateWitness witness,
            Changes changes,
            SnapshotDuty snapshots,
            Neighbours neighbours,
            RunCheck runs,
            RunCheck outgoing,
            int batchStopBytes,
            HaltSwitch haltSwitch) {}

    /** Who keeps the links to the other members. Called by this agent. */
    public interface Neighbours {
        /** {@code membership} holds from now on, though it may not be committed yet: whoever is new must be linked. */
        void meet(Membership membership);

        /**
         * {@code membership} is committed: nobody else is needed any more, not even who had to commit its own leave.
         */
        void part(Membership membership);
    }

    /** Why and when the process is to end. */
    private record Halt(int exitCode, String sentence, Throwable cause, long dueNs) {}

    /** Monotonic time from the node's own start, so that it is never negative. */
    public record NodeClock(NanoClock clock, long originNs) {
        long nowNs() {
            return clock.nanoTime() - originNs;
        }

        /** The reading of the clock when {@link #nowNs} will be {@code nodeNs}. */
        long readingAt(long nodeNs) {
            return originNs + nodeNs;
        }
    }

    /** Inputs that are filled again and again. */
    private static final class Inputs {
        private final RaftInput.Arrived arrived = new RaftInput.Arrived(new AppendAsk());
        private final RaftInput.Forced forced = new RaftInput.Forced();
        private final RaftInput.Proposed proposed = new RaftInput.Proposed();
        private final RaftInput.ReadAsked readAsked = new RaftInput.ReadAsked();
    }

    public ConsensusAgent(RaftCore core, Parts<R> parts, NodeClock clock, StatusBoard board) {
        this.core = core;
        this.parts = parts;
        this.clock = clock;
        this.board = board;
    }

    @Override
    public int doWork() {
        nowNs = clock.nowNs();
        if (isStopped) {
            return finish();
        }
        parts.watch().at(nowNs);
        int workCount = parts.mail().faults.drain(faultHandler, 1);
        if (isStopped) {
            return workCount;
        }
        workCount += parts.mail().progress.drain(progressHandler, PROGRESS_COUNT);
        workCount += parts.mail().frames.drain(frameHandler, FRAME_COUNT);
        if (isStopped) {
            return workCount;
        }
        workCount += parts.mail().news.drain(newsHandler, PROGRESS_COUNT);
        workCount += parts.mail().requests.drain(requestHandler, 1);
        workCount += takeReads();
        workCount += takeCommands();
        if (nowNs >= core.nextDeadlineNs()) {
            step(RaftInput.Passed.TIME);
            workCount++;
        }
        parts.performer().tellApply(core);
        keepPace(parts.pace().look(core, nowNs));
        parts.outbox().flush();
        board.publish(core, nowNs, workCount == 0);
        return workCount;
    }

    /** What is left to do after a fault. */
    private int finish() {
        parts.performer().areRolesTold();
        Halt due = halt;
        if (due != null && nowNs >= due.dueNs()) {
            halt = null;
            parts.haltSwitch().halt(due.exitCode(), due.sentence(), due.cause());
        }
        return parts.desks().proposals().drain(losingHandler, COMMAND_COUNT);
    }

    private void keepPace(@Nullable RaftInput chosen) {
        if (chosen != null) {
            step(chosen);
            parts.watch().electionTimeoutNs(core.electionMinNs());
        }
    }

    @Override
    public void onClose() {
        close();
    }

    @Override
    public Doorbell doorbell() {
        return parts.mail().consensusBell;
    }

    @Override
    public String roleName() {
        return "consensus";
    }

    /** When this agent must have a turn although nothing arrives, as a reading of the clock. */
    public long nextDeadlineNs() {
        Halt due = halt;
        if (due != null) {
            return clock.readingAt(due.dueNs());
        }
        return isStopped ? Long.MAX_VALUE : clock.readingAt(core.nextDeadlineNs());
    }

    public void close() {
        parts.outbox().close();
        parts.changes().abandon("this member was closed before the outcome was known");
        if (!isStopped) {
            isStopped = true;
            board.stopped(core);
        }
    }

    private void step(RaftInput input) {
        step(input, NOTHING, 0, 0);
    }

    private void step(RaftInput input, DirectBuffer records, int recordsOffset, int recordsBytes) {
        core.step(input, nowNs, output);
        parts.performer().perform(output, core, records, recordsOffset, recordsBytes);
        parts.watch().stepped(output, core);
        parts.changes().stepped(output, core);
        if (output.membershipChanged() || (output.roleChanged() && core.role() == Role.LEADER)) {
            parts.neighbours().meet(core.membership());
        }
        if (output.membershipChanged()) {
            parts.watch().membershipChanged(core);
            hasToPart = true;
        }
        if (hasToPart && core.commitIndex() >= core.membershipIndex()) {
            hasToPart = false;
            parts.neighbours().part(core.membership());
        }
        if (output.roleChanged() || output.membershipChanged()) {
            board.roleChanged(core);
        }
    }

    private void onFrame(int type, DirectBuffer buffer, int offset, int length) {
        if (isStopped) {
            return;
        }
        RaftMessageDecoder decoder = parts.decoder();
        boolean isDecoded = decoder.decode(buffer, offset, length) == RaftMessageDecoder.Verdict.DECODED;
        // A peer speaks for itself only; the type of a frame is its id.
        if (!isDecoded || decoder.message().fromMember() != type) {
            parts.mail().droppedFrameCount.incrementAndGet();
            return;
        }
        if (decoder.message() instanceof AppendAsk ask && ask.entryCount() > 0) {
            onRun(ask, buffer, decoder.bytesOffset());
        } else if (decoder.message() instanceof SnapshotAsk ask) {
            onPiece(ask, buffer, offset, length);
        } else if (decoder.message() instanceof HashReport report) {
            haltIf(parts.witness().onReport(report, core));
        } else if (decoder.message() instanceof HashVerdict verdict) {
            haltIf(parts.witness().onVerdict(verdict, core));
        } else if (decoder.message() instanceof TimingWord word) {
            keepPace(parts.pace().onWord(word, core));
        } else {
            step(inputs.arrived.set(decoder.message()));
        }
        watchPeer(decoder.message());
    }

    private void watchPeer(RaftMessage message) {
        if (message instanceof AppendReply reply && core.role() == Role.LEADER) {
            parts.watch().answered(reply.fromMember(), reply.roundId());
        }
    }

    private void onRun(AppendAsk ask, DirectBuffer buffer, int offset) {
        long readableIndex = parts.outbox().readableIndex();
        if (!parts.performer().hasRoomInLog(ask.entryBytes())
                || !parts.runs().isTakeable(ask, buffer, offset, core.shape(), readableIndex)) {
            parts.mail().droppedFrameCount.incrementAndGet();
            return;
        }
        RaftInput.Arrived arrived = inputs.arrived.set(ask);
        if (parts.runs().membershipCount() > 0 && !parts.snapshots().readMemberships(arrived, ask, buffer, offset)) {
            parts.mail().droppedFrameCount.incrementAndGet();
            return;
        }
        step(arrived, buffer, offset, ask.entryBytes());
        if (output.appendSource() == AppendSource.ARRIVED) {
            parts.runs().handed(ask.lastIndex());
        }
    }

    private void onProgress(int type, DirectBuffer buffer, int offset, int length) {
        if (isStopped) {
            return;
        }
        long first = NodeMail.word(buffer, offset, 0);
        long second = NodeMail.word(buffer, offset, 1);
        if (type == NodeMail.APPLIED) {
            board.applied(first, second);
            return;
        }
        if (type == NodeMail.STATE_MARK) {
            haltIf(parts.witness().marked(first, second, core));
            return;
        }
        if (type == NodeMail.DISK_FULL) {
            onDiskFull(first != 0);
            return;
        }
        if (type == NodeMail.BASE) {
            onBase(first, (int) second, NodeMail.word(buffer, offset, 2) != 0);
            return;
        }
        if (type == NodeMail.RESTORED) {
            onRestored(first);
            return;
        }
        long cutCount = NodeMail.word(buffer, offset, 2);
        long vaultSequence = NodeMail.word(buffer, offset, 3);
        Outbox outbox = parts.outbox();
        boolean isVaultNews = vaultSequence > outbox.vaultForced();
        outbox.vaultForced(vaultSequence);
        if (cutCount == core.cutCount()) {
            outbox.readable(first);
        }
        // Before anything new is put: messages to one follower keep their order.
        outbox.release(core);
        if (isVaultNews) {
            step(new RaftInput.VaultForced(vaultSequence));
        }
        if (cutCount == core.cutCount() && second > core.forcedIndex()) {
            step(inputs.forced.set(second, cutCount));
        }
    }

    private void onPiece(SnapshotAsk ask, DirectBuffer buffer, int offset, int length) {
        step(inputs.arrived.set(ask));
        if (output.storesChunk() && !parts.mail().chunks.offer(1, buffer, offset, length)) {
            step(new RaftInput.ChunkStored(ask.snapshotIndex(), ask.offsetBytes()));
        }
        if (output.installIndex() != 0) {
            parts.snapshots().installs(output);
        }
    }

    private void onNews(SnapshotNews news) {
        if (isStopped) {
            return;
        }
        if (news instanceof SnapshotNews.Received received) {
            parts.snapshots().received(received.position());
        } else if (news instanceof SnapshotNews.Prefix prefix) {
            parts.snapshots().prefixMayGo(prefix.index());
        } else if (news instanceof SnapshotNews.Input input) {
            step(input.input());
            if (output.installIndex() != 0) {
                parts.snapshots().installs(output);
            }
        }
        parts.snapshots().dropPrefix(core, parts.performer());
    }

    /** The state is that of the snapshot; now the log has to follow, unless it goes on where it is. */
    private void onRestored(long index) {
        parts.performer().restored(index);
        if (parts.snapshots().keepsSuffix()) {
            step(new RaftInput.Installed(index));
        } else {
            parts.performer().reset(parts.snapshots().position(index));
        }
    }

    private void onBase(long index, int chainCrc, boolean isNew) {
        parts.runs().base(index, chainCrc);
        parts.outgoing().base(index, chainCrc);
        if (isNew) {
            parts.outbox().readable(index);
            step(new RaftInput.Installed(index));
        } else if (index <= core.snapshotIndex()) {
            step(new RaftInput.Compacted(index));
        }
    }

    private void onDiskFull(boolean isFull) {
        board.diskFull(isFull);
        if (isFull && core.role() == Role.LEADER && core.membership().voterCount() > 1) {
            // Whoever has most of the log takes over; if its disk is full as well, it keeps the office.
            step(new RaftInput.TransferAsked(0));
        }
    }

    private void onRequest(OperatorRequest request) {
        RaftInput input = parts.changes().inputOf(request, core);
        if (input != null) {
            step(input);
        }
    }

    private int takeReads() {
        int batchId = parts.desks().reads().collect();
        if (batchId < 0) {
            return 0;
        }
        step(inputs.readAsked.set(batchId));
        return 1;
    }

    private int takeCommands() {
        ProposalDesk<R> desk = parts.desks().proposals();
        if (core.role() != Role.LEADER) {
            return desk.drain(losingHandler, COMMAND_COUNT);
        }
        if (core.transferTargetId() != 0) {
            return desk.drain(leavingHandler, COMMAND_COUNT);
        }
        if (board.isDiskFull()) {
            return desk.drain(refusingHandler, COMMAND_COUNT);
        }
        commandCount = 0;
        commandBytes = 0;
        if (hasRoomForCommand() && parts.performer().areRolesTold()) {
            desk.drainWhile(commandHandler, COMMAND_COUNT);
        }
        if (commandCount > 0) {
            // Its indexes were given away above: while this member leads and does not leave, the core takes them all.
            step(inputs.proposed.set(commandCount, commandBytes));
        }
        return commandCount;
    }

    private boolean hasRoomForCommand() {
        return commandBytes < parts.batchStopBytes() && parts.performer().hasRoomInLog(board.maxEntryBytes());
    }

    private Action onCommand(int type, DirectBuffer buffer, int offset, int length) {
        int kind = parts.desks().proposals().kind(type - 1);
        parts.performer().passCommand(kind, buffer, offset, length);
        commandCount++;
        commandBytes += RecordLayout.recordBytes(length);
        parts.performer().expect(type - 1, core.shape().lastIndex() + commandCount, core.term());
        return hasRoomForCommand() ? Action.CONTINUE : Action.BREAK;
    }

    private void lose(int type, String reason) {
        ProposalListener<R> listener = parts.desks().proposals().take(type - 1);
        if (listener != null) {
            listener.onLost(reason);
        }
    }

    private void haltIf(@Nullable String sentence) {
        if (sentence != null && !isStopped) {
            stop(HaltSwitch.BROKEN, sentence, Invariant.broken("the replicas' states differ", sentence));
        }
    }

    /** The disk has failed. */
    private void stop(OperatingFault fault) {
        stop(HaltSwitch.FAULT, "the log is given up: " + fault.getMessage(), fault);
    }

    /** A leader first asks another to lead. Then say nothing more, let nobody wait, and halt. */
    private void stop(int exitCode, String sentence, Throwable cause) {
        boolean isLastWordDue = core.role() == Role.LEADER && core.membership().voterCount() > 1;
        if (core.role() == Role.LEADER) {
            step(RaftInput.Resigned.FOR_GOOD);
        }
        parts.outbox().flush();
        isStopped = true;
        parts.desks().proposals().close();
        parts.desks().reads().close();
        parts.changes().abandon("this member has stopped after a fault");
        parts.performer().stop(core);
        board.stopped(core);
        if (isLastWordDue) {
            halt = new Halt(exitCode, sentence, cause, nowNs + LAST_WORD_NS);
        } else {
            parts.haltSwitch().halt(exitCode, sentence, cause);
        }
    }
}
