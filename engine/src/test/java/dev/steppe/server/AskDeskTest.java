package dev.steppe.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.command.Command;
import dev.steppe.gateway.GatewayMessage;
import dev.steppe.gateway.GatewayMessage.Answer;
import dev.steppe.gateway.GatewayMessage.Ask;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.rollout.RolloutVerb;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.runtime.ThreadLayout;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AskDeskTest {
    private static final JobKey KEY = JobKey.of("hello");

    @TempDir
    private Path directory;

    private RegionServer server;

    @BeforeEach
    void open() throws Exception {
        server = ServerFixture.server(directory, ThreadLayout.INVOKED, ServerWorld.real());
        answer(new GatewayMessage.Propose(1, new Command.RegisterNodes(List.of(ServerFixture.node("n1")))), true);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private Answer answer(Ask ask, boolean remote) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        assertTrue(server.post(duties -> duties.whenLed(() -> duties.take(ask, remote, answer::complete))));
        while (!answer.isDone()) {
            server.doWork();
        }
        return answer.join();
    }

    private void refuses(Ask ask, boolean remote, String sentence) {
        long indexBefore = server.view().index();
        GatewayMessage.Refused refused = assertInstanceOf(GatewayMessage.Refused.class, answer(ask, remote));
        assertEquals(ask.requestId(), refused.requestId());
        assertTrue(refused.sentence().contains(sentence), refused.sentence());
        assertEquals(indexBefore, server.view().index(), "nothing was written");
    }

    @Test
    void refusesCommandsThatAreNotForClients() {
        for (Command command : List.of(
                new Command.SubmitJob(ServerFixture.job(KEY, 1), Command.ANY_INDEX, 0),
                new Command.CreateEvaluations(List.of()),
                new Command.CommitPlans(1, List.of()),
                new Command.ConcludeEvaluations(1, List.of()),
                new Command.FailDeployment(1, StatusReason.OPERATOR, ""),
                new Command.RefreshStall("r", KEY),
                new Command.MoveRollout(RolloutVerb.RUN, "r", KEY, 1, StatusReason.NONE, "eu"))) {
            refuses(new GatewayMessage.Propose(7, command), false, "a client may not propose");
            refuses(new GatewayMessage.Propose(7, command), true, "a client may not propose");
        }
    }

    @Test
    void letsOnlyTheEmbedderSetANodeDown() {
        Ask down = new GatewayMessage.Propose(8, new Command.SetNodeStatus(List.of("n1"), NodeStatus.DOWN));
        refuses(down, true, "a client may not propose SetNodeStatus");
        assertInstanceOf(GatewayMessage.Accepted.class, answer(down, false));
        assertEquals(NodeStatus.DOWN, server.view().node("n1").status());
    }

    @Test
    void refusesToSteerWhatIsNotThereOrNotARollout() {
        refuses(new GatewayMessage.Steer(9, KEY, RolloutVerb.FAIL), true, "has no open deployment in region local");
        answer(new GatewayMessage.Submit(10, ServerFixture.job(KEY, 2), Command.ANY_INDEX, 0), true);
        while (server.view().deploymentsOfJob(KEY).isEmpty()) {
            server.doWork();
        }
        refuses(new GatewayMessage.Steer(11, KEY, RolloutVerb.UNBLOCK), true, "not UNBLOCK");
        refuses(new GatewayMessage.Steer(12, KEY, RolloutVerb.RUN), true, "not RUN");
        assertInstanceOf(
                GatewayMessage.Accepted.class, answer(new GatewayMessage.Steer(13, KEY, RolloutVerb.FAIL), true));
    }

    @Test
    void tellsEachAllocationOnceHoweverOftenItsNodeIsNamed() {
        answer(new GatewayMessage.Submit(14, ServerFixture.job(KEY, 3), Command.ANY_INDEX, 0), true);
        while (server.view().allocationsOfJob(KEY).size() < 3) {
            server.doWork();
        }
        GatewayMessage.Assigned assigned = assertInstanceOf(
                GatewayMessage.Assigned.class,
                answer(new GatewayMessage.Sync(15, Collections.nCopies(10_000, "n1")), true));
        assertEquals(3, assigned.assignments().size());
        refuses(new GatewayMessage.Sync(16, Collections.nCopies(10_001, "n1")), true, "10001 nodes in one ask");
    }

    @Test
    void saysWhoLeadsWhileThisServerDoesNot() throws Exception {
        try (RegionServer fresh =
                ServerFixture.server(directory.resolve("other"), ThreadLayout.INVOKED, ServerWorld.real())) {
            CompletableFuture<Answer> answer = new CompletableFuture<>();
            assertTrue(fresh.ask(new GatewayMessage.Beat(17, List.of("n1")), answer::complete));
            fresh.doWork();
            assertEquals(new GatewayMessage.NotLeader(17, -1), answer.join());
        }
    }

    @Test
    void acceptsAndPlacesNothingWithoutPlanners() throws Exception {
        try (RegionServer idle =
                ServerFixture.server(directory.resolve("idle"), ThreadLayout.INVOKED, ServerWorld.real(), 0, 0)) {
            CompletableFuture<Answer> answer = new CompletableFuture<>();
            Ask submit = new GatewayMessage.Submit(18, ServerFixture.job(KEY, 1), Command.ANY_INDEX, 0);
            CompletableFuture<Answer> registered = new CompletableFuture<>();
            Ask register = new GatewayMessage.Propose(19, new Command.RegisterNodes(List.of(ServerFixture.node("n1"))));
            assertTrue(idle.post(duties -> duties.whenLed(() -> duties.take(register, true, registered::complete))));
            assertTrue(idle.post(duties -> duties.whenLed(() -> duties.take(submit, true, answer::complete))));
            for (int round = 0; round < 10_000 || !answer.isDone(); round++) {
                idle.doWork();
            }
            assertInstanceOf(GatewayMessage.Accepted.class, answer.join());
            assertEquals(List.of(), idle.view().allocationsOfJob(KEY));
        }
    }
}
