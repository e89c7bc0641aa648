package dev.steppe.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.command.Command;
import dev.steppe.gateway.GatewayMessage;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.ThreadLayout;
import dev.steppe.runtime.clock.ManualClock;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.runtime.clock.SystemClocks;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole server whose time the test makes: a machine falls silent, is replaced, and comes back. */
final class MachineLossTest {
    private static final JobKey KEY = JobKey.of("hello");
    private static final long HEARTBEAT_MS = 1_000;

    private final ManualClock clock = new ManualClock(0);
    private final HaltSwitch.Recorder halts = new HaltSwitch.Recorder();
    private long nextRequestId = 1;

    @TempDir
    private Path directory;

    @Test
    void silentMachineIsReplacedAndComesBack() throws Exception {
        ServerWorld world =
                new ServerWorld(clock, SystemClocks.epoch(), () -> new SeededEntropy(1), halts, null, view -> {});
        try (RegionServer server = ServerFixture.server(directory, ThreadLayout.INVOKED, world, 1, HEARTBEAT_MS)) {
            drive(server, () -> server.status().indexes().appliedIndex() > 0);
            tell(server, new Command.RegisterNodes(List.of(ServerFixture.node("n1"), ServerFixture.node("n2"))));
            ask(server, new GatewayMessage.Submit(nextRequestId++, ServerFixture.job(KEY, 4), Command.ANY_INDEX, 0));
            drive(server, () -> live(server).size() == 4);
            String silent = live(server).get(0).nodeId();
            String heard = silent.equals("n1") ? "n2" : "n1";
            for (int beat = 0; beat < 6; beat++) {
                clock.advanceNs(TimeUnit.MILLISECONDS.toNanos(HEARTBEAT_MS / 2));
                ask(server, new GatewayMessage.Beat(nextRequestId++, List.of(heard)));
                for (int round = 0; round < 200; round++) {
                    server.doWork();
                }
            }
            drive(server, () -> server.view().node(silent).status() == NodeStatus.DOWN);
            assertEquals(NodeStatus.READY, server.view().node(heard).status());
            drive(
                    server,
                    () -> live(server).size() == 4
                            && live(server).stream()
                                    .allMatch(one -> one.nodeId().equals(heard)));
            ask(server, new GatewayMessage.Beat(nextRequestId++, List.of(silent, "stranger")));
            drive(server, () -> server.view().node(silent).status() == NodeStatus.READY);
        }
        assertEquals(List.of(), halts.halts());
    }

    private void tell(RegionServer server, Command command) {
        ask(server, new GatewayMessage.Propose(nextRequestId++, command));
    }

    private static void ask(RegionServer server, GatewayMessage.Ask ask) {
        assertTrue(server.post(duties -> duties.whenLed(() -> duties.take(ask, true, answer -> {}))));
    }

    private static List<Allocation> live(RegionServer server) {
        return server.view().allocationsOfJob(KEY).stream()
                .filter(one -> !one.isTerminal())
                .toList();
    }

    private void drive(RegionServer server, BooleanSupplier reached) {
        for (int round = 0; !reached.getAsBoolean(); round++) {
            server.doWork();
            assertTrue(round < 1_000_000, "not reached; halts " + halts.halts());
        }
    }
}
