package dev.steppe.state.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import dev.steppe.base.OperatingFault;
import dev.steppe.command.MalformedBytes;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.job.Resources;
import dev.steppe.model.node.Node;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.GroupFailure;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.StagedSpec;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.state.StateRecount;
import dev.steppe.state.StateRefill;
import dev.steppe.state.StateSamples;
import dev.steppe.state.StateStore;
import dev.steppe.state.StateTx;
import dev.steppe.state.StateView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A small state in which every member of every row says something. */
final class StateImageTest {
    private static final String GOLDEN = "state-image-0.hex";
    private static final int LINE_BYTES = 32;
    private static final HexFormat HEX = HexFormat.of();
    private static final Job WEB = StateSamples.job("web", 3, 100);
    private static final Job API = StateSamples.job("api", 2, 50);
    private static final AllocationId FIRST = AllocationId.of(2, 1, 0);
    private static final AllocationId SECOND = AllocationId.of(2, 7, 3);

    @Test
    void comesBackAsItWas() throws OperatingFault {
        StateView before = everything();
        byte[] bytes = ImageBytes.of(new StateImage(before));
        for (int pieceBytes : new int[] {1, 7, 4_096, Integer.MAX_VALUE}) {
            StateStore store = new StateStore();
            restore(store, bytes, pieceBytes);
            assertEquals(900, store.view().journal().sinceIndex());
            StateView after = store.commit(900, 9_000);
            assertEquals(before.stateHash(), after.stateHash());
            assertEquals(StateRecount.hashOf(after), after.stateHash());
            assertEquals(StateRecount.answers(before), StateRecount.answers(after));
            StateRecount.check(after, Set.of("n1"));
            assertEquals(900, after.journal().sinceIndex());
            assertEquals(List.of(), after.journal().allocations());
            assertArrayEquals(bytes, ImageBytes.of(new StateImage(after)));
        }
    }

    @Test
    void knowsEveryKindOfRecord() throws OperatingFault {
        Set<RecordKind> kinds = new TreeSet<>();
        byte[] bytes = ImageBytes.of(new StateImage(everything()));
        for (int offset : recordOffsets(bytes)) {
            kinds.add(RecordKind.of(bytes[offset]));
        }
        assertEquals(Set.of(RecordKind.values()), kinds);
        for (int code = 0; code < RecordKind.CODES; code++) {
            assertEquals(code, RecordKind.of(code).code);
        }
    }

    @Test
    void keepsTheNumberOfAClassThatNoNodeHasAnyMore() throws OperatingFault {
        StateStore store = new StateStore();
        store.tx().putNode(StateSamples.node("n0", "dc1", new Resources(1, 1, 1)), NodeStatus.READY, 1);
        store.tx().putNode(StateSamples.node("n0", "dc2", new Resources(1, 1, 1)), NodeStatus.READY, 2);
        StateView view = store.commit(2, 2);
        StateStore other = new StateStore();
        restore(other, ImageBytes.of(new StateImage(view)), 100);
        for (StateStore one : List.of(store, other)) {
            one.tx().putNode(StateSamples.node("n1", "dc3", new Resources(1, 1, 1)), NodeStatus.READY, 3);
            one.tx().putNode(StateSamples.node("n2", "dc1", new Resources(1, 1, 1)), NodeStatus.READY, 3);
        }
        assertEquals(store.tx().stateHash(), other.tx().stateHash());
        assertEquals(0, other.tx().nodes().page(0).nodeClass()[2]);
        assertEquals(2, other.tx().nodes().page(0).nodeClass()[1]);
    }

    @Test
    void isEmptyOfAnEmptyState() throws OperatingFault {
        StateStore store = new StateStore();
        restore(store, ImageBytes.of(new StateImage(store.view())), 100);
        assertEquals(new StateStore().tx().stateHash(), store.tx().stateHash());
        assertEquals(0, store.view().index());
    }

    @Test
    void comesInPiecesOfBoundedLength() throws OperatingFault {
        StateStore store = new StateStore();
        for (int i = 0; i < 5_000; i++) {
            store.tx().putNode(StateSamples.node("node-" + i, 1_000), NodeStatus.READY, i + 1);
        }
        StateImage image = new StateImage(store.commit(5_000, 1));
        int[] longestBytes = {0};
        int pieceCount = 0;
        boolean isEnded = false;
        while (!isEnded) {
            isEnded = image.writeTo((buffer, offset, length) -> longestBytes[0] = Math.max(longestBytes[0], length));
            pieceCount++;
        }
        assertTrue(pieceCount > 5, "pieces " + pieceCount);
        assertTrue(longestBytes[0] < 70_000, "longest " + longestBytes[0]);
        assertThrows(InvariantBroken.class, () -> image.writeTo((buffer, offset, length) -> {}));
    }

