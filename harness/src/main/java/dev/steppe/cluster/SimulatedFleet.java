package dev.steppe.cluster;

import dev.steppe.command.Command.RegisterNodes;
import dev.steppe.command.Command.ReportAllocations;
import dev.steppe.command.Command.ReportAllocations.Report;
import dev.steppe.gateway.GatewayMessage;
import dev.steppe.gateway.GatewayMessage.Answer;
import dev.steppe.gateway.GatewayMessage.Assigned;
import dev.steppe.gateway.GatewayMessage.Assignment;
import dev.steppe.model.node.Node;
import dev.steppe.model.placement.Allocation.ClientStatus;
import dev.steppe.model.placement.Allocation.Health;
import dev.steppe.model.placement.AllocationId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;

/**
 * The machines of one region, as their clients would behave: they register, are heard of, start what they are given,
 * and say after its minimum healthy time that it is healthy, or that it is not. What they run is simulated; everything
 * that they say goes over a real link. Owned by the thread that also runs its {@link GatewayClient}.
 */
public final class SimulatedFleet implements Agent {
    /** Machines of one registration. */
    private static final int REGISTER_MAX = 500;

    private final GatewayClient client;
    private final List<Node> nodes;
    private final List<String> nodeIds;
    private final Predicate<Assignment> failing;
    private final Pace pace;
    private final NanoClock clock;
    private final Runnable onRegistered;
    private final Map<AllocationId, Workload> workloads = new TreeMap<>();
    private int registeredCount;
    private long syncedIndex;
    private boolean syncing;
    private long nextSyncMs;
    private long nextBeatMs;

    /**
     * How often machines speak.
     *
     * @param syncMs between two questions for work
     * @param beatMs between two signs of life
     */
    public record Pace(long syncMs, long beatMs) {}

    /**
     * {@code failing} tells which allocations never become healthy; {@code onRegistered} is run once, when every
     * machine is registered.
     */
    public SimulatedFleet(
            GatewayClient client,
            List<Node> nodes,
            Predicate<Assignment> failing,
            Pace pace,
            NanoClock clock,
            Runnable onRegistered) {
        this.client = client;
        this.nodes = List.copyOf(nodes);
        this.nodeIds = this.nodes.stream().map(Node::id).toList();
        this.failing = failing;
        this.pace = pace;
        this.clock = clock;
        this.onRegistered = onRegistered;
    }

    @Override
    public String roleName() {
        return client.roleName() + "-fleet";
    }

    @Override
    public void onStart() {
        register();
    }

    @Override
    public int doWork() {
        if (registeredCount < nodes.size()) {
            return 0;
        }
        long nowMs = TimeUnit.NANOSECONDS.toMillis(clock.nanoTime());
        int workCount = 0;
        if (nowMs >= nextBeatMs) {
            nextBeatMs = nowMs + pace.beatMs();
            client.ask(requestId -> new GatewayMessage.Beat(requestId, nodeIds), answer -> {});
            workCount++;
        }
        if (!syncing && nowMs >= nextSyncMs) {
            nextSyncMs = nowMs + pace.syncMs();
            syncing = true;
            client.ask(requestId -> new GatewayMessage.Sync(requestId, nodeIds), this::onSynced);
            workCount++;
        }
        return workCount + report(nowMs);
    }

    private void register() {
        int to = Math.min(nodes.size(), registeredCount + REGISTER_MAX);
        RegisterNodes next = new RegisterNodes(nodes.subList(registeredCount, to));
        client.ask(requestId -> new GatewayMessage.Propose(requestId, next), answer -> {
            if (answer instanceof GatewayMessage.Accepted) {
                registeredCount = to;
                if (to == nodes.size()) {
                    onRegistered.run();
                } else {
                    register();
                }
            } else if (answer instanceof GatewayMessage.Refused refused) {
                throw new IllegalStateException("machines cannot register: " + refused.sentence());
            } else {
                register();
            }
        });
    }

    private void onSynced(Answer answer) {
        syncing = false;
        if (!(answer instanceof Assigned assigned) || assigned.index() < syncedIndex) {
            return; // No answer, or that of a server which does not know yet that it leads no more.
        }
        syncedIndex = assigned.index();
        long nowMs = TimeUnit.NANOSECONDS.toMillis(clock.nanoTime());
        Set<AllocationId> wanted = new HashSet<>();
        for (Assignment assignment : assigned.assignments()) {
            wanted.add(assignment.id());
            Workload running = workloads.get(assignment.id());
            if (running == null || running.assignment.jobVersion() != assignment.jobVersion()) {
                // New here, or updated in place: its health in the new version is not known yet.
                workloads.put(assignment.id(), new Workload(assignment, nowMs));
            }
        }
        for (Workload workload : workloads.values()) {
            workload.stopped |= !wanted.contains(workload.assignment.id());
        }
    }

    private int report(long nowMs) {
        Map<String, List<Workload>> due = new TreeMap<>();
        for (Workload workload : workloads.values()) {
            if (workload.wantsToSay(nowMs, failing.test(workload.assignment))) {
                due.computeIfAbsent(workload.assignment.nodeId(), node -> new ArrayList<>())
                        .add(workload);
            }
        }
        due.forEach((nodeId, speakers) -> {
            List<Report> reports =
                    speakers.stream().map(speaker -> speaker.saying).toList();
            client.ask(
                    requestId -> new GatewayMessage.Propose(requestId, new ReportAllocations(nodeId, reports)),
                    answer -> speakers.forEach(speaker -> onReported(speaker, answer)));
        });
        return due.size();
    }

    private void onReported(Workload speaker, Answer answer) {
        speaker.asking = false;
        if (answer instanceof GatewayMessage.Accepted) {
            speaker.said = speaker.saying;
            if (speaker.stopped && speaker.said.client() == ClientStatus.COMPLETE) {
                workloads.remove(speaker.assignment.id(), speaker);
            }
        }
    }

    /** One allocation as its machine runs it. */
    private static final class Workload {
        private final Assignment assignment;
        private final long startMs;
        private boolean stopped;
        private boolean asking;
        private Report said;
        private Report saying;

        private Workload(Assignment assignment, long startMs) {
            this.assignment = assignment;
            this.startMs = startMs;
            this.said = new Report(assignment.id(), ClientStatus.PENDING, Health.UNKNOWN);
            this.saying = said;
        }

        /** Whether there is something new to say; then it is on its way to be said. */
        private boolean wantsToSay(long nowMs, boolean fails) {
            if (asking) {
                return false;
            }
            saying = now(nowMs, fails);
            asking = !saying.equals(said);
            return asking;
        }

        private Report now(long nowMs, boolean fails) {
            if (stopped) {
                return new Report(assignment.id(), ClientStatus.COMPLETE, said.health());
            }
            if (nowMs - startMs < assignment.minHealthyTimeMs()) {
                return new Report(assignment.id(), ClientStatus.RUNNING, Health.UNKNOWN);
            }
            return new Report(assignment.id(), ClientStatus.RUNNING, fails ? Health.UNHEALTHY : Health.HEALTHY);
        }
    }
}
