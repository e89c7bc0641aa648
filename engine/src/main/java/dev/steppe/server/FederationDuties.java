package dev.steppe.server;

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
import dev.steppe.runtime.Mailbox;
import dev.steppe.runtime.Published;
import dev.steppe.state.StateView;
import dev.steppe.transport.PeerIdentity;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Carries out what the federation machine wishes, and brings it what happened. Owned by the duties agent. */
final class FederationDuties {
    private static final int REGISTRATIONS_KEPT = 256;

    private final String region;
    private final RaftServer<CommandOutcome> raft;
    private final FederationMachine machine;
    private final FederationOutput output = new FederationOutput();
    private final Proposals proposals;
    private final Mailbox<Runnable> home;
    private final Published<StateView> published;
    private final Map<Long, Submission> submissions = new HashMap<>();
    private @Nullable WatcherAgent watcher;
    private @Nullable ForwardLane lane;
    private long nextToken = 1;
    /** Copied on every write: read by any thread. */
    private volatile Map<String, SortedMap<String, Integer>> registrations = Map.of();

    private volatile String absence;

    private record Submission(long requestId, Consumer<Answer> answered) {}

    FederationDuties(
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
    void connect(@Nullable ForwardLane newLane, @Nullable WatcherAgent newWatcher) {
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

    void onMessage(RegionMessage message, PeerIdentity peer) {
        machine.received(peer.region(), (int) peer.memberId(), message, raft.logTimeMs(), output);
        carryOut();
    }

    void onIntent(RolloutIntent intent) {
        if (!machine.intent(intent, raft.logTimeMs(), output) && !home.offer(() -> onIntent(intent))) {
            machine.watcherFailed("the rollout watcher asks for more than can be carried", output);
        }
        carryOut();
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
        return carryOut();
    }

    /** Why rollouts are not watched here; empty while they are. Any thread. */
    String watcherAbsence() {
        return absence;
    }

    /** Pairs that a region saw before it was run; 0 unless this server registered the rollout. Any thread. */
    int registrationPairs(String rolloutId, String inRegion) {
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
        ProposeVerdict verdict = raft.read(new ReadListener() {
            @Override
            public void onReadable(long appliedIndex) {
                // The view of that index was published before this call, on this same agent.
                home.offer(() -> {
                    machine.readable(token, published.get(), raft.logTimeMs(), output);
                    carryOut();
                });
            }

            @Override
            public void onRefused(String reason) {
                home.offer(() -> machine.lost(token));
            }
        });
        if (verdict != ProposeVerdict.ACCEPTED) {
            machine.lost(token);
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
        public void lost(boolean mayHold, String reason) {
            machine.lost(token);
        }
    }
}
