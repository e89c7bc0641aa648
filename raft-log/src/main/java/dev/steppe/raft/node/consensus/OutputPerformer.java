package dev.steppe.raft.node.consensus;

import dev.steppe.base.Invariant;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftOutput;
import dev.steppe.raft.core.RaftOutput.AppendSource;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.message.MembershipCodec;
import dev.steppe.raft.node.mail.MailPen;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.raft.node.mail.SnapshotWish;
import dev.steppe.raft.quorum.Membership;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Carries out what one step of the core wishes, part by part in their order: vault, log, messages, apply, answers.
 * Owned by the consensus agent.
 */
public final class OutputPerformer {
    private final NodeMail mail;
    private final Outbox outbox;
    private final MailPen toLog;
    private final MailPen toApply;
    private final RoleNews roles;
    private final MembershipCodec memberships = new MembershipCodec();
    private final UnsafeBuffer membershipBytes = new UnsafeBuffer(new byte[MembershipCodec.BYTES_MAX]);
    private boolean leads;
    private long noOpIndex;
    private long toldApplyIndex;

    public OutputPerformer(NodeMail mail, Outbox outbox) {
        this.mail = mail;
        this.outbox = outbox;
        toLog = new MailPen(mail.log);
        toApply = new MailPen(mail.apply);
        roles = new RoleNews(toApply);
    }

    /** Whether the log's box surely takes a mail of {@code length} bytes and leaves room for every mail of numbers. */
    boolean hasRoomInLog(int length) {
        return mail.log.waitingBytes() + 2L * length < 4L * mail.log.messageMaxBytes();
    }

    /** Hands a command to the log, where it takes the next index; only after {@link #hasRoomInLog}. */
    void passCommand(int kind, DirectBuffer buffer, int offset, int length) {
        int type = switch (kind) {
            case NodeMail.KIND_COMMAND -> NodeMail.COMMAND;
            case NodeMail.KIND_SESSION_OPEN -> NodeMail.SESSION_OPEN;
            case NodeMail.KIND_SESSION_COMMAND -> NodeMail.SESSION_COMMAND;
            default -> throw Invariant.broken("nobody proposes entries of this kind", kind);
        };
        if (!mail.log.offer(type, buffer, offset, length)) {
            throw Invariant.broken("the log's mailbox is full: length, waiting bytes", length, mail.log.waitingBytes());
        }
    }

    /** Tells the apply agent who waits for the entry at {@code index}. */
    public void expect(int seatId, long index, long term) {
        toApply.send(NodeMail.EXPECT, seatId, index, term);
    }

    /** Carries out {@code output}; the records of an arrived run stand at {@code recordsOffset} of {@code records}. */
    public void perform(RaftOutput output, RaftCore core, DirectBuffer records, int recordsOffset, int recordsBytes) {
        if (output.hardSequence() != 0) {
            mail.hardState.publish(new NodeMail.HardState(
                    output.hardSequence(), output.hardTerm(), output.hardVotedFor(), output.hardQuarantine()));
        }
        if (output.cutFromIndex() != 0) {
            toLog.send(NodeMail.CUT, output.cutFromIndex(), 0, 0);
            outbox.readable(Math.min(outbox.readableIndex(), output.cutFromIndex() - 1));
        }
        if (output.appendSource() == AppendSource.ARRIVED) {
            passRecords(output.skipCount(), records, recordsOffset, recordsBytes);
        } else if (output.appendSource() == AppendSource.NO_OP) {
            noOpIndex = output.appendFirstIndex();
            toLog.send(NodeMail.NO_OP, output.appendTerm(), 0, 0);
        } else if (output.appendSource() == AppendSource.MEMBERSHIP) {
            passMembership(output.appendMembership());
        }
        if (output.installIndex() != 0) {
            wish(new SnapshotWish.Restore(output.installIndex()));
        }
        for (int i = 0; i < output.messageCount(); i++) {
            outbox.put(output.message(i), core);
        }
        tellApply(core);
        if (output.roleChanged()) {
            tellRole(core, output.cutFromIndex());
        }
        for (int i = 0; i < output.readCount(); i++) {
            toApply.send(NodeMail.READ, output.readId(i), output.readIndex(i), 0);
        }
    }

