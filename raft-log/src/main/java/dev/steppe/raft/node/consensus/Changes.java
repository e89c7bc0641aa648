package dev.steppe.raft.node.consensus;

import dev.steppe.raft.api.ChangeListener;
import dev.steppe.raft.api.MembershipChange;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftInput;
import dev.steppe.raft.core.RaftOutput;
import dev.steppe.raft.core.RaftOutput.MembershipVerdict;
import dev.steppe.raft.core.RaftOutput.TransferEnd;
import dev.steppe.raft.core.RaftOutput.TransferVerdict;
import dev.steppe.raft.node.mail.OperatorRequest;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.timing.RoundTrips;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What operators have asked for and not been told the end of: at most one change of membership and one transfer of the
 * leadership. Owned by the consensus agent.
 */
public final class Changes {
    private final RoundTrips roundTrips;
    private final long voterRoundTripMaxMs;
    private @Nullable Pending pending;
    private @Nullable ChangeListener transfer;
    private @Nullable OperatorRequest asked;

    /** A membership that is in the log and not committed. */
    private record Pending(long index, long term, ChangeListener listener) {}

    public Changes(RoundTrips roundTrips, long voterRoundTripMaxMs) {
        this.roundTrips = roundTrips;
        this.voterRoundTripMaxMs = voterRoundTripMaxMs;
    }

    /** The input that asks the core for it; null if it was refused here. */
    @Nullable
    RaftInput inputOf(OperatorRequest request, RaftCore core) {
        if (request instanceof OperatorRequest.ToTransfer toTransfer) {
            asked = request;
            return new RaftInput.TransferAsked(toTransfer.targetId());
        }
        MembershipChange change = ((OperatorRequest.ToMembership) request).change();
        if (change instanceof MembershipChange.Promote promote && isFar(promote.memberId())) {
            request.listener()
                    .onRefused("member " + promote.memberId() + " is more than " + voterRoundTripMaxMs
                            + " ms away, and every commit might wait for it; the options can allow that");
            return null;
        }
        try {
            RaftInput input = new RaftInput.MembershipAsked(next(core.membership(), change));
            asked = request;
            return input;
        } catch (IllegalArgumentException | IndexOutOfBoundsException refusal) {
            request.listener().onRefused("no such step from " + core.membership() + ": " + refusal.getMessage());
            return null;
        }
    }

    /** Looks at a step of the core: whoever waits for something that it brought is told. */
    void stepped(RaftOutput output, RaftCore core) {
        OperatorRequest request = asked;
        asked = null;
        if (request != null && output.membershipVerdict() != MembershipVerdict.NONE) {
            began(output, core, request.listener());
        } else if (request != null && output.transferVerdict() == TransferVerdict.ACCEPTED) {
            transfer = request.listener();
        } else if (request != null) {
            request.listener().onRefused("the office cannot be handed over now: " + output.transferVerdict());
        }
        if (transfer != null && output.transferEnd() != TransferEnd.NONE) {
            ChangeListener listener = transfer;
            transfer = null;
            if (output.transferEnd() == TransferEnd.HANDED_OVER) {
                listener.onDone();
            } else {
                listener.onRefused("the target did not take over in time");
            }
        }
        if (pending != null) {
            end(pending, core);
        }
    }

    /** Nobody may wait any longer. */
    void abandon(String reason) {
        if (pending != null) {
            pending.listener().onUnknown(reason);
        }
        if (transfer != null) {
            transfer.onUnknown(reason);
        }
        pending = null;
        transfer = null;
    }

    private void began(RaftOutput output, RaftCore core, ChangeListener listener) {
        if (output.membershipVerdict() == MembershipVerdict.ACCEPTED) {
            pending = new Pending(output.appendLastIndex(), core.term(), listener);
        } else {
            listener.onRefused("the membership cannot be changed so now: " + output.membershipVerdict());
        }
    }

    private void end(Pending change, RaftCore core) {
        boolean isOfThisTerm =
                core.shape().has(change.index(), change.term()) || core.shape().baseIndex() >= change.index();
        if (core.commitIndex() >= change.index() && isOfThisTerm) {
            pending = null;
            change.listener().onDone();
        } else if (core.role() != Role.LEADER || core.term() != change.term()) {
            pending = null;
            change.listener().onUnknown("this member lost the leadership before a majority had answered");
        }
    }

    private boolean isFar(int memberId) {
        boolean isLimited = voterRoundTripMaxMs < TimeUnit.NANOSECONDS.toMillis(Long.MAX_VALUE);
        return isLimited
                && memberId > 0
                && memberId <= Membership.MEMBER_ID_MAX
                && roundTrips.verdict(memberId, TimeUnit.MILLISECONDS.toNanos(voterRoundTripMaxMs))
                        == RoundTrips.Verdict.FAR;
    }

    private static Membership next(Membership now, MembershipChange change) {
        if (change instanceof MembershipChange.AddLearner add) {
            return now.withLearner(add.server());
        } else if (change instanceof MembershipChange.Promote promote) {
            return now.promoted(promote.memberId());
        } else if (change instanceof MembershipChange.Demote demote) {
            return now.demoted(demote.memberId());
        }
        return now.without(((MembershipChange.Remove) change).memberId());
    }
}
