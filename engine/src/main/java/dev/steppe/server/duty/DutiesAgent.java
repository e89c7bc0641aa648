package dev.steppe.server.duty;

import dev.steppe.command.CommandOutcome;
import dev.steppe.gateway.GatewayMessage;
import dev.steppe.gateway.GatewayMessage.Answer;
import dev.steppe.gateway.GatewayMessage.Ask;
import dev.steppe.model.job.JobKey;
import dev.steppe.raft.api.RaftServer;
import dev.steppe.runtime.handover.Mailbox;
import dev.steppe.runtime.handover.Published;
import dev.steppe.state.StateView;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.agrona.concurrent.Agent;

/**
 * Everything that a leader does beside planning: leases evaluations, watches deployments and heartbeats, speaks with
 * clients and other regions. It reacts to views and mails and proposes commands, nothing else. On a follower it only
 * answers who leads.
 */
public final class DutiesAgent implements Agent {
    private static final int DRAIN_MAX = 512;
    private static final int ASKS_MAX = 16_384;

    private final RaftServer<CommandOutcome> raft;
    private final Mailbox<Runnable> inbox;
    /** Apart from {@link #inbox}, so that a flood of asks never takes the room of what must not be lost. */
    private final Mailbox<Runnable> asks = new Mailbox<>(ASKS_MAX);

    private final ViewSink views;
    private final Published<StateView> published;
    private final Proposals proposals;
    private final FederationDuties federation;
    private final LeaderDuties leaderDuties;
    private final AskDesk desk;
    private final SettledWatch settled = new SettledWatch();
    private final ArrayDeque<Runnable> untilLed = new ArrayDeque<>();
    private boolean leading;
    private boolean ended;
    private int leaderId = -1;
    private StateView seen;

    /** What it is made of; all of it is owned by this agent from now on. */
    public record Parts(
            RaftServer<CommandOutcome> raft,
            Mailbox<Runnable> inbox,
            ViewSink views,
            Published<StateView> published,
            Proposals proposals,
            FederationDuties federation,
            LeaderDuties leaderDuties,
            AskDesk desk) {}

    /** An agent that follows until {@link #lead} is told. */
    public DutiesAgent(Parts parts) {
        raft = parts.raft();
        inbox = parts.inbox();
        views = parts.views();
        published = parts.published();
        proposals = parts.proposals();
        federation = parts.federation();
        leaderDuties = parts.leaderDuties();
        desk = parts.desk();
        seen = published.get();
    }

    @Override
    public String roleName() {
        return "duties";
    }

    /** Lets this agent run what an outsider asks for; false is back-pressure. Any thread. */
    public boolean post(Runnable ask) {
        return asks.offer(ask);
    }

    /** Lets this agent run what its own server has to tell; false when even that mailbox is full. Any thread. */
    public boolean tell(Runnable news) {
        return inbox.offer(news);
    }

    /** This server leads {@code term}; the newest published view contains the term's first entry. The owner. */
    public void lead(long term) {
        if (ended) {
            return;
        }
        onAllViews();
        leading = true;
        leaderId = raft.status().memberId();
        leaderDuties.lead(term, seen, raft.logTimeMs());
        federation.lead(term, seen);
        while (!untilLed.isEmpty()) {
            untilLed.removeFirst().run();
        }
    }

    /** This server does not lead; {@code newLeaderId} is -1 while nobody is known to. The owner. */
    public void follow(int newLeaderId) {
        leaderId = newLeaderId;
        if (leading) {
            leading = false;
            leaderDuties.follow();
        }
        federation.follow(newLeaderId);
    }

    /** Takes an ask of a client, or of the embedder; {@code answered} is called once. The owner. */
    public void take(Ask ask, boolean remote, Consumer<Answer> answered) {
        if (leading) {
            desk.take(ask, remote, published.get(), answered);
        } else {
            answered.accept(new GatewayMessage.NotLeader(ask.requestId(), leaderId));
        }
    }

    /**
     * Runs {@code work} once this server leads, so that its state has everything that was committed before; false if
     * too much waits for that already. The owner.
     */
    public boolean whenLed(Runnable work) {
        if (leading || ended) {
            work.run();
        } else if (untilLed.size() < ASKS_MAX) {
            untilLed.addLast(work);
        } else {
            return false;
        }
        return true;
    }

    /** Calls {@code then} once every evaluation of {@code job} that exists now has been answered. The owner. */
    public void whenSettled(JobKey job, Consumer<StateView> then) {
        settled.add(job, published.get(), then);
    }

    /**
     * Answers whoever still waits, once every agent of the server has ended and its log is closed. The thread that
     * closed them owns this agent from then on; may be called again for what came in after it.
     */
    public void end() {
        ended = true;
        follow(-1);
        int workCount;
        do {
            workCount = inbox.drain(Runnable::run, DRAIN_MAX) + asks.drain(Runnable::run, DRAIN_MAX);
            for (; !untilLed.isEmpty(); workCount++) {
                untilLed.removeFirst().run();
            }
            workCount += proposals.doWork();
        } while (workCount > 0);
    }

    @Override
    public int doWork() {
        int workCount = inbox.drain(Runnable::run, DRAIN_MAX) + onViews() + asks.drain(Runnable::run, askCount());
        if (leading) {
            workCount += leaderDuties.doWork(raft.logTimeMs());
            workCount += federation.doWork();
        }
        return workCount + proposals.doWork();
    }

    /** What an ask asks for again waits for the next round. */
    private int askCount() {
        return Math.min(DRAIN_MAX, asks.waitingCount());
    }

    private int onViews() {
        return views.drain(this::onView, DRAIN_MAX);
    }

    private void onAllViews() {
        int viewCount;
        do {
            viewCount = onViews();
        } while (viewCount == DRAIN_MAX);
    }

    private void onView(StateView view) {
        if (view.index() <= seen.index()) {
            return;
        }
        boolean continues = view.journal().sinceIndex() == seen.index();
        seen = view;
        settled.onView(view);
        if (leading) {
            if (continues) {
                leaderDuties.onView(view);
            } else {
                leaderDuties.rebuild(view); // The mailbox was full for a while: journals are missing, rows are not.
            }
            federation.onView(view);
        }
    }
}