    @Test
    void doesNotGoBack() throws OperatingFault {
        StateView old = everything();
        StateStore store = new StateStore();
        store.commit(901, 10_000);
        byte[] bytes = ImageBytes.of(new StateImage(old));
        assertThrows(InvariantBroken.class, () -> restore(store, bytes, 100));
        assertEquals(901, store.view().index());
    }

    @Test
    void refusesEachPartOfItself() throws OperatingFault {
        byte[] bytes = ImageBytes.of(new StateImage(everything()));
        for (int length = 0; length < bytes.length; length++) {
            byte[] part = Arrays.copyOf(bytes, length);
            assertThrows(MalformedBytes.class, () -> restore(new StateStore(), part, 50), "length " + length);
        }
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        assertThrows(MalformedBytes.class, () -> restore(new StateStore(), longer, 50));
    }

    @Test
    void refusesAnImageThatLacksARecordOrHasItTwice() throws OperatingFault {
        byte[] bytes = ImageBytes.of(new StateImage(everything()));
        List<Integer> offsets = recordOffsets(bytes);
        for (int i = 0; i < offsets.size(); i++) {
            int from = offsets.get(i);
            int to = i + 1 < offsets.size() ? offsets.get(i + 1) : bytes.length;
            byte[] without = join(Arrays.copyOf(bytes, from), Arrays.copyOfRange(bytes, to, bytes.length));
            byte[] twice = join(Arrays.copyOf(bytes, to), Arrays.copyOfRange(bytes, from, bytes.length));
            assertRefused(without);
            assertRefused(twice);
        }
    }

    @Test
    void refusesAnotherFormat() throws OperatingFault {
        byte[] bytes = ImageBytes.of(new StateImage(everything()));
        bytes[RecordKind.HEAD_BYTES] = 1;
        MalformedBytes refusal = assertThrows(MalformedBytes.class, () -> restore(new StateStore(), bytes, 50));
        assertTrue(String.valueOf(refusal.getMessage()).contains("format 1"), refusal::toString);
    }

