package dev.steppe.applier;

import dev.steppe.applier.InFlight.Effect;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.state.StateView;
import dev.steppe.state.VerifyView;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The newest view with the plans in flight laid over what is free on nodes. Rows of jobs are the base's: while a plan
 * of a job is in flight no other plan of that job is verified ({@link #isInFlight}).
 */
final class OverlayView implements VerifyView {
    private StateView base;
    private final Set<JobKey> jobs = new HashSet<>(); // only ever asked, never walked
    private int[] freedCpuMhz = new int[0];
    private int[] freedMemoryMb = new int[0];
    private int[] freedDiskMb = new int[0];

    OverlayView(StateView base) {
        this.base = base;
    }

    StateView base() {
        return base;
    }

    void observe(StateView newer) {
        base = newer;
    }

    boolean isInFlight(JobKey job) {
        return jobs.contains(job);
    }

    void add(InFlight plan) {
        jobs.add(plan.plan().job());
        lay(plan, 1);
    }

    void remove(InFlight plan) {
        jobs.remove(plan.plan().job());
        lift(plan);
    }

    /** Takes away what the plan does to nodes if the base has it, or has what excludes it; whether it does. */
    boolean liftIfSeen(InFlight plan) {
        JobVersion job = base.job(plan.plan().job());
        boolean isSeen = job != null
                && job.indexes().placementIndex() != plan.plan().basis().placementIndex();
        if (isSeen) {
            lift(plan);
        }
        return isSeen;
    }

    private void lift(InFlight plan) {
        if (plan.lift()) {
            lay(plan, -1);
        }
    }

    void clear() {
        jobs.clear();
        Arrays.fill(freedCpuMhz, 0);
        Arrays.fill(freedMemoryMb, 0);
        Arrays.fill(freedDiskMb, 0);
    }

    private void lay(InFlight plan, int sign) {
        for (Effect effect : plan.effects()) {
            int ordinal = effect.nodeOrdinal();
            if (ordinal >= freedCpuMhz.length) {
                int room = Math.max(ordinal + 1, freedCpuMhz.length * 2);
                freedCpuMhz = Arrays.copyOf(freedCpuMhz, room);
                freedMemoryMb = Arrays.copyOf(freedMemoryMb, room);
                freedDiskMb = Arrays.copyOf(freedDiskMb, room);
            }
            freedCpuMhz[ordinal] += sign * effect.freedCpuMhz();
            freedMemoryMb[ordinal] += sign * effect.freedMemoryMb();
            freedDiskMb[ordinal] += sign * effect.freedDiskMb();
        }
    }

    @Override
    public int freeCpuMhz(int nodeOrdinal) {
        return base.freeCpuMhz(nodeOrdinal) + (nodeOrdinal < freedCpuMhz.length ? freedCpuMhz[nodeOrdinal] : 0);
    }

    @Override
    public int freeMemoryMb(int nodeOrdinal) {
        return base.freeMemoryMb(nodeOrdinal) + (nodeOrdinal < freedMemoryMb.length ? freedMemoryMb[nodeOrdinal] : 0);
    }

    @Override
    public int freeDiskMb(int nodeOrdinal) {
        return base.freeDiskMb(nodeOrdinal) + (nodeOrdinal < freedDiskMb.length ? freedDiskMb[nodeOrdinal] : 0);
    }

    @Override
    public @Nullable Evaluation evaluation(long evalId) {
        return base.evaluation(evalId);
    }

    @Override
    public @Nullable JobVersion job(JobKey key) {
        return base.job(key);
    }

    @Override
    public @Nullable JobVersion jobVersion(JobKey key, long version) {
        return base.jobVersion(key, version);
    }

    @Override
    public @Nullable JobVersion stableVersion(JobKey key) {
        return base.stableVersion(key);
    }

    @Override
    public @Nullable Deployment deployment(long deploymentId) {
        return base.deployment(deploymentId);
    }

    @Override
    public List<Deployment> deploymentsOfJob(JobKey key) {
        return base.deploymentsOfJob(key);
    }

    @Override
    public @Nullable Allocation allocation(AllocationId id) {
        return base.allocation(id);
    }

    @Override
    public @Nullable Allocation latestIn(Allocation.Slot slot) {
        return base.latestIn(slot);
    }

    @Override
    public @Nullable NodeRow node(String nodeId) {
        return base.node(nodeId);
    }
}
