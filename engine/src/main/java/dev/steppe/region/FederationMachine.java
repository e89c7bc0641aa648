package dev.steppe.region;

import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.rollout.VerbOutcome;
import dev.steppe.region.FederationOutput.Wish;
import dev.steppe.region.RequestDesk.Settled;
import dev.steppe.region.RequestLedger.Pending;
import dev.steppe.region.message.RegionMessage;
import dev.steppe.region.message.RegionMessage.Answer;
import dev.steppe.region.message.RegionMessage.Ask;
import dev.steppe.region.message.RegionMessage.Hint;
import dev.steppe.region.message.RegionMessage.Look;
import dev.steppe.region.message.RegionMessage.NotLeader;
import dev.steppe.region.message.RegionMessage.Request;
import dev.steppe.region.message.RegionMessage.RequestId;
import dev.steppe.region.message.RegionMessage.Seen;
import dev.steppe.region.spi.RegionView;
import dev.steppe.region.spi.RolloutEvent;
import dev.steppe.region.spi.RolloutIntent;
import dev.steppe.state.StateView;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Federation on one server. While it leads it carries the watcher's intents to the regions, answers theirs, and tells
 * the watcher and the peers what moved here; while it follows it says who leads. Time is the region's log time. Owned
 * by the duties agent.
 */
public final class FederationMachine {
    /** Requests that may wait for answers at once; beyond it intents are not taken. */
    private static final int PENDING_MAX_COUNT = 65_536;

    /**
     * How patient it is.
     *
     * @param requestMs after this long the outcome of a request is unknown
     * @param resendMs after this long a request is said again, to the next server
     */
    public record Timing(long requestMs, long resendMs) {
        /** 5 s, said again every second. */
        public static final Timing DEFAULT = new Timing(5_000, 1_000);

        /** Refuses times that are not positive. */
        public Timing {
            if (requestMs < 1 || resendMs < 1) {
                throw new IllegalArgumentException(
                        "requestMs and resendMs must be positive: " + requestMs + ", " + resendMs);
            }
        }
    }

    /** A look on its way: views so far, and regions that are still missing. */
    private static final class OpenLook {
        private final List<String> regions;
        private final TreeMap<String, RegionView> views = new TreeMap<>();
        private int missingCount;

        private OpenLook(List<String> regions) {
            this.regions = regions;
            missingCount = regions.size();
        }
    }

    private final RegionDirectory directory;
    private final RequestLedger ledger;
    private final RequestDesk desk;
    private final RolloutNews news;
    private final SubmissionBook submissions;
    private final TreeMap<Long, OpenLook> looks = new TreeMap<>();
    private String watcherAbsence;
    private boolean isLeading;
    private int leaderId = -1;

    /**
     * A follower that knows of no leader.
     *
     * @param watcherAbsence why there is no watcher, as a sentence; empty if there is one
     */
    public FederationMachine(Timing timing, RegionDirectory directory, String watcherAbsence) {
        this.directory = directory;
        this.watcherAbsence = watcherAbsence;
        ledger = new RequestLedger(timing, directory);
        desk = new RequestDesk(directory.own());
        news = new RolloutNews(directory);
        submissions = new SubmissionBook(directory);
    }

    /** This server leads its region in {@code term}; {@code view} is a state that contains that term's first entry. */
    public void start(long term, StateView view, FederationOutput output) {
        isLeading = true;
        leaderId = directory.ownMemberId();
        ledger.start(term);
        desk.clear();
        looks.clear();
        news.start(view, output);
    }

    /** This server leads no more. Events that wait for the watcher are void; submissions get no answer. */
    public void stop(FederationOutput output) {
        isLeading = false;
        leaderId = -1;
        ledger.start(0);
        desk.clear();
        looks.clear();
        submissions.close(
                "this server lost the leadership before it knew: look at the job, and submit it again if need be",
                output);
    }

    /** Who leads the own region while this server does not; -1 = nobody is known to. */
    public void leaderIs(int memberId) {
        leaderId = memberId;
    }

