package dev.steppe.state;

import static dev.steppe.state.StateSamples.allocation;
import static dev.steppe.state.StateSamples.evaluation;
import static dev.steppe.state.StateSamples.job;
import static dev.steppe.state.StateSamples.node;
import static dev.steppe.state.StateSamples.stopped;
import static dev.steppe.state.StateSamples.version;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steppe.base.InvariantBroken;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.Resources;
import dev.steppe.model.node.Node;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Evaluation;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class StateStoreTest {
    private static final Job WEB = job("web", 3, 1000);

    private final StateStore store = new StateStore();
    private final StateTx tx = store.tx();

    @Test
    void keepsUsageOfANodeAsAllocationsComeAndGo() {
        tx.putNode(node("n1", 4000), NodeStatus.READY, 1);
        Allocation first = allocation(AllocationId.of(1, 1, 0), WEB, 0, "n1", 2);
        tx.putAllocation(first);
        tx.putAllocation(allocation(AllocationId.of(1, 1, 1), WEB, 1, "n1", 2));
        assertEquals(2000, tx.freeCpuMhz(0));
        assertEquals(2000, tx.freeMemoryMb(0));
        assertEquals(100_000 - 600, tx.freeDiskMb(0));
        tx.putAllocation(stopped(first, 3));
        StateView view = store.commit(3, 30);
        assertEquals(3000, view.nodes().page(0).freeCpuMhz()[0]);
        assertEquals(
                List.of(AllocationId.of(1, 1, 1)),
                view.liveAllocationsOn(0).stream().map(Allocation::id).toList());
        assertEquals(2, view.allocationsOfJob(WEB.key()).size());
    }

    @Test
    void refusesAPlacementBeyondCapacity() {
        tx.putNode(node("n1", 1500), NodeStatus.READY, 1);
        tx.putAllocation(allocation(AllocationId.of(1, 1, 0), WEB, 0, "n1", 2));
        Allocation tooMuch = allocation(AllocationId.of(1, 1, 1), WEB, 1, "n1", 2);
        assertThrows(InvariantBroken.class, () -> tx.putAllocation(tooMuch));
    }

    @Test
    void refusesTwoLiveAllocationsInOneSlot() {
        tx.putNode(node("n1", 4000), NodeStatus.READY, 1);
        tx.putAllocation(allocation(AllocationId.of(1, 1, 0), WEB, 0, "n1", 2));
        Allocation twin = allocation(AllocationId.of(1, 2, 0), WEB, 0, "n1", 3);
        assertThrows(InvariantBroken.class, () -> tx.putAllocation(twin));
    }

    @Test
    void refusesThatAnEndedAllocationComesBack() {
        tx.putNode(node("n1", 4000), NodeStatus.READY, 1);
        Allocation first = allocation(AllocationId.of(1, 1, 0), WEB, 0, "n1", 2);
        tx.putAllocation(first);
        tx.putAllocation(stopped(first, 3));
        assertThrows(InvariantBroken.class, () -> tx.putAllocation(first));
    }

    @Test
    void refusesIdsThatDoNotAscend() {
        tx.putEvaluation(evaluation(2, 1, WEB.key()));
        Evaluation below = evaluation(2, 0, WEB.key());
        assertThrows(InvariantBroken.class, () -> tx.putEvaluation(below));
    }

    @Test
    void showsAShrunkenNodeAsOverdrawn() {
        tx.putNode(node("n1", 4000), NodeStatus.READY, 1);
        tx.putAllocation(allocation(AllocationId.of(1, 1, 0), WEB, 0, "n1", 2));
        tx.putNode(node("n1", 600), NodeStatus.READY, 3);
        assertEquals(-400, tx.freeCpuMhz(0));
    }

    @Test
    void numbersNodeClassesInOrderOfAppearanceWithoutUniqueKeys() {
        tx.putNode(withMeta("n1", "unique.rack", "1"), NodeStatus.READY, 1);
        tx.putNode(withMeta("n2", "rack", "1"), NodeStatus.READY, 1);
        tx.putNode(withMeta("n3", "unique.rack", "2"), NodeStatus.READY, 1);
        tx.putNode(withMeta("n4", "rack", "1"), NodeStatus.READY, 1);
        int[] classes = store.commit(1, 1).nodes().page(0).nodeClass();
        assertArrayEquals(new int[] {0, 1, 0, 1}, java.util.Arrays.copyOf(classes, 4));
    }

    @Test
    void keepsSpecIndexUnlessWhatANodeOffersChanged() {
        tx.putNode(node("n1", 4000), NodeStatus.READY, 1);
        assertEquals(1, tx.putNode(node("n1", 4000), NodeStatus.DOWN, 2).specIndex());
        assertEquals(3, tx.putNode(node("n1", 5000), NodeStatus.READY, 3).specIndex());
        assertEquals(1, tx.putNode(node("n1", 5000), NodeStatus.READY, 4).createIndex());
    }

    @Test
    void keepsSixVersionsAndTheNewestStableOne() {
        for (int version = 0; version < 9; version++) {
            tx.putJob(version(WEB, version, version + 1));
            if (version <= 1) {
                tx.putJob(version(WEB, version, version + 1).withStable(true, version + 1));
            }
        }
        assertEquals(
                List.of(8L, 7L, 6L, 5L, 4L, 3L, 1L),
                tx.jobVersions(WEB.key()).stream().map(JobVersion::version).toList());
        assertNull(tx.jobVersion(WEB.key(), 0));
        JobVersion dropped = version(WEB, 0, 10);
        assertThrows(InvariantBroken.class, () -> tx.putJob(dropped));
    }

    @Test
    void namesEveryChangedRowOnceInOrderOfIds() {
        tx.putNode(node("n1", 4000), NodeStatus.READY, 1);
        tx.putNode(node("n2", 4000), NodeStatus.READY, 1);
        store.commit(1, 1);
        tx.putJob(version(WEB, 0, 2));
        tx.putJob(version(job("api", 1, 1), 0, 2));
        tx.putEvaluation(evaluation(2, 0, WEB.key()));
        tx.putAllocation(allocation(AllocationId.of(1, 1, 0), WEB, 0, "n2", 3));
        tx.putAllocation(allocation(AllocationId.of(1, 1, 1), WEB, 1, "n2", 3));
        Journal journal = store.commit(3, 3).journal();
        assertEquals(1, journal.sinceIndex());
        assertArrayEquals(new int[] {1}, journal.nodeOrdinals());
        assertEquals(List.of(JobKey.of("api"), JobKey.of("web")), journal.jobs());
        assertEquals(List.of(AllocationId.of(1, 1, 0), AllocationId.of(1, 1, 1)), journal.allocations());
        assertArrayEquals(new long[] {Evaluation.idAt(2, 0)}, journal.evaluations());
        assertEquals(0, store.commit(4, 4).journal().allocations().size());
    }

    @Test
    void walksOpenEvaluationsInOrderAndFindsEachOfManyPages() {
        for (int index = 1; index <= 1000; index++) {
            tx.putEvaluation(evaluation(index, 0, JobKey.of("j" + index % 7)));
        }
        for (int index = 1; index <= 1000; index += 2) {
            Evaluation open = tx.evaluation(Evaluation.idAt(index, 0));
            tx.putEvaluation(open.withStatus(Evaluation.Status.COMPLETE, 5, List.of(), 1001));
        }
        List<Long> open = new ArrayList<>();
        store.commit(1001, 1).forEachOpenEvaluation(row -> open.add(row.createIndex()));
        assertEquals(500, open.size());
        assertEquals(2L, open.get(0));
        assertEquals(1000L, open.get(499));
        assertNull(tx.evaluation(Evaluation.idAt(500, 1)));
    }

    @Test
    void hashesEqualStatesEquallyWhateverTheWay() {
        StateStore other = new StateStore();
        other.tx().putJob(version(WEB, 0, 2));
        other.commit(1, 7);
        other.tx().putJob(version(job("api", 1, 1), 0, 2));
        tx.putJob(version(job("api", 1, 1), 0, 2));
        assertNotEquals(other.tx().stateHash(), tx.stateHash());
        tx.putJob(version(WEB, 0, 1).withStable(true, 1));
        tx.putJob(version(WEB, 0, 2));
        assertEquals(other.tx().stateHash(), tx.stateHash());
    }

    private static Node withMeta(String id, String key, String value) {
        SortedMap<String, String> meta = new TreeMap<>();
        meta.put(key, value);
        return new Node(id, id, "dc1", "", new TreeMap<>(), meta, new Resources(1, 1, 1));
    }
}
