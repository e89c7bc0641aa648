package dev.steppe.raft.node.consensus;

import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftOutput;
import dev.steppe.raft.core.RaftOutput.AppendSource;
import dev.steppe.raft.node.flight.FlightNotes;
import dev.steppe.raft.timing.BroadcastTimer;
import dev.steppe.raft.timing.RoundTrips;
import dev.steppe.raft.timing.TimingReport;
import java.util.concurrent.TimeUnit;

/**
 * What the consensus agent measures: append to quorum and round trips while this member leads. Owned by the consensus
 * agent; between two windows it allocates nothing.
 */
public final class TimingWatch {
    private final BroadcastTimer timer;
    private final RoundTrips roundTrips = new RoundTrips();
    private final FlightNotes notes;
    private long nowNs;
    private long windowOrdinal;
    private long electionCount;

    public TimingWatch(RaftConfig.Timing timing, FlightNotes notes) {
        this.notes = notes;
        long firstMs = timing.isAutomatic() ? timing.electionMaxMs() : timing.electionMinMs();
        timer = new BroadcastTimer(TimeUnit.MILLISECONDS.toNanos(firstMs), 0);
    }

    /** What follows happens at {@code newNowNs}. */
    public void at(long newNowNs) {
        nowNs = newNowNs;
    }

    /** A question of round {@code roundId} leaves for {@code memberId}. */
    public void asked(int memberId, long roundId) {
        if (roundId != 0) {
            roundTrips.asked(memberId, roundId, nowNs);
        }
    }

    /** {@code memberId} has answered round {@code roundId}. */
    public void answered(int memberId, long roundId) {
        if (roundId != 0) {
            roundTrips.answered(memberId, roundId, nowNs);
        }
    }

    /** How far {@code memberId} is away. */
    public RoundTrips roundTrips() {
        return roundTrips;
    }

    /** Takes what a leader appended and committed in one step. */
    void stepped(RaftOutput output, RaftCore core) {
        boolean leads = core.role() == Role.LEADER;
        boolean isOwnAppend =
                output.appendSource() != AppendSource.NONE && output.appendSource() != AppendSource.ARRIVED;
        if (leads && isOwnAppend) {
            timer.appended(output.appendLastIndex(), nowNs);
        }
        if (leads && output.applyUpTo() != 0) {
            timer.committed(output.applyUpTo(), nowNs);
        }
        if (output.roleChanged()) {
            roleChanged(core);
        }
    }

    /** The shortest election time-out is {@code shortestNs} from now on. */
    void electionTimeoutNs(long shortestNs) {
        timer.electionTimeoutNs(shortestNs);
        notes.electionTimeout(shortestNs);
    }

    /** The membership in force is another. */
    void membershipChanged(RaftCore core) {
        notes.membership(core.membershipIndex(), core.membership().toString());
    }

    private void roleChanged(RaftCore core) {
        if (core.role() != Role.LEADER) {
            timer.leadershipEnded();
            roundTrips.leadershipEnded();
        }
        timer.leaderLosses(core.leaderLossCount());
        notes.leadership(core.term(), core.leaderId(), core.role().name());
        if (core.electionCount() != electionCount) {
            electionCount = core.electionCount();
            notes.election(core.term(), electionCount);
        }
    }

    /** What was measured lately. Allocates; for a status. */
    TimingReport report() {
        long ordinal = timer.windowOrdinal(nowNs);
        if (ordinal != windowOrdinal) {
            windowOrdinal = ordinal;
            notes.broadcast(timer.lastEnded(nowNs));
        }
        return timer.report(nowNs);
    }
}
