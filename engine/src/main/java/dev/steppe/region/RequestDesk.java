package dev.steppe.region;

import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.VerbOutcome;
import dev.steppe.region.FederationOutput.Wish;
import dev.steppe.region.message.RegionMessage.Answer;
import dev.steppe.region.message.RegionMessage.Answered;
import dev.steppe.region.message.RegionMessage.Ask;
import dev.steppe.region.message.RegionMessage.Look;
import dev.steppe.region.message.RegionMessage.Request;
import dev.steppe.region.message.RegionMessage.RequestId;
import dev.steppe.region.message.RegionMessage.Seen;
import dev.steppe.region.spi.RegionView;
import dev.steppe.state.StateView;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where requests arrive on the leader, those of the own region too: a look waits for a linearizable read, an ask for
 * its entry. A repetition of a request under way is passed over: it has one answer. Owned by the federation machine.
 */
final class RequestDesk {
    /** Requests under way at once; more are passed over, and said again by their senders. */
    private static final int OPEN_MAX_COUNT = 4_096;

    /** Where an answer goes: a server, and whether anything is there to say yet. */
    record Settled(String region, int memberId, Answer answer) {}

    private record Open(String region, int memberId, Request request) {
        boolean isSame(String otherRegion, RequestId id) {
            return region.equals(otherRegion) && request.id().equals(id);
        }
    }

    private final String own;
    private final TreeMap<Long, Open> open = new TreeMap<>();
    private long lastToken;

    RequestDesk(String own) {
        this.own = own;
    }

    /** Forgets every request; tokens are never given twice. */
    void clear() {
        open.clear();
    }

    /** A token for a proposal whose outcome nobody waits for. */
    long unansweredToken() {
        return ++lastToken;
    }

    /** Takes a request; an answer comes back at once only if it is refused. */
    @Nullable
    Settled accept(String region, int memberId, Request request, FederationOutput output) {
        if (open.size() >= OPEN_MAX_COUNT || open.values().stream().anyMatch(one -> one.isSame(region, request.id()))) {
            return null;
        }
        if (request instanceof Ask ask) {
            String refusal = IntentRules.refusal(ask.command(), region, own);
            if (!refusal.isEmpty()) {
                return new Settled(region, memberId, new Answered(ask.id(), VerbOutcome.REFUSED, null, refusal));
            }
        }
        open.put(++lastToken, new Open(region, memberId, request));
        output.wish(
                request instanceof Ask ask
                        ? new Wish.Propose(lastToken, ask.command())
                        : new Wish.ReadBarrier(lastToken));
        return null;
    }

    /** The own state contains everything that was committed when the look arrived. */
    @Nullable
    Settled readable(long token, StateView view) {
        Open one = open.remove(token);
        if (one == null || !(one.request instanceof Look look)) {
            return null;
        }
        RegionView seen = RegionViews.of(own, view, look.job(), look.rolloutId());
        return new Settled(one.region, one.memberId, new Seen(look.id(), seen));
    }

    /** The command of an ask was applied, with {@code outcome}; {@code view} contains its entry. */
    @Nullable
    Settled decided(long token, CommandOutcome outcome, StateView view) {
        Open one = open.remove(token);
        if (one == null || !(one.request instanceof Ask ask)) {
            return null;
        }
        return new Settled(one.region, one.memberId, answer(ask, outcome, view));
    }

    /** Nothing is known of the read or the proposal: whoever asked will ask again, or know no more either. */
    void lost(long token) {
        open.remove(token);
    }

    private Answered answer(Ask ask, CommandOutcome outcome, StateView view) {
        String rolloutId = "";
        JobKey job;
        if (ask.command() instanceof Command.MoveRollout move) {
            rolloutId = move.rolloutId();
            job = move.job();
        } else {
            job = ((Command.StageJob) ask.command()).spec().key();
        }
        RegionView seen = RegionViews.of(own, view, job, rolloutId);
        if (outcome instanceof CommandOutcome.RolloutMoved moved) {
            return new Answered(ask.id(), moved.outcome(), seen, refusal(moved));
        }
        if (outcome instanceof CommandOutcome.Refused refused) {
            boolean isRepeated = ask.command() instanceof Command.StageJob stage && isStaged(stage, view);
            return isRepeated
                    ? new Answered(ask.id(), VerbOutcome.ALREADY, seen, "")
                    : new Answered(ask.id(), VerbOutcome.REFUSED, seen, refused.sentence());
        }
        return new Answered(ask.id(), VerbOutcome.APPLIED, seen, "");
    }

    /** Whether the stage that was refused now had been written before: its answer was lost, and it was said again. */
    private static boolean isStaged(Command.StageJob stage, StateView view) {
        Deployment deployment = RegionViews.rolloutDeployment(
                view, stage.spec().key(), stage.membership().rolloutId());
        return deployment != null
                && deployment.version().jobVersion() == stage.version()
                && !deployment.status().isAbsorbed();
    }

    private static String refusal(CommandOutcome.RolloutMoved moved) {
        Deployment deployment = moved.deployment();
        return switch (moved.outcome()) {
            case APPLIED, ALREADY -> "";
            case REFUSED, SUPERSEDED, UNKNOWN ->
                deployment == null
                        ? "the rollout is not known here"
                        : "its deployment here is " + deployment.status().text();
        };
    }
}
