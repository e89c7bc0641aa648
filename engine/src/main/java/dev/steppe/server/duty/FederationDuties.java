package dev.steppe.server.duty;

import dev.steppe.base.Invariant;
import dev.steppe.command.CommandOutcome;
import dev.steppe.gateway.GatewayMessage.Accepted;
import dev.steppe.gateway.GatewayMessage.Answer;
import dev.steppe.gateway.GatewayMessage.Refused;
import dev.steppe.gateway.GatewayMessage.Submit;
import dev.steppe.gateway.GatewayMessage.Unknown;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftServer;
import dev.steppe.raft.api.ReadListener;
import dev.steppe.region.FederationMachine;
import dev.steppe.region.FederationOutput;
import dev.steppe.region.FederationOutput.Wish;
import dev.steppe.region.message.RegionMessage;
import dev.steppe.region.spi.RolloutEvent;
import dev.steppe.region.spi.RolloutIntent;
import dev.steppe.runtime.handover.Mailbox;
import dev.steppe.runtime.handover.Published;
import dev.steppe.state.StateView;
import dev.steppe.transport.PeerIdentity;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Carries out what the federation machine wishes, and brings it what happened. Owned by the duties agent. */
public final class FederationDuties {
    /** Carries messages to servers of other regions; what it cannot carry is lost, as with any link. */
    @FunctionalInterface
    public interface Sender {
        /** Says {@code message} to member {@code memberId} of {@code region}. The duties agent. */
        void send(String region, int memberId, RegionMessage message);
    }

    private static final int REGISTRATIONS_KEPT = 256;
    /** Linearizable reads on their way; one beyond that is lost at once, as if its leadership had ended. */
    private static final int READS_MAX = 1_024;
    /** Intents that wait for room; a watcher that wants more than that is not in its right mind. */
    private static final int INTENTS_MAX = 65_536;

    private final String region;
    private final RaftServer<CommandOutcome> raft;
    private final FederationMachine machine;
    private final FederationOutput output = new FederationOutput();
    private final Proposals proposals;
    private final Mailbox<Runnable> home;
    private final Published<StateView> published;
    private final Map<Long, Submission> submissions = new HashMap<>();
    private final ArrayDeque<RolloutIntent> waitingIntents = new ArrayDeque<>();
    private @Nullable WatcherAgent watcher;
    private @Nullable Sender lane;
    private long nextToken = 1;
    private int openReadCount;
    /** Copied on every write: read by any thread. */
    private volatile Map<String, SortedMap<String, Integer>> registrations = Map.of();

    private volatile String absence;

    private record Submission(long requestId, Consumer<Answer> answered) {}

    /** Duties that wait for {@link #connect}; everything named is owned by the duties agent. */
    public FederationDuties(
            String region,
            RaftServer<CommandOutcome> raft,
            FederationMachine machine,
            Proposals proposals,
            Mailbox<Runnable> home,
            Published<StateView> published) {
        this.region = region;
        this.raft = raft;
        this.machine = machine;
        this.proposals = proposals;
        this.home = home;
        this.published = published;
        this.absence = machine.watcherAbsence();
    }

    /** Who carries messages, and who watches; null for neither. Before the first duty. */
    public void connect(@Nullable Sender newLane, @Nullable WatcherAgent newWatcher) {
        lane = newLane;
        watcher = newWatcher;
    }

    void lead(long term, StateView view) {
        if (watcher != null) {
            mustTake(watcher.start(region, term));
        }
        machine.start(term, view, output);
        carryOut();
    }

    void follow(int leaderId) {
        machine.stop(output);
        machine.leaderIs(leaderId);
        waitingIntents.clear();
        if (watcher != null) {
            mustTake(watcher.stop());
        }
        while (output.pollEvent() != null) {
            // What waits for the watcher is void: it was told to forget.
        }
        carryOut();
    }

    void onView(StateView view) {
        machine.published(view, output);
        carryOut();
    }

    void submit(Submit ask, Consumer<Answer> answered) {
        long token = nextToken++;
        submissions.put(token, new Submission(ask.requestId(), answered));
        machine.submit(token, ask.job(), ask.submitTimeMs(), output);
        carryOut();
    }

    /** A server of another region said something. The duties agent. */
    public void onMessage(RegionMessage message, PeerIdentity peer) {
        machine.received(peer.region(), (int) peer.memberId(), message, raft.logTimeMs(), output);
        carryOut();
    }

    /** The watcher wishes for something. The duties agent. */
    public void onIntent(RolloutIntent intent) {
        if (waitingIntents.size() >= INTENTS_MAX) {
            waitingIntents.clear();
            machine.watcherFailed("the rollout watcher asks for more than can be carried", output);
        } else {
            waitingIntents.add(intent);
        }
        takeIntents();
        carryOut();
    }

