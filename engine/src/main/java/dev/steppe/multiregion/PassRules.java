package dev.steppe.multiregion;

import dev.steppe.model.job.OnFailure;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.StatusReason;
import java.util.ArrayList;
import java.util.List;

/**
 * From a picture to the step that is due: a function of the picture alone, so any number of regions may ask it at the
 * same time ({@code multiregion.md} 2.7, 2.9).
 *
 * <p>Why never more than max_parallel run: a region is started only as the first pending one of a picture. If starting
 * X is APPLIED, X was pending from the read on; whoever started another region meanwhile must have taken X or one
 * before it, and those before X were past pending when read. So nothing was started in between, and what ran can only
 * have become less. Any other answer to a start ends the pass, and the next one looks again. The first regions of the
 * list, which the coordinator starts without looking, are together no more than max_parallel, and nobody starts a later
 * one before all of them are past pending.
 *
 * <p>[1] {@code multiregion.md} §3.3, C5. [2] The same, C3: any region may pass the barrier. [3] The same, C16.
 */
final class PassRules {
    private static final PassStep REST = new PassStep.Rest();
    private static final PassStep DONE = new PassStep.Done();

    private PassRules() {}

    /**
     * What the region that looked does next.
     *
     * @param started regions known to be past pending from earlier looks and answers
     * @param hasPushed whether it already told the others that it failed
     */
    static PassStep next(RolloutPicture picture, List<String> started, boolean hasPushed) {
        Standing self = picture.self();
        if (!self.isRead()) {
            return REST;
        }
        if (self.deployment() == null) {
            return DONE;
        }
        return self.isTerminal() ? afterEnd(picture, started, hasPushed) : whileOpen(picture, started);
    }

    private static PassStep whileOpen(RolloutPicture picture, List<String> started) {
        StatusReason ending = picture.ending();
        if (ending != StatusReason.NONE) {
            return new PassStep.End(ending);
        }
        if (picture.isReachedByFailure(picture.rollout().position())) {
            return new PassStep.FailSelf();
        }
        if (picture.self().is(DeploymentStatus.UNBLOCKING)) {
            return release(picture);
        }
        if (!picture.self().is(DeploymentStatus.BLOCKED)) {
            return REST;
        }
        return picture.isComplete() ? new PassStep.Prepare() : handOff(picture, started);
    }

    /** The others that wait are released; those that the policy takes along with a failed one see to themselves. */
    private static PassStep release(RolloutPicture picture) {
        List<String> waiting = new ArrayList<>();
        for (int i = 0; i < picture.standings().size(); i++) {
            Standing other = picture.standings().get(i);
            if (i != picture.rollout().position()
                    && other.isAtLeast(DeploymentStatus.BLOCKED)
                    && !other.isTerminal()
                    && !picture.isReachedByFailure(i)) {
                waiting.add(other.region());
            }
        }
        if (!waiting.isEmpty()) {
            return new PassStep.Release(waiting);
        }
        return picture.allRead() ? new PassStep.Finish() : REST;
    }

    /** What a region still does for the others when its own part is over. */
    private static PassStep afterEnd(RolloutPicture picture, List<String> started, boolean hasPushed) {
        Standing self = picture.self();
        if (picture.ending() != StatusReason.NONE) {
            return DONE;
        }
        // A region that fails with another one leaves the telling to that one.
        if (self.is(DeploymentStatus.FAILED) && !hasPushed && self.reason() != StatusReason.PEER) {
            List<String> told = reached(picture);
            if (!told.isEmpty()) {
                return new PassStep.Push(told);
            }
        }
        boolean isOver = picture.allRead() && !picture.any(DeploymentStatus.PENDING);
        // A stall means that nothing moves anywhere: whoever failed by it starts nobody.
        return isOver || isFrozen(picture) || self.reason() == StatusReason.STALL ? DONE : handOff(picture, started);
    }

    private static List<String> reached(RolloutPicture picture) {
        OnFailure policy = picture.rollout().onFailure();
        List<String> regions = new ArrayList<>();
        for (int i = 0; i < picture.standings().size(); i++) {
            Standing other = picture.standings().get(i);
            if (FailurePolicy.reaches(policy, picture.rollout().position(), i) && !other.isTerminal()) {
                regions.add(other.region());
            }
        }
        return regions;
    }

    private static PassStep handOff(RolloutPicture picture, List<String> started) {
        List<String> targets = isFrozen(picture) ? List.of() : picture.startable(started);
        return targets.isEmpty() ? REST : new PassStep.Start(targets);
    }

    private static boolean isFrozen(RolloutPicture picture) {
        return picture.any(DeploymentStatus.FAILED)
                && FailurePolicy.freezes(picture.rollout().onFailure());
    }
}
