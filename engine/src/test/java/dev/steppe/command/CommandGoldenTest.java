package dev.steppe.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.steppe.command.Command.CommitPlans;
import dev.steppe.command.Command.ConcludeEvaluations;
import dev.steppe.command.Command.ConcludeEvaluations.Conclusion;
import dev.steppe.command.Command.CreateEvaluations;
import dev.steppe.command.Command.CreateEvaluations.Asked;
import dev.steppe.command.Command.FailDeployment;
import dev.steppe.command.Command.MoveRollout;
import dev.steppe.command.Command.RefreshStall;
import dev.steppe.command.Command.RegisterNodes;
import dev.steppe.command.Command.ReportAllocations;
import dev.steppe.command.Command.ReportAllocations.Report;
import dev.steppe.command.Command.SetNodeStatus;
import dev.steppe.command.Command.StageJob;
import dev.steppe.command.Command.StopJob;
import dev.steppe.command.Command.SubmitJob;
import dev.steppe.model.job.Constraint;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Multiregion;
import dev.steppe.model.job.Multiregion.RegionSpec;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.job.Opaque;
import dev.steppe.model.job.Resources;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import dev.steppe.model.node.Node;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.GroupFailure;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.RolloutVerb;
import dev.steppe.model.rollout.StatusReason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** The bytes of one command of each kind, in {@code command/<kind>.hex}, 32 bytes a line. */
final class CommandGoldenTest {
    private static final JobKey SHOP = new JobKey("default", "shop");

    private final CommandCodec codec = new CommandCodec();
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();

    @Test
    void hasOneOfEveryKind() {
        assertEquals(
                Stream.of(Command.class.getPermittedSubclasses()).collect(Collectors.toSet()),
                commands().stream().map(Object::getClass).collect(Collectors.toSet()));
    }

    @Test
    void writesTheGoldenBytes() throws IOException {
        for (Command command : commands()) {
            byte[] bytes = new byte[codec.encode(command, buffer, 0)];
            buffer.getBytes(0, bytes);
            assertEquals(golden(command), lines(bytes), command.getClass().getSimpleName());
        }
    }

    @Test
    void readsTheGoldenBytes() throws IOException, MalformedBytes {
        for (Command command : commands()) {
            byte[] bytes = HexFormat.of().parseHex(golden(command).replace("\n", ""));
            assertEquals(command, codec.decode(new UnsafeBuffer(bytes), 0, bytes.length));
        }
    }

    @Test
    void keepsTheHashOfASpec() {
        assertEquals(320_990_495_275_228_516L, new JobCodec().specHash(job()));
    }

    @Test
    void givesEveryConstantACode() {
        for (WireEnum<?> one : List.of(
                WireEnum.ON_FAILURE,
                WireEnum.NODE_STATUS,
                WireEnum.TRIGGER,
                WireEnum.EVALUATION_STATUS,
                WireEnum.STOP_REASON,
                WireEnum.DESIRED_STATUS,
                WireEnum.CLIENT_STATUS,
                WireEnum.HEALTH,
                WireEnum.DEPLOYMENT_STATUS,
                WireEnum.STATUS_REASON,
                WireEnum.ROLLOUT_VERB)) {
            Enum<?>[] constants = one.byCode().get(0).getDeclaringClass().getEnumConstants();
            assertEquals(Set.of(constants), Set.copyOf(one.byCode()));
        }
    }

    /** What the log pays for a placement on a node that the entry has not named yet. */
    @Test
    void writesAPlainPlacementInSixtyBytes() {
        int one = codec.encode(plain(1), buffer, 0);
        int hundred = codec.encode(plain(100), buffer, 0);
        assertEquals(59, (hundred - one) / 99);
    }

    private static CommitPlans plain(int placeCount) {
        List<Plan.Place> places = Stream.iterate(0, i -> i + 1)
                .limit(placeCount)
                .map(i -> new Plan.Place(
                        "web", i, "a3f0c1de-7d9b-4c2f-9d83-2f1b8e6a1" + (100 + i), 900, 3, true, null, 731_402))
                .toList();
        Plan plan = new Plan(
                77,
                SHOP,
                new Plan.Basis(5, 3, 6, 7, 8),
                false,
                places,
                List.of(),
                List.of(),
                Plan.DeploymentChange.NONE);
        return new CommitPlans(2, List.of(new CommitPlans.Numbered(1, plan)));
    }

    private static String lines(byte[] bytes) {
        StringBuilder lines = new StringBuilder();
        for (int at = 0; at < bytes.length; at += 32) {
            lines.append(HexFormat.of().formatHex(bytes, at, Math.min(at + 32, bytes.length)))
                    .append('\n');
        }
        return lines.toString();
    }