    /**
     * The watcher failed and is not called any more: submissions are refused with {@code sentence}, the rest goes on.
     */
    public void watcherFailed(String sentence, FederationOutput output) {
        watcherAbsence = sentence;
        submissions.close(sentence, output);
    }

    /** Why there is no watcher; empty if there is one. */
    public String watcherAbsence() {
        return watcherAbsence;
    }

    /**
     * An operator submits a multi-region job; answered once by a wish that carries {@code clientToken}.
     *
     * @param submitTimeMs wall clock, for people only
     */
    public void submit(long clientToken, Job job, long submitTimeMs, FederationOutput output) {
        if (!isLeading) {
            output.wish(new Wish.Refused(clientToken, "this server does not lead its region: submit to the leader"));
        } else if (!watcherAbsence.isEmpty()) {
            output.wish(new Wish.Refused(clientToken, watcherAbsence));
        } else {
            submissions.submit(clientToken, job, submitTimeMs, output);
        }
    }

    /** What the watcher wants; false if too much is under way and nothing was taken. */
    public boolean intent(RolloutIntent intent, long nowMs, FederationOutput output) {
        if (ledger.pendingCount() >= PENDING_MAX_COUNT) {
            return false;
        }
        if (!isLeading) {
            return true;
        }
        if (intent instanceof RolloutIntent.Look look) {
            look(look, nowMs, output);
        } else if (intent instanceof RolloutIntent.Stage stage) {
            Command command = new Command.StageJob(
                    stage.spec(), stage.version(), stage.checkIndex(), stage.membership(), stage.submitTimeMs());
            ask(stage.requestId(), stage.region(), command, nowMs, output);
        } else if (intent instanceof RolloutIntent.Move move) {
            Command command = new Command.MoveRollout(
                    move.verb(), move.rolloutId(), move.job(), move.version(), move.reason(), directory.own());
            ask(move.requestId(), move.region(), command, nowMs, output);
        } else if (intent instanceof RolloutIntent.RefreshStall refresh) {
            output.wish(new Wish.Propose(
                    desk.unansweredToken(), new Command.RefreshStall(refresh.rolloutId(), refresh.job())));
        } else if (intent instanceof RolloutIntent.Reply reply) {
            submissions.reply(reply, output);
        }
        return true;
    }

    private void look(RolloutIntent.Look look, long nowMs, FederationOutput output) {
        OpenLook open = new OpenLook(look.regions());
        looks.put(look.requestId(), open);
        boolean isProbe = look.rolloutId().isEmpty();
        for (String region : look.regions()) {
            if (directory.isKnown(region)) {
                send(
                        region,
                        look.requestId(),
                        isProbe,
                        id -> new Look(id, look.job(), look.rolloutId()),
                        nowMs,
                        output);
            } else {
                seen(look.requestId(), region, null, output);
            }
        }
        if (look.regions().isEmpty()) {
            looks.remove(look.requestId());
            output.tell(new RolloutEvent.Looked(look.requestId(), List.of()));
        }
    }

    private void ask(long intentId, String region, Command command, long nowMs, FederationOutput output) {
        String refusal = directory.isKnown(region)
                ? IntentRules.refusal(command, directory.own(), region)
                : "region " + region + " is not federated with this one";
        if (refusal.isEmpty()) {
            send(region, intentId, command instanceof Command.StageJob, id -> new Ask(id, command), nowMs, output);
        } else {
            output.tell(new RolloutEvent.Answered(intentId, region, VerbOutcome.REFUSED, null, refusal));
        }
    }

    /** The own region is asked the same way as another one; only the way is shorter. */
    private void send(
            String region,
            long intentId,
            boolean isRegistration,
            Function<RequestId, Request> message,
            long nowMs,
            FederationOutput output) {
        Pending one = ledger.ask(region, intentId, isRegistration, message, nowMs, output);
        if (directory.isOwn(region)) {
            deliver(desk.accept(region, directory.ownMemberId(), one.request, output), nowMs, output);
        }
    }

