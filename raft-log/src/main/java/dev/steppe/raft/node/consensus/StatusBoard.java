package dev.steppe.raft.node.consensus;

import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.api.RaftStatus;
import dev.steppe.raft.api.RaftStatus.Broadcast;
import dev.steppe.raft.api.RaftStatus.Durability;
import dev.steppe.raft.api.RaftStatus.GroupStatus;
import dev.steppe.raft.api.RaftStatus.Indexes;
import dev.steppe.raft.api.RaftStatus.Role;
import dev.steppe.raft.api.RaftStatus.TimingStatus;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.timing.Latency;
import dev.steppe.raft.timing.TimingReport;
import dev.steppe.runtime.handover.Published;
import java.util.concurrent.TimeUnit;

/**
 * What others see of this member. Written by the consensus agent; a new picture is made when the role changes, when the
 * agent has nothing to do, and else once per millisecond, so that pictures are no garbage per command.
 */
public final class StatusBoard {
    private static final long PICTURE_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long TIMING_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private final RaftConfig config;
    private final Durability durability;
    private final TimingWatch watch;
    private final Published<RaftStatus> published;
    private volatile boolean leads;
    private volatile boolean isDiskFull;
    private TimingReport timing;
    private long timingNs;
    private long pictureNs;
    private long appliedIndex;
    private long stateHash;
    private boolean isStopped;

    public StatusBoard(RaftConfig config, Durability durability, TimingWatch watch, RaftCore core, long stateHash) {
        this.config = config;
        this.durability = durability;
        this.watch = watch;
        this.stateHash = stateHash;
        timing = watch.report();
        published = new Published<>(picture(core));
    }

    /** The newest picture. Any thread. */
    public RaftStatus status() {
        return published.get();
    }

    /** Whether this member leads, as of its last step. Any thread. */
    public boolean leads() {
        return leads;
    }

    /** Whether new commands must wait because the disk has no room for more of the log. Any thread. */
    public boolean isDiskFull() {
        return isDiskFull;
    }

    public void diskFull(boolean isFull) {
        isDiskFull = isFull;
    }

    public int maxEntryBytes() {
        return config.maxEntryBytes();
    }

    public void applied(long index, long hash) {
        appliedIndex = index;
        stateHash = hash;
    }

    void roleChanged(RaftCore core) {
        leads = core.role() == RaftCore.Role.LEADER;
        published.publish(picture(core));
    }

    /** Makes a new picture if there is news and it is time for one. */
    public void publish(RaftCore core, long nowNs, boolean isIdle) {
        if (!isIdle && nowNs - pictureNs < PICTURE_NS) {
            return;
        }
        pictureNs = nowNs;
        boolean timingDue = nowNs - timingNs >= TIMING_NS;
        if (timingDue) {
            timingNs = nowNs;
            timing = watch.report();
        }
        Indexes seen = published.own().indexes();
        boolean isSame = seen.lastIndex() == core.shape().lastIndex()
                && seen.forcedIndex() == core.forcedIndex()
                && seen.commitIndex() == core.commitIndex()
                && seen.appliedIndex() == appliedIndex;
        if (!isSame || timingDue) {
            published.publish(picture(core));
        }
    }

    /** This member works no more; its last picture stays. */
    public void stopped(RaftCore core) {
        isStopped = true;
        leads = false;
        timing = watch.report();
        published.publish(picture(core));
    }

    private RaftStatus picture(RaftCore core) {
        Indexes indexes = new Indexes(core.shape().lastIndex(), core.forcedIndex(), core.commitIndex(), appliedIndex);
        TimingStatus timingStatus = new TimingStatus(
                broadcastOf(timing.broadcast()),
                TimeUnit.NANOSECONDS.toMillis(timing.electionTimeoutNs()),
                core.electionCount(),
                TimeUnit.NANOSECONDS.toMillis(timing.meanTimeBetweenLossesNs()),
                timing.verdict() != TimingReport.Verdict.OK);
        int leaderId = isStopped ? -1 : core.leaderId();
        Role role = isStopped ? Role.STOPPED : roleOf(core.role());
        return new RaftStatus(
                config.memberId(),
                role,
                core.term(),
                leaderId,
                indexes,
                stateHash,
                durability,
                timingStatus,
                groupOf(core));
    }

    private static GroupStatus groupOf(RaftCore core) {
        return new GroupStatus(
                core.membershipIndex(),
                core.membership(),
                core.isQuarantined(),
                core.quarantinedVoterCount(),
                core.snapshotIndex(),
                core.shape().baseIndex() + 1);
    }

    private static Broadcast broadcastOf(Latency latency) {
        return new Broadcast(latency.p50Ns() / 1_000.0, latency.p99Ns() / 1_000.0, latency.p999Ns() / 1_000.0);
    }

    private static Role roleOf(RaftCore.Role role) {
        return switch (role) {
            case FOLLOWER -> Role.FOLLOWER;
            case PRE_CANDIDATE -> Role.PRE_CANDIDATE;
            case CANDIDATE -> Role.CANDIDATE;
            case LEADER -> Role.LEADER;
        };
    }
}