    private static String golden(Command command) throws IOException {
        String name = "/command/" + command.getClass().getSimpleName() + ".hex";
        try (InputStream file = CommandGoldenTest.class.getResourceAsStream(name)) {
            assertNotNull(file, name);
            return new String(file.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static List<Command> commands() {
        return List.of(
                new RegisterNodes(List.of(node())),
                new SetNodeStatus(List.of("node-1", "node-2"), NodeStatus.DOWN),
                new SubmitJob(job(), Command.ANY_INDEX, 1_764_000_000_000L),
                new StopJob(SHOP),
                new CreateEvaluations(List.of(new Asked(SHOP, Evaluation.Trigger.FAILED_FOLLOW_UP, 61_000, 9))),
                new CommitPlans(4, List.of(new CommitPlans.Numbered(12, plan()))),
                new ConcludeEvaluations(
                        4, List.of(new Conclusion(77, Evaluation.Status.BLOCKED, 1_000, List.of(failure())))),
                new ReportAllocations(
                        "node-1",
                        List.of(new Report(
                                AllocationId.of(4, 12, 1),
                                Allocation.ClientStatus.RUNNING,
                                Allocation.Health.HEALTHY))),
                new FailDeployment(9, StatusReason.UNHEALTHY, "allocation 1 of web"),
                new RefreshStall("rollout-1", SHOP),
                new StageJob(job(), 3, 41, membership(), 1_764_000_000_000L),
                new MoveRollout(RolloutVerb.CANCEL, "rollout-1", SHOP, 3, StatusReason.SUPERSEDED, "tokyo"));
    }

    private static RolloutMembership membership() {
        return new RolloutMembership(
                "rollout-1", "amsterdam", List.of("tokyo", "amsterdam"), 1, OnFailure.FAIL_LOCAL, -7, 600_000, 0);
    }

    private static Node node() {
        return new Node(
                "node-1",
                "rack-1",
                "tokyo-1",
                "big",
                new TreeMap<>(Map.of("kernel.name", "linux", "arch", "arm64")),
                new TreeMap<>(Map.of("owner", "søren")),
                new Resources(4_000, 8_192, 100_000));
    }

    private static GroupFailure failure() {
        return new GroupFailure("web", 3, 20, 12, 8, new TreeMap<>(Map.of("cpu", 8, "${node.class} = big", 12)));
    }

    private static Plan plan() {
        return new Plan(
                77,
                SHOP,
                new Plan.Basis(5, 3, 6, 7, 8),
                true,
                List.of(
                        new Plan.Place("web", 0, "node-1", 900, 3, true, null, 731_402),
                        new Plan.Place("web", 1, "node-2", 901, 3, true, AllocationId.of(3, 2, 1), 500_000),
                        new Plan.Place("lb", 0, "node-1", 900, 2, false, AllocationId.of(3, 2, 2), 1_000_000)),
                List.of(new Plan.Stop(AllocationId.of(3, 2, 1), true, Plan.StopReason.LOST)),
                List.of(new Plan.InPlace(AllocationId.of(3, 2, 3), true)),
                new Plan.DeploymentChange(List.of(new Plan.GroupGoal("web", 10)), 6, true));
    }

    private static Job job() {
        Task task = new Task(
                "server",
                "docker",
                500,
                256,
                List.of(new Constraint("${attr.arch}", Constraint.Operator.NOT_EQUAL, "arm64")),
                new TreeMap<>(Map.of("PORT", "80", "MODE", "façade")),
                new TreeMap<>(Map.of("tier", "1")),
                Opaque.of("{\"Config\":{\"image\":\"shop:7\"}}"));
        TaskGroup web = new TaskGroup(
                "web",
                0,
                List.of(),
                List.of(task),
                new Update(2, 10_000, 60_000, 0, true),
                300,
                new TreeMap<>(Map.of("team", "front")),
                Opaque.of("{\"RestartPolicy\":{}}"));
        return new Job(
                SHOP,
                "Shop",
                70,
                true,
                List.of("eu-*", "tokyo-1"),
                List.of(new Constraint("${node.class}", Constraint.Operator.EQUAL, "big")),
                new TreeMap<>(Map.of("owner", "sales")),
                List.of(web),
                new Multiregion(
                        1,
                        OnFailure.FAIL_ALL,
                        List.of(
                                new RegionSpec("tokyo", 10, List.of("tokyo-1"), new TreeMap<>(Map.of("zone", "a"))),
                                new RegionSpec("amsterdam", 5, List.of(), new TreeMap<>()))),
                Opaque.of("{\"UI\":null}"));
    }
}
