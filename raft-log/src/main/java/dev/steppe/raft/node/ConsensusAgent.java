package dev.steppe.raft.node;

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
import dev.steppe.raft.message.RaftMessageDecoder;
import dev.steppe.runtime.BelledAgent;
import dev.steppe.runtime.Doorbell;
import dev.steppe.runtime.HaltSwitch;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.ControlledMessageHandler.Action;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Owns the core. Takes what has arrived, one thing after another, lets the core decide, and has the output performed
 * before it looks at the next. Never waits for a disk or for the state machine.
 */
final class ConsensusAgent<R> implements BelledAgent {
    private static final int FRAME_COUNT = 64;
    private static final int PROGRESS_COUNT = 64;
    private static final int COMMAND_COUNT = 1 << 10;
    private static final UnsafeBuffer NOTHING = new UnsafeBuffer(new byte[0]);

    private final RaftCore core;
    private final Parts<R> parts;
    private final NodeClock clock;
    private final StatusBoard board;
    private final RaftOutput output = new RaftOutput();
    private final Inputs inputs = new Inputs();
    private final Consumer<OperatingFault> faultHandler = this::stop;
    private final MessageHandler frameHandler = this::onFrame;
    private final MessageHandler progressHandler = this::onProgress;
    private final ControlledMessageHandler commandHandler = this::onCommand;
    private final MessageHandler losingHandler =
            (type, buffer, offset, length) -> lose(type, "this member does not lead; nothing was sent");
    private final MessageHandler refusingHandler =
            (type, buffer, offset, length) -> lose(type, "the disk has no room for the log; nothing was sent");
    private long nowNs;
    private int commandCount;
    private int commandBytes;
    private boolean isStopped;

    /** What the agent works with. */
    record Parts<R>(
            NodeMail mail,
            ApplyAgent.Desks<R> desks,
            RaftMessageDecoder decoder,
            Outbox outbox,
            OutputPerformer performer,
            TimingWatch watch,
            RunCheck runs,
            int batchStopBytes,
            HaltSwitch haltSwitch) {}

    /** Monotonic time from the node's own start, so that it is never negative. */
    record NodeClock(NanoClock clock, long originNs) {
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

    ConsensusAgent(RaftCore core, Parts<R> parts, NodeClock clock, StatusBoard board) {
        this.core = core;
        this.parts = parts;
        this.clock = clock;
        this.board = board;
    }

    @Override
    public int doWork() {
        if (isStopped) {
            return parts.desks().proposals().drain(losingHandler, COMMAND_COUNT);
        }
        nowNs = clock.nowNs();
        parts.watch().at(nowNs);
        int workCount = parts.mail().faults.drain(faultHandler, 1);
        if (isStopped) {
            return workCount;
        }
        workCount += parts.mail().progress.drain(progressHandler, PROGRESS_COUNT);
        workCount += parts.mail().frames.drain(frameHandler, FRAME_COUNT);
        workCount += takeReads();
        workCount += takeCommands();
        if (nowNs >= core.nextDeadlineNs()) {
            step(RaftInput.Passed.TIME);
            workCount++;
        }
        parts.performer().tellApply(core);
        board.publish(core, nowNs, workCount == 0);
        return workCount;
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
    long nextDeadlineNs() {
        return isStopped ? Long.MAX_VALUE : clock.readingAt(core.nextDeadlineNs());
    }

    void close() {
        parts.outbox().close();
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
        if (output.roleChanged()) {
            board.roleChanged(core);
        }
    }

    private void onFrame(int type, DirectBuffer buffer, int offset, int length) {
        RaftMessageDecoder decoder = parts.decoder();
        boolean isDecoded = decoder.decode(buffer, offset, length) == RaftMessageDecoder.Verdict.DECODED;
        // A peer speaks for itself only; the type of a frame is its id.
        if (!isDecoded || decoder.message().fromMember() != type) {
            parts.mail().droppedFrameCount.incrementAndGet();
            return;
        }
        if (decoder.message() instanceof AppendAsk ask && ask.entryCount() > 0) {
            onRun(ask, buffer, decoder.bytesOffset());
        } else {
            step(inputs.arrived.set(decoder.message()));
        }
        watchPeer(decoder.message());
    }

    private void watchPeer(RaftMessage message) {
        if (message instanceof AppendReply reply && core.role() == Role.LEADER) {
            parts.watch().answered(reply.fromMember(), reply.roundId());
        } else if (message instanceof AppendAsk ask && core.leaderId() == ask.fromMember()) {
            parts.watch().leaderHeard(core.term());
        }
    }

    private void onRun(AppendAsk ask, DirectBuffer buffer, int offset) {
        long readableIndex = parts.outbox().readableIndex();
        if (!parts.performer().hasRoomInLog(ask.entryBytes())
                || !parts.runs().isTakeable(ask, buffer, offset, core.shape(), readableIndex)) {
            parts.mail().droppedFrameCount.incrementAndGet();
            return;
        }
        step(inputs.arrived.set(ask), buffer, offset, ask.entryBytes());
        if (output.appendSource() == AppendSource.ARRIVED) {
            parts.runs().handed(ask.lastIndex());
        }
    }

    private void onProgress(int type, DirectBuffer buffer, int offset, int length) {
        long first = NodeMail.word(buffer, offset, 0);
        long second = NodeMail.word(buffer, offset, 1);
        if (type == NodeMail.APPLIED) {
            board.applied(first, second);
            return;
        }
        if (type == NodeMail.DISK_FULL) {
            board.diskFull(first != 0);
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
        if (board.isDiskFull()) {
            return desk.drain(refusingHandler, COMMAND_COUNT);
        }
        commandCount = 0;
        commandBytes = 0;
        if (hasRoomForCommand()) {
            desk.drainWhile(commandHandler, COMMAND_COUNT);
        }
        if (commandCount > 0) {
            // Its indexes were given away above: while this member leads, the core takes every proposal.
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

    /** The disk has failed: say nothing more, let nobody wait, then halt. */
    private void stop(OperatingFault fault) {
        isStopped = true;
        parts.desks().proposals().close();
        parts.desks().reads().close();
        parts.performer().stop(core);
        board.stopped(core);
        parts.haltSwitch().halt(HaltSwitch.FAULT, "the log is given up: " + fault.getMessage(), fault);
    }
}