    /** Hands over what the machine takes, in order; how much it was. */
    private int takeIntents() {
        int takenCount = 0;
        while (!waitingIntents.isEmpty() && machine.intent(waitingIntents.getFirst(), raft.logTimeMs(), output)) {
            waitingIntents.removeFirst();
            takenCount++;
        }
        return takenCount;
    }

    /** Does what is due; how much it was. */
    int doWork() {
        if (watcher != null && !watcher.failure().isEmpty() && absence.isEmpty()) {
            machine.watcherFailed(watcher.failure(), output);
        }
        absence = machine.watcherAbsence();
        long nowMs = raft.logTimeMs();
        if (nowMs >= machine.nextDeadlineMs()) {
            machine.onTime(nowMs, output);
        }
        return takeIntents() + carryOut();
    }

    /** Why rollouts are not watched here; empty while they are. Any thread. */
    public String watcherAbsence() {
        return absence;
    }

    /** Pairs that a region saw before it was run; 0 unless this server registered the rollout. Any thread. */
    public int registrationPairs(String rolloutId, String inRegion) {
        SortedMap<String, Integer> pairs = registrations.get(rolloutId);
        return pairs == null ? 0 : pairs.getOrDefault(inRegion, 0);
    }

    private int carryOut() {
        int count = 0;
        while (!output.isEmpty()) {
            output.drain(this::carryOut);
            for (RolloutEvent event = output.pollEvent(); event != null; event = output.pollEvent()) {
                if (watcher != null) {
                    mustTake(watcher.tell(event));
                }
            }
            count++;
        }
        return count;
    }

    private void mustTake(boolean taken) {
        if (!taken) {
            machine.watcherFailed("the rollout watcher does not keep up: its mailbox is full", output);
        }
    }

    private void carryOut(Wish wish) {
        if (wish instanceof Wish.Send send) {
            if (lane != null) {
                lane.send(send.region(), send.memberId(), send.message());
            }
        } else if (wish instanceof Wish.ReadBarrier barrier) {
            read(barrier.token());
        } else if (wish instanceof Wish.Propose propose) {
            proposals.propose(propose.command(), new Decision(propose.token()));
        } else if (wish instanceof Wish.Registered registered) {
            remember(registered);
            answer(
                    registered.clientToken(),
                    submission -> new Accepted(submission.requestId(), 0, registered.version()));
        } else if (wish instanceof Wish.Refused refused) {
            answer(refused.clientToken(), submission -> new Refused(submission.requestId(), refused.sentence()));
        } else if (wish instanceof Wish.Unknown unknown) {
            answer(unknown.clientToken(), submission -> new Unknown(submission.requestId(), unknown.sentence()));
        }
    }

    private void answer(long clientToken, Function<Submission, Answer> answer) {
        Submission submission = submissions.remove(clientToken);
        if (submission != null) {
            submission.answered().accept(answer.apply(submission));
        }
    }

    private void remember(Wish.Registered registered) {
        Map<String, SortedMap<String, Integer>> next = new LinkedHashMap<>(registrations);
        next.put(registered.rolloutId(), registered.pairs());
        if (next.size() > REGISTRATIONS_KEPT) {
            next.remove(next.keySet().iterator().next());
        }
        registrations = Collections.unmodifiableMap(next);
    }

    private void read(long token) {
        if (openReadCount >= READS_MAX || raft.read(new Reading(token)) != ProposeVerdict.ACCEPTED) {
            machine.lost(token);
        } else {
            openReadCount++;
        }
    }

    /** Brings the answer to a read home from the apply agent. */
    private final class Reading implements ReadListener {
        private final long token;

        private Reading(long token) {
            this.token = token;
        }

        @Override
        public void onReadable(long appliedIndex) {
            // The view of that index was published before this call, on this same agent.
            mail(() -> {
                machine.readable(token, published.get(), raft.logTimeMs(), output);
                carryOut();
            });
        }

        @Override
        public void onRefused(String reason) {
            mail(() -> machine.lost(token));
        }

        private void mail(Runnable work) {
            Runnable closing = () -> {
                openReadCount--;
                work.run();
            };
            if (!home.offer(closing)) {
                throw Invariant.broken(
                        "no room for a read: mails, capacity", home.waitingCount(), home.capacityCount());
            }
        }
    }

    /** Brings the outcome of a proposal back to the machine. */
    private final class Decision implements Proposals.Done {
        private final long token;

        private Decision(long token) {
            this.token = token;
        }

        @Override
        public void applied(CommandOutcome outcome) {
            machine.decided(token, outcome, published.get(), raft.logTimeMs(), output);
            carryOut();
        }

        @Override
        public void lost(Proposals.Loss loss, String reason) {
            machine.lost(token);
        }
    }
}
