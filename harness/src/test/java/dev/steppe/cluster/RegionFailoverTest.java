package dev.steppe.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.command.Command;
import dev.steppe.gateway.GatewayMessage;
import dev.steppe.gateway.GatewayMessage.Answer;
import dev.steppe.gateway.GatewayMessage.Ask;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Opaque;
import dev.steppe.model.job.Resources;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import dev.steppe.model.node.Node;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.IdleChoice;
import dev.steppe.runtime.ThreadLayout;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.runtime.clock.SystemClocks;
import dev.steppe.server.RegionServer;
import dev.steppe.server.ServerConfig;
import dev.steppe.server.ServerWorld;
import dev.steppe.state.StateView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Three servers of one region over TCP, whose leader is closed under load, three times over. */
final class RegionFailoverTest {
    private static final String REGION = "eu";
    private static final long PATIENCE_S = 120;
    private static final int IN_FLIGHT = 300;

    private final HaltSwitch.Recorder halts = new HaltSwitch.Recorder();
    private long nextRequestId = 1;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(
            value = ThreadLayout.class,
            names = {"DEDICATED", "SHARED"})
    void answersEveryAskOnceAndKeepsWhatItAccepted(ThreadLayout layout) throws Exception {
        ServerWorld world = new ServerWorld(
                SystemClocks.nano(), SystemClocks.epoch(), SeededEntropy::fromSystem, halts, null, view -> {});
        FederationConfig config = new FederationConfig(
                List.of(REGION),
                3,
                directory,
                RaftConfig.Timing.DEFAULT,
                new ServerConfig.Work(layout, IdleChoice.BACK_OFF, 2, 0),
                new TreeMap<>());
        List<String> accepted = new ArrayList<>();
        try (Federation region = Federation.start(config, world, (name, view) -> {})) {
            register(region);
            for (int round = 0; round < 3; round++) {
                place(region, JobKey.of("before-" + round));
                int closed = closeLeaderUnderLoad(region, round, accepted);
                place(region, JobKey.of("between-" + round));
                region.reopen(REGION, closed);
                place(region, JobKey.of("after-" + round));
            }
            List<StateView> states = equalStates(region);
            for (StateView state : states) {
                assertEquals(states.get(0).stateHash(), state.stateHash());
                accepted.forEach(node -> assertTrue(state.node(node) != null, node + " was accepted"));
                for (int round = 0; round < 3; round++) {
                    for (String when : List.of("before-", "between-", "after-")) {
                        assertEquals(3, live(state, JobKey.of(when + round)));
                    }
                }
            }
        }
        assertEquals(List.of(), halts.halts());
        assertFalse(accepted.isEmpty());
    }

    private void register(Federation region) {
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            nodes.add(node("m" + i, 8_000));
        }
        accepted(region, requestId -> new GatewayMessage.Propose(requestId, new Command.RegisterNodes(nodes)));
    }

    private void place(Federation region, JobKey key) {
        // Submitted again if its outcome is not known: an equal spec makes no second version.
        accepted(region, requestId -> new GatewayMessage.Submit(requestId, job(key), Command.ANY_INDEX, 0));
        await(
                () -> leader(region)
                        .filter(server -> live(server.view(), key) == 3)
                        .isPresent(),
                key + " to run");
    }

    /** Closes the leader while asks of every stage are under way; each is answered once. Answers its member id. */
    private int closeLeaderUnderLoad(Federation region, int round, List<String> accepted) {
        await(() -> leader(region).isPresent(), "a leader");
        RegionServer leader = leader(region).orElseThrow();
        Map<Long, String> names = new TreeMap<>();
        Map<Long, List<Answer>> answers = new ConcurrentHashMap<>();
        for (int i = 0; i < IN_FLIGHT; i++) {
            String name = "n" + round + "-" + i;
            long requestId = nextRequestId++;
            names.put(requestId, name);
            List<Answer> own = Collections.synchronizedList(new ArrayList<>());
            answers.put(requestId, own);
            Command command = new Command.RegisterNodes(List.of(node(name, 100)));
            assertTrue(leader.ask(new GatewayMessage.Propose(requestId, command), own::add), "there is room");
        }
        // Some are applied, some are on their way, some were never looked at.
        await(() -> answers.values().stream().filter(own -> !own.isEmpty()).count() > 20, "the first answers");
        int memberId = leader.status().memberId();
        leader.close();
        answers.forEach((requestId, own) -> {
            assertEquals(1, own.size(), "answers to " + names.get(requestId) + ": " + own);
            if (own.get(0) instanceof GatewayMessage.Accepted) {
                accepted.add(names.get(requestId));
            }
        });
        assertFalse(leader.ask(new GatewayMessage.Beat(nextRequestId++, List.of()), answer -> {}));
        return memberId;
    }

    private void accepted(Federation region, LongFunction<Ask> ask) {
        await(
                () -> {
                    Optional<RegionServer> leader = leader(region);
                    CompletableFuture<Answer> answer = new CompletableFuture<>();
                    return leader.isPresent()
                            && leader.get().ask(ask.apply(nextRequestId++), answer::complete)
                            && answer.join() instanceof GatewayMessage.Accepted;
                },
                "an ask to be accepted");
    }

    private List<StateView> equalStates(Federation region) {
        List<StateView> states = new ArrayList<>();
        await(
                () -> {
                    states.clear();
                    region.servers(REGION).forEach(server -> states.add(server.view()));
                    return states.stream()
                                    .mapToLong(StateView::index)
                                    .distinct()
                                    .count()
                            == 1;
                },
                "all servers to have applied the same entry");
        return states;
    }

    private static Optional<RegionServer> leader(Federation region) {
        return region.leader(REGION).filter(RegionServer::isRunning);
    }

    private static long live(StateView state, JobKey key) {
        return state.allocationsOfJob(key).stream()
                .filter(allocation -> !allocation.isTerminal())
                .count();
    }

    private static Node node(String id, int cpuMhz) {
        return new Node(id, id, "dc1", "", new TreeMap<>(), new TreeMap<>(), new Resources(cpuMhz, 8_192, 100_000));
    }

    private static Job job(JobKey key) {
        Task task = new Task("server", "docker", 500, 256, List.of(), new TreeMap<>(), new TreeMap<>(), Opaque.NONE);
        TaskGroup web =
                new TaskGroup("web", 3, List.of(), List.of(task), Update.DEFAULT, 300, new TreeMap<>(), Opaque.NONE);
        return new Job(
                key, key.id(), 50, false, List.of("*"), List.of(), new TreeMap<>(), List.of(web), null, Opaque.NONE);
    }

    private void await(BooleanSupplier condition, String what) {
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!condition.getAsBoolean()) {
            assertEquals(List.of(), halts.halts());
            assertTrue(System.nanoTime() < untilNs, "waited in vain for " + what);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
