package dev.steppe.raft.node;

import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftOutput;
import dev.steppe.raft.core.RaftOutput.AppendSource;
import dev.steppe.raft.node.flight.FlightNotes;
import dev.steppe.raft.timing.BroadcastTimer;
import dev.steppe.raft.timing.ElectionTimeoutRule;
import dev.steppe.raft.timing.LatencyWindows;
import dev.steppe.raft.timing.RoundTrips;
import dev.steppe.raft.timing.TimingReport;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the consensus agent measures: append to quorum and round trips while this member leads, pauses of a leader while
 * it follows. Owned by the consensus agent; between two windows it allocates nothing.
 */
final class TimingWatch {
    private final BroadcastTimer timer;
    private final RoundTrips roundTrips = new RoundTrips();
    private final LatencyWindows pauses;
    private final @Nullable ElectionTimeoutRule rule;
    private final FlightNotes notes;
    private long nowNs;
    private long electionMinNs;
    private long heardTerm;
    private long heardNs;
    private long windowOrdinal;
    private long electionCount;

    TimingWatch(RaftConfig.Timing timing, FlightNotes notes) {
        this.notes = notes;
        long lowestNs = TimeUnit.MILLISECONDS.toNanos(timing.electionMinMs());
        long highestNs = TimeUnit.MILLISECONDS.toNanos(timing.electionMaxMs());
        rule = timing.isAutomatic() ? new ElectionTimeoutRule(lowestNs, highestNs) : null;
        electionMinNs = timing.isAutomatic() ? highestNs : lowestNs;
        timer = new BroadcastTimer(electionMinNs, 0);
        pauses = new LatencyWindows(BroadcastTimer.WINDOW_NS, 0);
    }

    /** What follows happens at {@code newNowNs}. */
    void at(long newNowNs) {
        nowNs = newNowNs;
    }

    /** A question of round {@code roundId} leaves for {@code memberId}. */
    void asked(int memberId, long roundId) {
        if (roundId != 0) {
            roundTrips.asked(memberId, roundId, nowNs);
        }
    }

    /** {@code memberId} has answered round {@code roundId}. */
    void answered(int memberId, long roundId) {
        if (roundId != 0) {
            roundTrips.answered(memberId, roundId, nowNs);
        }
    }

    /** The leader of {@code term} has spoken; measures its pause if it spoke before. */
    void leaderHeard(long term) {
        if (term == heardTerm) {
            pauses.record(nowNs - heardNs, nowNs);
        }
        heardTerm = term;
        heardNs = nowNs;
    }

    /** How far {@code memberId} is away. */
    RoundTrips roundTrips() {
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

    /** Chooses a time-out anew from {@code report}, if that is wanted; returns the shortest, in nanoseconds. */
    long chooseElectionMinNs(TimingReport report) {
        if (rule == null) {
            return electionMinNs;
        }
        long chosenNs = rule.chosenNs(electionMinNs, report.broadcast(), pauses.recent(nowNs));
        if (chosenNs != electionMinNs) {
            electionMinNs = chosenNs;
            timer.electionTimeoutNs(chosenNs);
            notes.electionTimeout(chosenNs);
        }
        return electionMinNs;
    }
}
