package dev.steppe.multiregion;

import dev.steppe.command.Command;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.RolloutVerb;
import dev.steppe.model.rollout.StagedSpec;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.state.StateView;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** The safety invariants of {@code multiregion.md} §3.1, asked after every entry of every region. */
final class WorldChecks {
    /** What was seen of one rollout so far. */
    private static final class History {
        final RolloutMembership any;
        final long version;
        final LinkedHashSet<String> started = new LinkedHashSet<>();
        final TreeSet<String> over = new TreeSet<>();
        final TreeSet<String> complete = new TreeSet<>();
        final TreeSet<String> failed = new TreeSet<>();
        int runningMaxCount;

        History(RolloutMembership any, long version) {
            this.any = any;
            this.version = version;
        }
    }

    private final Collection<WorldRegion> regions;
    private final TreeMap<String, History> rollouts = new TreeMap<>();

    WorldChecks(Collection<WorldRegion> regions) {
        this.regions = regions;
    }

    /** The most regions that ever ran the rollout at once. */
    int runningMaxCount(String rolloutId) {
        return rollouts.get(rolloutId).runningMaxCount;
    }

    /** Regions in the order in which they were run. */
    Collection<String> startOrder(String rolloutId) {
        return rollouts.get(rolloutId).started;
    }

    /** Whether the rollout was ever run anywhere. */
    boolean isStarted(String rolloutId) {
        return rollouts.containsKey(rolloutId)
                && !rollouts.get(rolloutId).started.isEmpty();
    }

    void check(WorldRegion region, StateView before, Command command) {
        StateView after = region.view();
        for (long id : after.journal().deployments()) {
            Deployment then = before.deployment(id);
            Deployment now = after.deployment(id);
            if (now.membership() != null) {
                note(region, then, now, now.membership());
                rank(region, then, now);
                parallel(now.membership());
            }
        }
        versions(region, before, after);
        oneAtATime(region, after);
        if (command instanceof Command.MoveRollout move) {
            stale(region, before, after, move);
        }
    }

    /** S2, S3, S4, S11. */
    private void note(WorldRegion region, Deployment then, Deployment now, RolloutMembership membership) {
        History history = rollouts.computeIfAbsent(
                membership.rolloutId(),
                id -> new History(membership, now.version().jobVersion()));
        boolean isSame = history.version == now.version().jobVersion()
                && history.any.sourceHash() == membership.sourceHash()
                && history.any.regions().equals(membership.regions())
                && history.any.maxParallel() == membership.maxParallel()
                && history.any.onFailure() == membership.onFailure();
        require(isSame, "S4 the parts of a rollout agree", region, now);
        if (then != null && then.status() == now.status()) {
            return;
        }
        switch (now.status()) {
            case RUNNING -> {
                order(region, history, now);
                history.started.add(region.name);
            }
            case BLOCKED -> history.complete.add(region.name);
            case SUCCESSFUL ->
                require(
                        history.complete.containsAll(withoutDetached(history)),
                        "S3 successful only after every region was complete",
                        region,
                        now);
            case FAILED -> {
                failure(region, history, now);
                history.failed.add(region.name);
                history.over.add(region.name);
            }
            case CANCELLED -> history.over.add(region.name);
            default -> {}
        }
    }

    private List<String> withoutDetached(History history) {
        return history.any.regions().stream()
                .filter(name -> !history.over.contains(name))
                .toList();
    }

    /** S2; the opening batch goes out all at once, so its own order is open. */
    private void order(WorldRegion region, History history, Deployment now) {
        List<String> list = history.any.regions();
        int position = list.indexOf(region.name);
        for (int i = 0; i < position; i++) {
            boolean isInBatch = position < history.any.parallelLimit();
            require(
                    isInBatch || history.started.contains(list.get(i)) || history.over.contains(list.get(i)),
                    "S2 started before " + list.get(i),
                    region,
                    now);
        }
    }

    private void failure(WorldRegion region, History history, Deployment now) {
        if (now.reason() != StatusReason.PEER) {
            return;
        }
        OnFailure policy = history.any.onFailure();
        int position = history.any.regions().indexOf(region.name);
        boolean isReached = history.failed.stream()
                .anyMatch(failed ->
                        FailurePolicy.reaches(policy, history.any.regions().indexOf(failed), position));
        require(isReached, "S11 failed with a peer that does not take it along", region, now);
    }

    /** S8. */
    private void rank(WorldRegion region, Deployment then, Deployment now) {
        if (then == null || then.status() == now.status()) {
            return;
        }
        boolean isForward = !then.status().isTerminal()
                && (now.status().isAbsorbed() || now.status().compareTo(then.status()) > 0);
        require(isForward, "S8 the status went back from " + then.status(), region, now);
    }

    /** S1. */
    private void parallel(RolloutMembership membership) {
        int runningCount = 0;
        for (WorldRegion one : regions) {
            Deployment part = one.part(membership.rolloutId());
            if (part != null && part.status() == DeploymentStatus.RUNNING) {
                runningCount++;
            }
        }
        History history = rollouts.get(membership.rolloutId());
        history.runningMaxCount = Math.max(history.runningMaxCount, runningCount);
        if (runningCount > membership.parallelLimit()) {
            throw new AssertionError("S1 " + runningCount + " regions run " + membership.rolloutId() + ", at most "
                    + membership.parallelLimit());
        }
    }

    /** S5. */
    private void versions(WorldRegion region, StateView before, StateView after) {
        JobVersion then = before.job(WorldJobs.APP);
        JobVersion now = after.job(WorldJobs.APP);
        if (then != null && now.version() < then.version()) {
            throw new AssertionError(
                    "S5 version went back in " + region.name + ": " + then.version() + " to " + now.version());
        }
        StagedSpec staged = after.staged(WorldJobs.APP);
        if (staged != null && now != null && staged.version() <= now.version()) {
            throw new AssertionError("S5 staged version " + staged.version() + " is not above " + now.version());
        }
    }

    /** S10. */
    private void oneAtATime(WorldRegion region, StateView after) {
        long activeCount = after.deploymentsOfJob(WorldJobs.APP).stream()
                .filter(one -> one.membership() != null
                        && !one.status().isTerminal()
                        && one.status() != DeploymentStatus.PENDING)
                .count();
        if (activeCount > 1) {
            throw new AssertionError("S10 " + activeCount + " rollouts are active in " + region.name);
        }
    }

    /** S12. */
    private void stale(WorldRegion region, StateView before, StateView after, Command.MoveRollout move) {
        Deployment part = null;
        for (Deployment one : before.deploymentsOfJob(move.job())) {
            if (one.membership() != null && one.membership().rolloutId().equals(move.rolloutId())) {
                part = one;
            }
        }
        boolean isStale = part == null
                || part.version().jobVersion() != move.version()
                || part.status().isTerminal();
        if (isStale && before.stateHash() != after.stateHash()) {
            throw new AssertionError("S12 a stale " + move.verb() + " changed " + region.name);
        }
        if (move.verb() == RolloutVerb.PREPARE || move.verb() == RolloutVerb.COMMIT) {
            if (!move.fromRegion().equals(region.name)) {
                throw new AssertionError("S14 " + move.fromRegion() + " said " + move.verb() + " to " + region.name);
            }
        }
    }

    private static void require(boolean holds, String what, WorldRegion region, Deployment now) {
        if (!holds) {
            throw new AssertionError(what + ": " + region.name + " " + now);
        }
    }
}