    /** Lets the apply agent go on as far as entries are committed and can be read here. */
    void tellApply(RaftCore core) {
        if (!roles.isTold()) {
            return;
        }
        long applicable = Math.min(core.commitIndex(), outbox.readableIndex());
        boolean hasRoom = mail.apply.waitingBytes() < mail.apply.messageMaxBytes();
        if (applicable > toldApplyIndex && hasRoom) {
            toApply.send(NodeMail.APPLY, applicable, 0, 0);
            toldApplyIndex = applicable;
        }
    }

    /** The state was restored up to {@code index}, and the log goes on behind it. */
    public void restored(long index) {
        toldApplyIndex = Math.max(toldApplyIndex, index);
    }

    /** Lets the log give up whole segments up to {@code index}; false if there is no room for the mail now. */
    public boolean dropPrefix(long index) {
        return toLog.offer(NodeMail.DROP_PREFIX, index, 0, 0, 0);
    }

    /** Has the log begin anew behind {@code position}. */
    public void reset(LogPosition position) {
        if (!toLog.offer(
                NodeMail.RESET, position.index(), position.term(), position.chainCrc(), position.logTimeMs())) {
            throw Invariant.broken("the log's mailbox is full: waiting bytes", mail.log.waitingBytes());
        }
    }

    private void passMembership(Membership membership) {
        int length = memberships.encode(membership, membershipBytes, 0);
        if (!mail.log.offer(NodeMail.MEMBERSHIP, membershipBytes, 0, length)) {
            throw Invariant.broken("the log's mailbox is full: length, waiting bytes", length, mail.log.waitingBytes());
        }
    }

    private void wish(SnapshotWish wish) {
        if (!mail.wishes.offer(wish)) {
            throw Invariant.broken("too many wishes for snapshots: waiting", mail.wishes.waitingCount());
        }
    }

    /** This member has stopped for good: nobody may wait for it. */
    public void stop(RaftCore core) {
        outbox.silence();
        roles.abandonBehind(core.commitIndex());
        roles.follows(core.term(), -1);
    }

    /** Tells the apply agent of offices what it could not be told before; whether that was all. */
    boolean areRolesTold() {
        return roles.isTold();
    }

    private void tellRole(RaftCore core, long cutFromIndex) {
        boolean leadsNow = core.role() == Role.LEADER;
        if (leads && !leadsNow) {
            // One word of a new leader may end a leadership, replace its entries and commit what replaces them.
            long ownIndex = cutFromIndex == 0 ? Long.MAX_VALUE : cutFromIndex - 1;
            roles.abandonBehind(Math.min(core.commitIndex(), ownIndex));
        }
        leads = leadsNow;
        if (leadsNow) {
            roles.leads(core.term(), core.leaderId(), noOpIndex);
        } else {
            roles.follows(core.term(), core.leaderId());
        }
    }

    private void passRecords(int skipCount, DirectBuffer records, int recordsOffset, int recordsBytes) {
        int offset = recordsOffset;
        for (int i = 0; i < skipCount; i++) {
            offset += recordBytesAt(records, offset);
        }
        int length = recordsOffset + recordsBytes - offset;
        if (!mail.log.offer(NodeMail.RECORDS, records, offset, length)) {
            throw Invariant.broken("the log's mailbox is full: length, waiting bytes", length, mail.log.waitingBytes());
        }
    }

    private static int recordBytesAt(DirectBuffer records, int offset) {
        int payloadBytes = records.getInt(offset, ByteOrder.LITTLE_ENDIAN) & RecordLayout.PAYLOAD_MAX_BYTES;
        return RecordLayout.recordBytes(payloadBytes);
    }
}
