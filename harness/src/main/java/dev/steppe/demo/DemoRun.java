package dev.steppe.demo;

import dev.steppe.base.OperatingFault;
import dev.steppe.cluster.Federation;
import dev.steppe.cluster.FederationConfig;
import dev.steppe.cluster.GatewayClient;
import dev.steppe.cluster.SimulatedFleet;
import dev.steppe.command.Command;
import dev.steppe.gateway.GatewayMessage;
import dev.steppe.gateway.GatewayMessage.Answer;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.node.Node;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.runtime.AgentHost;
import dev.steppe.runtime.IdleChoice;
import dev.steppe.runtime.ThreadLayout;
import dev.steppe.server.ServerConfig;
import dev.steppe.server.ServerWorld;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.agrona.concurrent.Agent;

/**
 * One demo, from start to end. Owned by the thread that runs it; everything else happens in the servers' own threads.
 */
public final class DemoRun {
    private static final long PATIENCE_MS = 120_000;
    private static final long POLL_NS = 2_000_000;
    private static final long SYNC_MS = 20;
    private static final long BEAT_MS = 2_000;
    private static final long HEARTBEAT_MS = 20_000;

    private final DemoOptions options;
    private final DemoJob job;
    private final OnFailure onFailure;
    private final ServerWorld world;
    private final RolloutTimeline timeline;
    private final List<DemoReport.Rollout> rollouts = new ArrayList<>();

    /** {@code narrator} gets one line for each change of state, from threads of the servers. */
    public DemoRun(DemoOptions options, Job job, ServerWorld world, Consumer<String> narrator) {
        this.options = options;
        this.job = new DemoJob(job, options);
        Job first = this.job.first();
        this.onFailure = first.multiregion() == null
                ? OnFailure.DEFAULT
                : first.multiregion().onFailure();
        this.world = world;
        this.timeline = new RolloutTimeline(job.key(), world.clock(), narrator);
    }

    /** Runs it; a fault is one sentence that says what did not come about. */
    public DemoReport run() throws OperatingFault {
        FederationConfig config = new FederationConfig(
                options.regions(),
                options.servers(),
                options.directory(),
                RaftConfig.Timing.DEFAULT,
                new ServerConfig.Work(ThreadLayout.SHARED, IdleChoice.BACK_OFF, 1, HEARTBEAT_MS),
                new TreeMap<>());
        try (Federation federation = Federation.start(config, world, timeline::onView)) {
            List<Agent> agents = new ArrayList<>();
            AtomicInteger registeredCount = new AtomicInteger();
            GatewayClient operator = federation.client(options.regions().get(0), "operator", PATIENCE_MS);
            agents.add(operator);
            for (String region : options.regions()) {
                addMachines(federation, region, registeredCount, agents);
            }
            try (AgentHost machines =
                    AgentHost.start("machines", ThreadLayout.SHARED, IdleChoice.BACK_OFF, world.haltSwitch(), agents)) {
                await(
                        () -> registeredCount.get() == options.regions().size(),
                        machines,
                        "the machines of every region to register");
                roll(federation, operator, machines, 0, job.first());
                roll(federation, operator, machines, 1, job.second());
            }
            return new Observation(options, timeline, federation).report(rollouts);
        }
    }

    private void addMachines(Federation federation, String region, AtomicInteger registeredCount, List<Agent> agents) {
        Predicate<GatewayMessage.Assignment> failing =
                assignment -> options.failing().filter(region::equals).isPresent() && assignment.specVersion() == 1;
        GatewayClient client = federation.client(region, "machines-" + region, PATIENCE_MS);
        agents.add(client);
        agents.add(new SimulatedFleet(
                client,
                nodes(region),
                failing,
                new SimulatedFleet.Pace(SYNC_MS, BEAT_MS),
                world.clock(),
                registeredCount::incrementAndGet));
    }

    private List<Node> nodes(String region) {
        List<String> datacenters = job.datacenters(region);
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < options.nodes(); i++) {
            nodes.add(DemoNodes.node(region, i, datacenters.get(i % datacenters.size())));
        }
        return nodes;
    }

    private void roll(Federation federation, GatewayClient operator, AgentHost machines, long version, Job spec)
            throws OperatingFault {
        timeline.begin(version);
        long startNs = world.clock().nanoTime();
        Answer answer = submit(operator, machines, spec);
        long submitMs = TimeUnit.NANOSECONDS.toMillis(world.clock().nanoTime() - startNs);
        if (!(answer instanceof GatewayMessage.Accepted accepted) || accepted.version() != version) {
            throw new OperatingFault("version " + version + " of the job was not accepted: " + sentence(answer));
        }
        RolloutEnd end = new RolloutEnd(timeline, options.regions(), onFailure, version);
        await(end::isReached, machines, "version " + version + " to come to rest in every region");
        rollouts.add(new Observation(options, timeline, federation).rollout(version, submitMs, end.outcome()));
        if (version == 0 && !end.outcome().equals("successful")) {
            throw new OperatingFault("version 0 did not become healthy everywhere, it ended " + end.outcome()
                    + ": give the regions more nodes, or the job less to ask for");
        }
    }

    private Answer submit(GatewayClient operator, AgentHost machines, Job spec) throws OperatingFault {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        long submitTimeMs = world.wallClock().time();
        boolean posted = operator.post(() -> operator.ask(
                requestId -> new GatewayMessage.Submit(requestId, spec, Command.ANY_INDEX, submitTimeMs),
                answer::complete));
        if (!posted) {
            throw new OperatingFault("the operator's mailbox is full: run the demo again");
        }
        await(answer::isDone, machines, "the submission to be answered");
        return answer.join();
    }

    private static String sentence(Answer answer) {
        if (answer instanceof GatewayMessage.Refused refused) {
            return refused.sentence();
        }
        if (answer instanceof GatewayMessage.Unknown unknown) {
            return unknown.sentence();
        }
        return answer.toString();
    }

    private void await(BooleanSupplier done, AgentHost machines, String what) throws OperatingFault {
        long untilNs = world.clock().nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
        while (!done.getAsBoolean()) {
            if (!machines.isRunning()) {
                throw new OperatingFault("the simulated machines stopped while the demo waited for " + what);
            }
            if (world.clock().nanoTime() - untilNs > 0) {
                throw new OperatingFault("waited " + PATIENCE_MS / 1_000 + " s in vain for " + what
                        + ": run it again with --debug on a quieter machine");
            }
            LockSupport.parkNanos(POLL_NS);
        }
    }
}
