package dev.steppe.raft.node.consensus;

import dev.steppe.base.Invariant;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.core.LogShape;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftInput;
import dev.steppe.raft.core.RaftOutput;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.message.MembershipCodec;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.raft.quorum.Membership;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the consensus agent remembers of snapshots between two mails: the one that is being installed, and how much of
 * the log's beginning may go. Owned by the consensus agent.
 */
public final class SnapshotDuty {
    private final RaftConfig.Snapshots policy;
    private final MembershipCodec memberships = new MembershipCodec();
    private @Nullable LogPosition received;
    private boolean keepsSuffix;
    private long prefixIndex;
    private long droppedIndex;

    public SnapshotDuty(RaftConfig.Snapshots policy) {
        this.policy = policy;
    }

    /** A received snapshot stands; the core hears of it next. */
    public void received(LogPosition position) {
        received = position;
    }

    /** The core wishes to have it installed. */
    void installs(RaftOutput output) {
        keepsSuffix = output.installKeepsSuffix();
    }

    /** Whether the log stays as it is under the snapshot that is being installed. */
    boolean keepsSuffix() {
        return keepsSuffix;
    }

    /** Where the log begins anew. */
    public LogPosition position(long index) {
        if (received == null || received.index() != index) {
            throw Invariant.broken("another snapshot than was received is restored: index", index);
        }
        return received;
    }

    /** Snapshots stand for everything up to {@code index}. */
    void prefixMayGo(long index) {
        prefixIndex = index;
    }

    /** Lets go what is neither kept for slow followers nor pinned for learners. */
    public void dropPrefix(RaftCore core, OutputPerformer performer) {
        LogShape shape = core.shape();
        long freeIndex = Math.min(prefixIndex, shape.lastIndex());
        long index = indexBefore(shape, freeIndex, policy.keptBytes());
        if (core.role() == Role.LEADER) {
            long floor = indexBefore(shape, shape.lastIndex(), policy.pinnedMaxBytes());
            for (Membership.Server learner : core.membership().learners()) {
                long neededIndex = Math.max(core.matchIndexOf(learner.memberId()), floor);
                index = Math.min(index, Math.max(neededIndex, 0));
            }
        }
        if (index > droppedIndex && index > shape.baseIndex() && performer.dropPrefix(index)) {
            droppedIndex = index;
        }
    }

    /** The last index so far before {@code index} that about {@code byteCount} bytes of log lie between. */
    private static long indexBefore(LogShape shape, long index, long byteCount) {
        long low = shape.baseIndex();
        long high = index;
        if (byteCount == 0 || high <= low) {
            return high;
        }
        while (low < high) {
            long middle = (low + high + 1) >>> 1;
            if (shape.bytesBetween(middle, index) >= byteCount) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /**
     * Tells {@code arrived} the memberships that the run at {@code startOffset} says; false if one cannot be read. The
     * run has been found whole.
     */
    boolean readMemberships(RaftInput.Arrived arrived, AppendAsk ask, DirectBuffer buffer, int startOffset) {
        int offset = startOffset;
        for (long index = ask.prevIndex() + 1; index <= ask.lastIndex(); index++) {
            int lengthAndKind = buffer.getInt(offset, ByteOrder.LITTLE_ENDIAN);
            int payloadBytes = lengthAndKind & RecordLayout.PAYLOAD_MAX_BYTES;
            if (lengthAndKind >>> 24 == NodeMail.KIND_MEMBERSHIP) {
                Membership membership = memberships.decode(buffer, offset + RecordLayout.HEADER_BYTES, payloadBytes);
                if (membership == null) {
                    return false;
                }
                arrived.with(index, membership);
            }
            offset += RecordLayout.recordBytes(payloadBytes);
        }
        return true;
    }
}
