package dev.steppe.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.api.AllocationReport;
import dev.steppe.api.Engine;
import dev.steppe.api.EngineAnswer;
import dev.steppe.api.EngineConfig;
import dev.steppe.api.EngineThreads;
import dev.steppe.api.Placements;
import dev.steppe.base.OperatingFault;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.rollout.DeploymentStatus;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class EmbeddedEngineTest {
    private static final JobKey KEY = JobKey.of("hello");

    @TempDir
    private Path directory;

    private static Set<String> steppeThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("steppe"))
                .collect(Collectors.toSet());
    }

    @Test
    void invokedStartsNoThread() throws Exception {
        Set<String> before = steppeThreads();
        try (Engine engine = Engine.open(EngineConfig.in(directory).with(EngineThreads.INVOKED))) {
            ServerFixture.drive(engine, engine.register(ServerFixture.node("n1")));
            ServerFixture.drive(engine, engine.submit(ServerFixture.job(KEY, 3)));
            Placements placements = ServerFixture.drive(engine, engine.settled(KEY));
            assertEquals(3, placements.running().size());
            assertEquals(before, steppeThreads());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = EngineThreads.class,
            names = {"DEDICATED", "SHARED"})
    void closeEndsEveryThread(EngineThreads threads) throws Exception {
        Set<String> before = steppeThreads();
        try (Engine engine = Engine.open(EngineConfig.in(directory).with(threads))) {
            assertEquals(3, ServerFixture.placeThree(engine, KEY).running().size());
            assertTrue(steppeThreads().size() > before.size(), "it has threads of its own");
        }
        assertEquals(before, steppeThreads());
    }

    @Test
    void twoEnginesInOneProcessDoNotTouch() throws Exception {
        try (Engine one = Engine.open(EngineConfig.in(directory.resolve("one")));
                Engine two = Engine.open(EngineConfig.in(directory.resolve("two")))) {
            ServerFixture.placeThree(one, KEY);
            two.register(ServerFixture.node("m1")).join();
            assertTrue(two.view().job(KEY).isEmpty());
            assertTrue(one.view().node("m1").isEmpty());
            assertThrows(OperatingFault.class, () -> Engine.open(EngineConfig.in(directory.resolve("one"))));
        }
    }

    @Test
    void healthMakesADeploymentSuccessfulAndItsVersionStable() throws Exception {
        try (Engine engine = Engine.open(EngineConfig.in(directory))) {
            for (Allocation allocation : ServerFixture.placeThree(engine, KEY).running()) {
                engine.report(
                                allocation.nodeId(),
                                List.of(new AllocationReport(
                                        allocation.id(), Allocation.ClientStatus.RUNNING, Allocation.Health.HEALTHY)))
                        .join();
            }
            await(() -> engine.view().deployments(KEY).get(0).status() == DeploymentStatus.SUCCESSFUL);
            assertTrue(engine.view().job(KEY).orElseThrow().stable());
        }
    }

    @Test
    void lostMachineIsReplaced() throws Exception {
        try (Engine engine = Engine.open(EngineConfig.in(directory))) {
            Placements before = ServerFixture.placeThree(engine, KEY);
            String lost = before.running().get(0).nodeId();
            engine.down(lost).join();
            Placements after = engine.settled(KEY).join();
            assertEquals(3, after.running().size());
            assertTrue(after.running().stream()
                    .noneMatch(allocation -> allocation.nodeId().equals(lost)));
        }
    }

    @Test
    void stopStopsAll() throws Exception {
        try (Engine engine = Engine.open(EngineConfig.in(directory))) {
            ServerFixture.placeThree(engine, KEY);
            engine.stop(KEY).join();
            assertEquals(List.of(), engine.settled(KEY).join().running());
        }
    }

    @Test
    void whatDoesNotFitHasAReason() throws Exception {
        try (Engine engine = Engine.open(EngineConfig.in(directory))) {
            engine.register(ServerFixture.node("n1")).join();
            engine.submit(ServerFixture.job(KEY, 9)).join();
            Placements placements = engine.settled(KEY).join();
            assertEquals(8, placements.running().size());
            assertEquals(1, placements.failures().get(0).unplacedCount());
            assertEquals(1, placements.failures().get(0).reasons().get("cpu"));
            engine.register(ServerFixture.node("n2")).join(); // Room wakes what was blocked.
            await(() -> engine.settled(KEY).join().running().size() == 9);
        }
    }

    @Test
    void unknownRegionIsRefusedWithASentence() throws Exception {
        try (Engine engine = Engine.open(EngineConfig.in(directory))) {
            EngineAnswer answer = engine.submit(ServerFixture.twoRegionJob(KEY)).join();
            EngineAnswer.Refused refused = assertInstanceOf(EngineAnswer.Refused.class, answer);
            assertTrue(refused.sentence().contains("other"), refused.sentence());
            assertTrue(engine.view().job(KEY).isEmpty());
        }
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition) {
        long untilNs = System.nanoTime() + 60_000_000_000L;
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < untilNs, "waited in vain");
            Thread.onSpinWait();
        }
    }
}