    /** Files are checked before; what slips through must still not do anything but refuse, or be another state. */
    @Test
    void standsAnyBytes() throws OperatingFault {
        byte[] bytes = ImageBytes.of(new StateImage(everything()));
        Random random = new Random(7);
        for (int round = 0; round < 5_000; round++) {
            byte[] changed = bytes.clone();
            for (int i = 0; i <= random.nextInt(3); i++) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            }
            try {
                restore(new StateStore(), changed, 1_000);
            } catch (OperatingFault | InvariantBroken refusal) {
                assertNotNull(refusal.getMessage());
            }
        }
    }

    @Test
    void hasTheGoldenBytes() throws OperatingFault, IOException {
        byte[] bytes = ImageBytes.of(new StateImage(everything()));
        StringBuilder dump = new StringBuilder();
        for (int offset = 0; offset < bytes.length; offset += LINE_BYTES) {
            dump.append(HEX.formatHex(bytes, offset, Math.min(bytes.length, offset + LINE_BYTES)))
                    .append('\n');
        }
        assertEquals(golden(), dump.toString());
    }

    @Test
    void readsTheGoldenBytes() throws OperatingFault, IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String line : golden().lines().toList()) {
            bytes.writeBytes(HEX.parseHex(line));
        }
        StateStore store = new StateStore();
        restore(store, bytes.toByteArray(), 100);
        assertEquals(everything().stateHash(), store.tx().stateHash());
    }

    private static void restore(StateStore store, byte[] bytes, int pieceBytes) throws OperatingFault {
        StateImageReader reader = new StateImageReader(ImageBytes.source(bytes, pieceBytes));
        StateRefill refill = reader.read();
        store.become(refill, reader.index(), reader.logTimeMs());
    }

    private static void assertRefused(byte[] bytes) {
        try {
            restore(new StateStore(), bytes, 50);
        } catch (OperatingFault | InvariantBroken refusal) {
            return;
        }
        throw new AssertionError("not refused: " + bytes.length + " bytes");
    }

    private static List<Integer> recordOffsets(byte[] bytes) {
        List<Integer> offsets = new ArrayList<>();
        int offset = 0;
        while (offset < bytes.length) {
            offsets.add(offset);
            int valueBytes = (bytes[offset + 1] & 0xff) | (bytes[offset + 2] & 0xff) << 8 | bytes[offset + 3] << 16;
            offset += RecordKind.HEAD_BYTES + valueBytes;
        }
        return offsets;
    }

    private static byte[] join(byte[] left, byte[] right) {
        byte[] joined = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, joined, left.length, right.length);
        return joined;
    }

    private static String golden() throws IOException {
        try (InputStream stream = StateImageTest.class.getResourceAsStream(GOLDEN)) {
            assertNotNull(stream, GOLDEN);
            return new String(stream.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static StateView everything() {
        StateStore store = new StateStore();
        StateTx tx = store.tx();
        putNodes(tx);
        putJobs(tx);
        putAllocations(tx);
        // The node shrinks under what it holds.
        tx.putNode(node("n1", 150), NodeStatus.DOWN, 60);
        putEvaluations(tx);
        putDeployments(tx);
        return store.commit(900, 9_000);
    }

    private static Node node(String id, int amount) {
        TreeMap<String, String> attributes = new TreeMap<>(Map.of("kernel", "linux", "unique.host", id));
        TreeMap<String, String> meta = new TreeMap<>(Map.of("rack", "r-" + id));
        return new Node(id, "name of " + id, "dc1", "big", attributes, meta, new Resources(amount, amount, 9_999));
    }

    private static void putNodes(StateTx tx) {
        tx.putNode(node("n0", 4_000), NodeStatus.READY, 1);
        tx.putNode(node("n1", 1_000), NodeStatus.READY, 2);
        tx.putNode(StateSamples.node("n2", 500), NodeStatus.DOWN, 3);
    }

    private static void putJobs(StateTx tx) {
        JobVersion.Indexes indexes = new JobVersion.Indexes(10, 12, 11, 13);
        tx.putJob(new JobVersion(WEB, 0, 0, 0x7766_5544_3322_1100L, true, false, 1_700_000_000_000L, indexes));
        Job changed = WEB.withGroups(WEB.groups());
        tx.putJob(new JobVersion(changed, 4, 0, -5, false, true, -1, indexes));
        tx.putStaged(new StagedSpec(WEB, 5, 99, "rollout-1", 3L << 16, 8, 44));
        tx.putStaged(new StagedSpec(StateSamples.job("later", 1, 1), 0, 98, "rollout-2", 0, 9, 45));
        tx.putEvaluation(StateSamples.evaluation(20, 0, API.key()));
    }

    private static void putAllocations(StateTx tx) {
        Allocation first = StateSamples.allocation(FIRST, WEB, 0, "n1", 50);
        tx.putAllocation(first);
        tx.putAllocation(StateSamples.stopped(first, 51));
        Allocation.Status status = new Allocation.Status(
                Allocation.DesiredStatus.RUN,
                Allocation.ClientStatus.RUNNING,
                Allocation.Health.HEALTHY,
                "because",
                52);
        tx.putAllocation(new Allocation(
                SECOND,
                first.slot(),
                "n1",
                new Allocation.Origin(10, 4, 3L << 16 | 1),
                new Resources(300, 200, 100),
                FIRST,
                987_654,
                status,
                52,
                53));
    }

    private static void putEvaluations(StateTx tx) {
        TreeMap<String, Integer> reasons = new TreeMap<>(Map.of("cpu", 3, "${attr.kernel} = plan9", 1 << 20));
        List<GroupFailure> failures =
                List.of(new GroupFailure("g", 1, 2, 3, 4, reasons), new GroupFailure("h", 5, 6, 7, 8, new TreeMap<>()));
        tx.putEvaluation(new Evaluation(
                Evaluation.idAt(70, 2),
                WEB.key(),
                77,
                Evaluation.Trigger.QUEUED_ALLOCS,
                Evaluation.Status.BLOCKED,
                123,
                3L << 16,
                69,
                failures,
                70,
                71));
    }

    private static void putDeployments(StateTx tx) {
        RolloutMembership membership = new RolloutMembership(
                "rollout-1", "west", List.of("east", "west"), 1, OnFailure.FAIL_ALL, Long.MIN_VALUE, 5_000, 6_000);
        Deployment.GroupState group = new Deployment.GroupState("g", true, 600_000, 700_000, 3, 2, 1, 4);
        tx.putDeployment(new Deployment(
                3L << 16,
                WEB.key(),
                new Deployment.Version(10, 5),
                DeploymentStatus.PENDING,
                StatusReason.NONE,
                "",
                List.of(group),
                membership,
                44,
                45));
        tx.putDeployment(new Deployment(
                3L << 16 | 1,
                API.key(),
                new Deployment.Version(0, 4),
                DeploymentStatus.FAILED,
                StatusReason.PEER,
                "region west failed",
                List.of(),
                null,
                46,
                47));
    }
}
