package dev.steppe.region;

import dev.steppe.command.Command;
import dev.steppe.model.job.Multiregion;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.RolloutVerb;

/**
 * What one region may ask of another ({@code multiregion.md} S14), the same where an intent leaves and where it
 * arrives. A refusal is a sentence; empty means allowed.
 */
final class IntentRules {
    private IntentRules() {}

    /**
     * Whether {@code command} may be written into the log of region {@code target} because {@code from} asks for it.
     */
    static String refusal(Command command, String from, String target) {
        if (command instanceof Command.StageJob stage) {
            return stageRefusal(stage, target);
        }
        if (command instanceof Command.MoveRollout move) {
            return moveRefusal(move, from, target);
        }
        return "a region may stage a job and move a rollout in another one, nothing else";
    }

    private static String stageRefusal(Command.StageJob stage, String target) {
        RolloutMembership membership = stage.membership();
        Multiregion multiregion = stage.spec().multiregion();
        if (!membership.region().equals(target)) {
            return "the copy is for region " + membership.region() + ", not for " + target;
        }
        if (membership.rolloutId().isEmpty()) {
            return "the rollout has no id";
        }
        if (multiregion == null || !multiregion.regionNames().equals(membership.regions())) {
            return "the copy does not name the regions of its rollout: " + membership.regions();
        }
        return stage.version() < 0 ? "the version is below 0: " + stage.version() : "";
    }

    private static String moveRefusal(Command.MoveRollout move, String from, String target) {
        if (!move.fromRegion().equals(from)) {
            return "region " + from + " speaks for " + move.fromRegion();
        }
        if (move.rolloutId().isEmpty()) {
            return "the rollout has no id";
        }
        boolean isOwnVerb = move.verb() == RolloutVerb.PREPARE || move.verb() == RolloutVerb.COMMIT;
        if (isOwnVerb && !from.equals(target)) {
            return "a region says " + move.verb() + " only to itself";
        }
        return "";
    }
}
