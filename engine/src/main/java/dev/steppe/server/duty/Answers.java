package dev.steppe.server.duty;

import dev.steppe.command.CommandOutcome;
import dev.steppe.gateway.GatewayMessage.Accepted;
import dev.steppe.gateway.GatewayMessage.Answer;
import dev.steppe.gateway.GatewayMessage.NotLeader;
import dev.steppe.gateway.GatewayMessage.Refused;
import dev.steppe.gateway.GatewayMessage.Unknown;
import dev.steppe.model.rollout.VerbOutcome;

/** Outcomes of commands in the words of the forward lane. */
final class Answers {
    private static final long NO_VERSION = -1;
    private static final int NOBODY = -1;

    private Answers() {}

    /** The answer to {@code requestId} when its command was applied. */
    static Answer applied(long requestId, CommandOutcome outcome) {
        if (outcome instanceof CommandOutcome.JobRegistered registered) {
            return new Accepted(requestId, registered.index(), registered.version());
        }
        if (outcome instanceof CommandOutcome.JobStaged staged) {
            return new Accepted(requestId, staged.index(), staged.version());
        }
        if (outcome instanceof CommandOutcome.Refused refused) {
            return new Refused(requestId, refused.sentence());
        }
        if (outcome instanceof CommandOutcome.RolloutMoved moved) {
            return moved(requestId, moved);
        }
        if (outcome instanceof CommandOutcome.Done done) {
            return new Accepted(requestId, done.index(), NO_VERSION);
        }
        return new Accepted(requestId, ((CommandOutcome.PlansJudged) outcome).index(), NO_VERSION);
    }

    private static Answer moved(long requestId, CommandOutcome.RolloutMoved moved) {
        if (moved.outcome() == VerbOutcome.APPLIED || moved.outcome() == VerbOutcome.ALREADY) {
            return new Accepted(requestId, moved.index(), NO_VERSION);
        }
        String where = moved.deployment() == null
                ? "there is no such deployment here"
                : "the deployment is " + moved.deployment().status().text();
        return new Refused(requestId, "the rollout cannot be moved: " + where);
    }

    /** The answer when it was not. */
    static Answer lost(long requestId, Proposals.Loss loss, String reason) {
        return switch (loss) {
            case NOT_LED -> new NotLeader(requestId, NOBODY);
            case REFUSED -> new Refused(requestId, reason);
            case UNKNOWN -> new Unknown(requestId, reason);
        };
    }
}
