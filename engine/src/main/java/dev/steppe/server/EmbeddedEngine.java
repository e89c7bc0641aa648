package dev.steppe.server;

import dev.steppe.api.AllocationReport;
import dev.steppe.api.Engine;
import dev.steppe.api.EngineAnswer;
import dev.steppe.api.EngineView;
import dev.steppe.api.Placements;
import dev.steppe.command.Command;
import dev.steppe.gateway.GatewayMessage;
import dev.steppe.gateway.GatewayMessage.Answer;
import dev.steppe.gateway.GatewayMessage.Ask;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.node.Node;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.GroupFailure;
import dev.steppe.state.StateView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.agrona.concurrent.EpochClock;

/**
 * The embeddable engine: one server of one region with one voter. Any thread, as {@link Engine} says; what it asks goes
 * through the mailbox of the duties agent like a remote client's ask.
 */
final class EmbeddedEngine implements Engine {
    private static final Comparator<Allocation> BY_SLOT = Comparator.<Allocation, String>comparing(
                    allocation -> allocation.slot().group())
            .thenComparingInt(allocation -> allocation.slot().ordinal());

    private static final EngineAnswer CLOSED = new EngineAnswer.Unknown("the engine was closed before it could say");

    private final RegionServer server;
    private final EpochClock wallClock;
    private final AtomicLong nextRequestId = new AtomicLong(1);
    /** What ends each promise that is still open when the engine closes. */
    private final Map<Long, Runnable> open = new ConcurrentHashMap<>();

    EmbeddedEngine(RegionServer server, EpochClock wallClock) {
        this.server = server;
        this.wallClock = wallClock;
    }

    @Override
    public CompletableFuture<EngineAnswer> register(Node node) {
        return propose(new Command.RegisterNodes(List.of(node)));
    }

    @Override
    public EngineAnswer heartbeat(String nodeId) {
        Ask beat = new GatewayMessage.Beat(nextRequestId.getAndIncrement(), List.of(nodeId));
        return server.ask(beat, answer -> {}) ? new EngineAnswer.Accepted(0, -1) : notTaken();
    }

    @Override
    public CompletableFuture<EngineAnswer> down(String nodeId) {
        return propose(new Command.SetNodeStatus(List.of(nodeId), NodeStatus.DOWN));
    }

    @Override
    public CompletableFuture<EngineAnswer> submit(Job job) {
        long submitTimeMs = wallClock.time();
        return ask(requestId -> new GatewayMessage.Submit(requestId, job, Command.ANY_INDEX, submitTimeMs));
    }

    @Override
    public CompletableFuture<EngineAnswer> stop(JobKey job) {
        return propose(new Command.StopJob(job));
    }

    @Override
    public CompletableFuture<EngineAnswer> report(String nodeId, List<AllocationReport> reports) {
        return propose(new Command.ReportAllocations(
                nodeId,
                reports.stream()
                        .map(one -> new Command.ReportAllocations.Report(one.id(), one.client(), one.health()))
                        .toList()));
    }

    @Override
    public CompletableFuture<Placements> settled(JobKey job) {
        CompletableFuture<Placements> future = new CompletableFuture<>();
        long ticket = nextRequestId.getAndIncrement();
        open.put(ticket, () -> future.cancel(false));
        Runnable cancel = () -> {
            open.remove(ticket);
            future.cancel(false);
        };
        // Once led, the state has everything that was there before the engine was opened.
        boolean taken = server.post(duties -> {
            boolean waits = duties.whenLed(() -> duties.whenSettled(job, view -> {
                open.remove(ticket);
                future.complete(placements(job, view));
            }));
            if (!waits) {
                cancel.run();
            }
        });
        if (!taken || !server.isRunning()) {
            cancel.run();
        }
        return future;
    }

    private static Placements placements(JobKey job, StateView view) {
        List<Allocation> running = new ArrayList<>();
        for (Allocation allocation : view.allocationsOfJob(job)) {
            if (!allocation.isTerminal()) {
                running.add(allocation);
            }
        }
        running.sort(BY_SLOT);
        List<Evaluation> evaluations = view.evaluationsOfJob(job);
        List<GroupFailure> failures = evaluations.isEmpty()
                ? List.of()
                : evaluations.get(evaluations.size() - 1).failures();
        return new Placements(running, failures);
    }

    @Override
    public EngineView view() {
        return new EngineViewOf(server.view());
    }

    @Override
    public int doWork() {
        return server.doWork();
    }

    @Override
    public void close() {
        server.close();
        open.values().forEach(Runnable::run);
        open.clear();
    }

    private CompletableFuture<EngineAnswer> propose(Command command) {
        return ask(requestId -> new GatewayMessage.Propose(requestId, command));
    }

    private CompletableFuture<EngineAnswer> ask(LongFunction<Ask> asking) {
        CompletableFuture<EngineAnswer> future = new CompletableFuture<>();
        long requestId = nextRequestId.getAndIncrement();
        open.put(requestId, () -> future.complete(CLOSED));
        askLeader(asking.apply(requestId), answer -> {
            open.remove(requestId);
            future.complete(answer);
        });
        return future;
    }

    /** The one voter leads as soon as it has counted its own vote; until then an ask waits. */
    private void askLeader(Ask ask, Consumer<EngineAnswer> answered) {
        boolean taken = server.post(duties -> {
            boolean waits = duties.whenLed(() -> duties.take(ask, false, answer -> {
                if (answer instanceof GatewayMessage.NotLeader && server.isRunning()) {
                    askLeader(ask, answered);
                } else {
                    answered.accept(answerOf(answer));
                }
            }));
            if (!waits) {
                answered.accept(new EngineAnswer.Busy());
            }
        });
        if (!taken) {
            answered.accept(notTaken());
        }
    }

    private EngineAnswer notTaken() {
        return server.isRunning() ? new EngineAnswer.Busy() : CLOSED;
    }

    private static EngineAnswer answerOf(Answer answer) {
        if (answer instanceof GatewayMessage.Accepted accepted) {
            return new EngineAnswer.Accepted(accepted.index(), accepted.version());
        }
        if (answer instanceof GatewayMessage.Refused refused) {
            return new EngineAnswer.Refused(refused.sentence());
        }
        if (answer instanceof GatewayMessage.Busy) {
            return new EngineAnswer.Busy();
        }
        return new EngineAnswer.Unknown(
                answer instanceof GatewayMessage.Unknown unknown ? unknown.sentence() : "the engine stopped");
    }
}
