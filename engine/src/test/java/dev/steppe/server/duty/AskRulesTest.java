package dev.steppe.server.duty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.command.Command;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.server.ServerFixture;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class AskRulesTest {
    private static final String LONG = "x".repeat(70_000);

    private final AskRules rules = new AskRules(1 << 20);

    private static Command reports(String nodeId, int count) {
        Command.ReportAllocations.Report one = new Command.ReportAllocations.Report(
                new AllocationId(1, 1), Allocation.ClientStatus.RUNNING, Allocation.Health.HEALTHY);
        return new Command.ReportAllocations(nodeId, Collections.nCopies(count, one));
    }

    static Stream<Arguments> absurdities() {
        return Stream.of(
                Arguments.of(new Command.RegisterNodes(List.of(ServerFixture.node(LONG))), "Nodes[0].ID"),
                Arguments.of(
                        new Command.RegisterNodes(IntStream.range(0, 9_999)
                                .mapToObj(i -> ServerFixture.node("n" + "0".repeat(100) + i))
                                .toList()),
                        "the command would take"),
                Arguments.of(
                        new Command.RegisterNodes(Collections.nCopies(70_000, ServerFixture.node("n1"))),
                        "70000 nodes"),
                Arguments.of(new Command.StopJob(JobKey.of(LONG)), "a job id has 70000"),
                Arguments.of(new Command.StopJob(new JobKey(LONG, "a")), "a namespace has 70000"),
                Arguments.of(new Command.SetNodeStatus(List.of("n1", LONG), NodeStatus.DOWN), "a node id has 70000"),
                Arguments.of(
                        new Command.SetNodeStatus(Collections.nCopies(10_001, "n1"), NodeStatus.DOWN), "10001 nodes"),
                Arguments.of(reports(LONG, 1), "a node id has 70000"),
                Arguments.of(reports("n1", 70_000), "70000 allocations"),
                Arguments.of(
                        new Command.SubmitJob(ServerFixture.job(JobKey.of(LONG), 1), Command.ANY_INDEX, 0), "ID has"),
                Arguments.of(
                        new Command.SubmitJob(ServerFixture.job(JobKey.of("a"), -1), Command.ANY_INDEX, 0),
                        "TaskGroups[0].Count is -1"));
    }

    @ParameterizedTest
    @MethodSource("absurdities")
    void refusesWithASentenceWhatMustNotComeNearTheLog(Command command, String sentence) {
        String refusal = rules.refusal(command);
        assertTrue(refusal.startsWith(sentence), refusal.substring(0, Math.min(200, refusal.length())));
    }

    @Test
    void letsOrdinaryCommandsThrough() {
        assertEquals("", rules.refusal(new Command.RegisterNodes(List.of(ServerFixture.node("n1")))));
        assertEquals("", rules.refusal(new Command.StopJob(JobKey.of("a"))));
        assertEquals("", rules.refusal(new Command.SetNodeStatus(List.of("n1"), NodeStatus.DOWN)));
        assertEquals("", rules.refusal(reports("n1", 10_000)));
        assertEquals(
                "", rules.refusal(new Command.SubmitJob(ServerFixture.job(JobKey.of("a"), 3), Command.ANY_INDEX, 0)));
    }
}