    /** A message came over a link from member {@code memberId} of {@code region}. */
    public void received(String region, int memberId, RegionMessage message, long nowMs, FederationOutput output) {
        if (!directory.isKnown(region) || directory.isOwn(region)) {
            return;
        }
        if (message instanceof Request request) {
            if (isLeading) {
                deliver(desk.accept(region, memberId, request, output), nowMs, output);
            } else {
                output.wish(new Wish.Send(region, memberId, new NotLeader(request.id(), leaderId)));
            }
        } else if (isLeading && message instanceof Answer answer) {
            answered(region, memberId, answer, nowMs, output);
        } else if (isLeading && message instanceof Hint hint) {
            output.tell(new RolloutEvent.PeerChanged(region, hint.job()));
        }
    }

    /** The own state contains everything that was committed when {@code token} was wished for. */
    public void readable(long token, StateView view, long nowMs, FederationOutput output) {
        deliver(desk.readable(token, view), nowMs, output);
    }

    /** The proposal of {@code token} was applied; {@code view} contains its entry. */
    public void decided(long token, CommandOutcome outcome, StateView view, long nowMs, FederationOutput output) {
        deliver(desk.decided(token, outcome, view), nowMs, output);
    }

    /** The read or proposal of {@code token} came to nothing that is known. */
    public void lost(long token) {
        desk.lost(token);
    }

    /** A state was published; each at most once, in order. Views may be left out. */
    public void published(StateView view, FederationOutput output) {
        if (isLeading) {
            news.follow(view, output);
        }
    }

    private void deliver(@Nullable Settled settled, long nowMs, FederationOutput output) {
        if (settled == null) {
            return;
        }
        if (directory.isOwn(settled.region())) {
            answered(settled.region(), settled.memberId(), settled.answer(), nowMs, output);
        } else {
            output.wish(new Wish.Send(settled.region(), settled.memberId(), settled.answer()));
        }
    }

    private void answered(String region, int memberId, Answer answer, long nowMs, FederationOutput output) {
        Pending one = ledger.settle(region, memberId, answer, nowMs, output);
        if (one == null) {
            return;
        }
        if (one.isRegistration) {
            submissions.countPair(jobOf(one.request), region);
        }
        if (one.request instanceof Look && answer instanceof Seen seen) {
            seen(one.intentId, region, seen.view(), output);
        } else if (one.request instanceof Ask && answer instanceof RegionMessage.Answered done) {
            output.tell(new RolloutEvent.Answered(one.intentId, region, done.outcome(), done.view(), done.detail()));
        } else {
            unknown(one, output);
        }
    }

    private static JobKey jobOf(Request request) {
        if (request instanceof Look look) {
            return look.job();
        }
        Command command = ((Ask) request).command();
        return command instanceof Command.StageJob stage ? stage.spec().key() : ((Command.MoveRollout) command).job();
    }

    private void seen(long intentId, String region, @Nullable RegionView view, FederationOutput output) {
        OpenLook look = looks.get(intentId);
        if (look == null) {
            return;
        }
        if (view != null && view.region().equals(region)) {
            look.views.put(region, view);
        }
        if (--look.missingCount == 0) {
            looks.remove(intentId);
            List<RolloutEvent.Looked.Seen> seen = new ArrayList<>();
            for (String asked : look.regions) {
                seen.add(new RolloutEvent.Looked.Seen(asked, look.views.get(asked)));
            }
            output.tell(new RolloutEvent.Looked(intentId, seen));
        }
    }

    private void unknown(Pending one, FederationOutput output) {
        if (one.request instanceof Look) {
            seen(one.intentId, one.region, null, output);
        } else {
            output.tell(new RolloutEvent.Answered(one.intentId, one.region, VerbOutcome.UNKNOWN, null, ""));
        }
    }

    /** The time of {@link #nextDeadlineMs()} has come. */
    public void onTime(long nowMs, FederationOutput output) {
        for (Pending one : ledger.expire(nowMs, output)) {
            unknown(one, output);
        }
    }

    /** When to be called again if nothing happens, log time; {@code Long.MAX_VALUE} = never. */
    public long nextDeadlineMs() {
        return ledger.nextDeadlineMs();
    }
}
