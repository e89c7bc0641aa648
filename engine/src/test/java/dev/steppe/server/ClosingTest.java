package dev.steppe.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.api.Engine;
import dev.steppe.api.EngineAnswer;
import dev.steppe.api.EngineConfig;
import dev.steppe.api.EngineThreads;
import dev.steppe.api.Placements;
import dev.steppe.command.Command;
import dev.steppe.gateway.GatewayMessage;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.node.Node;
import dev.steppe.runtime.ThreadLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Engines that are closed in the middle of something, asked afterwards, or asked for the absurd. */
final class ClosingTest {
    private static final JobKey KEY = JobKey.of("hello");

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(EngineThreads.class)
    void everyFutureEndsAndTheDirectoryIsFreeAtOnce(EngineThreads threads) throws Exception {
        for (int life = 0; life < 3; life++) {
            List<CompletableFuture<?>> futures = new ArrayList<>();
            Engine engine = Engine.open(EngineConfig.in(directory).with(threads));
            for (int i = 0; i < 500; i++) {
                futures.add(engine.register(ServerFixture.node("n" + i)));
                futures.add(engine.submit(ServerFixture.job(JobKey.of("job" + i), 1)));
                futures.add(engine.settled(JobKey.of("job" + i)));
                if (threads == EngineThreads.INVOKED) {
                    engine.doWork();
                }
            }
            engine.close();
            assertTrue(futures.stream().allMatch(CompletableFuture::isDone), "a future has no end");
        }
    }

    @ParameterizedTest
    @EnumSource(EngineThreads.class)
    void answersAtOnceWhatIsAskedAfterTheEnd(EngineThreads threads) throws Exception {
        Engine engine = Engine.open(EngineConfig.in(directory).with(threads));
        engine.close();
        engine.close();
        assertInstanceOf(
                EngineAnswer.Unknown.class,
                engine.register(ServerFixture.node("n1")).getNow(null));
        assertInstanceOf(
                EngineAnswer.Unknown.class,
                engine.submit(ServerFixture.job(KEY, 1)).getNow(null));
        assertInstanceOf(EngineAnswer.Unknown.class, engine.heartbeat("n1"));
        assertTrue(engine.settled(KEY).isCancelled());
        assertEquals(List.of(), engine.view().allocations(KEY));
        if (threads == EngineThreads.INVOKED) {
            assertEquals(0, engine.doWork());
        }
    }

    /** Whoever asks while another closes gets an end, on whichever side of it. */
    @Test
    void futuresAskedForDuringTheCloseEnd() throws Exception {
        for (int life = 0; life < 10; life++) {
            Engine engine = Engine.open(EngineConfig.in(directory).with(EngineThreads.SHARED));
            CountDownLatch asking = new CountDownLatch(200);
            List<CompletableFuture<?>> futures = new ArrayList<>();
            Thread asker = new Thread(() -> {
                for (int i = 0; i < 5_000; i++) {
                    futures.add(engine.settled(KEY));
                    futures.add(engine.stop(KEY));
                    asking.countDown();
                }
            });
            asker.start();
            asking.await();
            engine.close();
            asker.join();
            assertTrue(futures.stream().allMatch(CompletableFuture::isDone), "a future has no end");
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadLayout.class)
    void refusesToCloseOnItsOwnAgent(ThreadLayout layout) throws Exception {
        CompletableFuture<Throwable> refusal = new CompletableFuture<>();
        try (RegionServer server = ServerFixture.server(directory, layout, ServerWorld.real())) {
            boolean taken = server.ask(
                    new GatewayMessage.Beat(1, List.of()),
                    answer -> refusal.complete(assertThrows(IllegalStateException.class, server::close)));
            assertTrue(taken);
            while (layout == ThreadLayout.INVOKED && !refusal.isDone()) {
                server.doWork();
            }
            assertInstanceOf(IllegalStateException.class, refusal.join());
            assertTrue(server.isRunning());
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadLayout.class)
    void answersAsksThatNobodyLookedAtOnce(ThreadLayout layout) throws Exception {
        List<GatewayMessage.Answer> answers = Collections.synchronizedList(new ArrayList<>());
        int takenCount = 0;
        try (RegionServer server = ServerFixture.server(directory, layout, ServerWorld.real())) {
            for (int i = 0; i < 3_000; i++) {
                Command command = new Command.RegisterNodes(List.of(ServerFixture.node("n" + i)));
                takenCount += server.ask(new GatewayMessage.Propose(i, command), answers::add) ? 1 : 0;
            }
        }
        assertEquals(3_000, takenCount);
        assertEquals(
                3_000,
                answers.stream()
                        .mapToLong(GatewayMessage.Answer::requestId)
                        .distinct()
                        .count());
        assertEquals(3_000, answers.size());
    }

    @Test
    void askedForTheAbsurdItRefusesWithASentenceAndGoesOn() throws Exception {
        String longName = "x".repeat(100_000);
        try (Engine engine = Engine.open(EngineConfig.in(directory))) {
            assertRefused(engine.register(ServerFixture.node(longName)), "Nodes[0].ID");
            TreeMap<String, String> attributes = new TreeMap<>();
            attributes.put("\ud800", "1");
            attributes.put("\ud801", "2");
            Node node = ServerFixture.node("n1");
            assertRefused(
                    engine.register(new Node("n1", "n1", "dc1", "", attributes, new TreeMap<>(), node.capacity())),
                    "Nodes[0].Attributes");
            assertRefused(engine.submit(ServerFixture.job(JobKey.of(longName), 1)), "ID");
            assertRefused(engine.submit(ServerFixture.twoRegionJob(JobKey.of(longName))), "ID");
            assertRefused(engine.stop(JobKey.of(longName)), "a job id");
            assertRefused(engine.down(longName), "a node id");
            assertRefused(engine.report(longName, List.of()), "a node id");
            assertEquals(3, ServerFixture.placeThree(engine, KEY).running().size());
        }
    }

    private static void assertRefused(CompletableFuture<EngineAnswer> answer, String sentence) {
        EngineAnswer.Refused refused = assertInstanceOf(EngineAnswer.Refused.class, answer.join());
        assertTrue(refused.sentence().startsWith(sentence), refused.sentence().substring(0, 20));
    }

    @ParameterizedTest
    @EnumSource(EngineThreads.class)
    void settledAfterReopeningWaitsForWhatWasRecovered(EngineThreads threads) throws Exception {
        Placements before;
        try (Engine engine = Engine.open(EngineConfig.in(directory))) {
            // Twenty batches of the apply agent and more, so that there is something to wait for.
            CompletableFuture<?>[] all = IntStream.range(0, 5_500)
                    .mapToObj(i -> engine.register(ServerFixture.node("n" + i % 50)))
                    .toArray(CompletableFuture<?>[]::new);
            CompletableFuture.allOf(all).join();
            engine.submit(ServerFixture.job(KEY, 3)).join();
            before = engine.settled(KEY).join();
        }
        assertEquals(3, before.running().size());
        try (Engine engine = Engine.open(EngineConfig.in(directory).with(threads))) {
            CompletableFuture<Placements> settled = engine.settled(KEY);
            assertEquals(
                    before, threads == EngineThreads.INVOKED ? ServerFixture.drive(engine, settled) : settled.join());
        }
    }
}
