package dev.steppe.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.model.job.JobKey;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.state.page.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;

/** The slow twin of the state: everything that is kept incrementally, counted again from the rows alone. */
public final class StateRecount {
    private StateRecount() {}

    /** The state hash, computed anew from all rows. */
    public static long hashOf(StateReads state) {
        long nodes = 0;
        for (int i = 0; i < state.nodes().nodeCount(); i++) {
            int nodeClass =
                    state.nodes().page(i >> NodeColumns.PAGE_SHIFT).nodeClass()[i & (NodeColumns.PAGE_ROWS - 1)];
            nodes += RowHash.of(state.nodeAt(i), nodeClass);
        }
        return RowHash.combined(
                nodes,
                sum(state.jobSlots(), ordinal -> RowHash.of(state.jobSlots().at(ordinal))),
                sum(
                        state.allocations(),
                        ordinal -> RowHash.of(state.allocations().at(ordinal))),
                sum(
                        state.evaluations(),
                        ordinal -> RowHash.of(state.evaluations().at(ordinal))),
                sum(
                        state.deployments(),
                        ordinal -> RowHash.of(state.deployments().at(ordinal))));
    }

    /**
     * Counts usage, live allocations, slots and the index by job again and compares.
     *
     * @param shrunken ids of nodes that lost capacity under their allocations: K1 is not asked of them
     */
    public static void check(StateReads state, Set<String> shrunken) {
        Map<String, long[]> used = new HashMap<>();
        Map<JobKey, List<AllocationId>> byJob = new HashMap<>();
        Map<Allocation.Slot, AllocationId> live = new HashMap<>();
        Map<Allocation.Slot, AllocationId> latest = new HashMap<>();
        for (int i = 0; i < state.allocations().rowCount(); i++) {
            Allocation row = state.allocations().at(i);
            byJob.computeIfAbsent(row.slot().job(), key -> new ArrayList<>()).add(row.id());
            latest.put(row.slot(), row.id());
            if (!row.isTerminal()) {
                assertEquals(null, live.put(row.slot(), row.id()), () -> "two live in " + row.slot());
                long[] sums = used.computeIfAbsent(row.nodeId(), id -> new long[4]);
                sums[0] += row.resources().cpuMhz();
                sums[1] += row.resources().memoryMb();
                sums[2] += row.resources().diskMb();
                sums[3]++;
            }
        }
        live.forEach((slot, id) -> assertEquals(id, state.latestIn(slot).id()));
        latest.forEach((slot, id) -> assertEquals(id, state.latestIn(slot).id()));
        byJob.forEach((key, ids) -> assertEquals(ids, ids(state.allocationsOfJob(key))));
        for (int i = 0; i < state.nodes().nodeCount(); i++) {
            checkNode(
                    state,
                    state.nodeAt(i),
                    used.getOrDefault(state.nodeAt(i).node().id(), new long[4]),
                    shrunken);
        }
    }

    private static void checkNode(StateReads state, NodeRow node, long[] used, Set<String> shrunken) {
        int ordinal = node.ordinal();
        assertEquals(node, state.node(node.node().id()));
        assertEquals(node.node().capacity().cpuMhz() - used[0], state.freeCpuMhz(ordinal));
        assertEquals(node.node().capacity().memoryMb() - used[1], state.freeMemoryMb(ordinal));
        assertEquals(node.node().capacity().diskMb() - used[2], state.freeDiskMb(ordinal));
        assertEquals(used[3], state.liveAllocationsOn(ordinal).size());
        if (!shrunken.contains(node.node().id())) {
            assertTrue(state.freeCpuMhz(ordinal) >= 0, "K1 cpu of " + node);
            assertTrue(state.freeMemoryMb(ordinal) >= 0, "K1 memory of " + node);
            assertTrue(state.freeDiskMb(ordinal) >= 0, "K1 disk of " + node);
        }
    }

    /** Every answer of a view, as values that can be compared: equal lists mean equal views. */
    public static List<Object> answers(StateReads state) {
        List<Object> answers = new ArrayList<>();
        for (int i = 0; i < state.nodes().nodeCount(); i++) {
            answers.add(nodeAnswer(state, i));
        }
        state.forEachJob(row -> answers.addAll(jobAnswer(state, row.key())));
        addAll(answers, state.allocations());
        addAll(answers, state.evaluations());
        addAll(answers, state.deployments());
        state.forEachOpenEvaluation(answers::add);
        state.forEachOpenDeployment(answers::add);
        return answers;
    }

    /** Compares two consecutive views with the journal of the later one: nothing that differs may be missing in it. */
    public static void checkJournal(StateView before, StateView after) {
        Journal journal = after.journal();
        assertEquals(before.index(), journal.sinceIndex());
        Set<Object> named = new HashSet<>(journal.allocations());
        assertEquals(journal.allocations().size(), named.size());
        assertEquals(journal.allocations().stream().sorted().toList(), journal.allocations());
        assertEquals(journal.jobs().stream().sorted().distinct().toList(), journal.jobs());
        assertAscending(Arrays.stream(journal.nodeOrdinals()).asLongStream().toArray());
        assertAscending(journal.evaluations());
        assertAscending(journal.deployments());
        assertNames(
                before.allocations(),
                after.allocations(),
                named,
                row -> after.allocations().at(row).id());
        journal.allocations().forEach(id -> assertTrue(after.allocation(id).modifyIndex() > before.index()));
        assertNames(
                before.evaluations(),
                after.evaluations(),
                boxed(journal.evaluations()),
                row -> after.evaluations().at(row).id());
        assertNames(
                before.deployments(),
                after.deployments(),
                boxed(journal.deployments()),
                row -> after.deployments().at(row).id());
        Set<Object> nodes = new HashSet<>();
        Arrays.stream(journal.nodeOrdinals()).forEach(nodes::add);
        for (int i = 0; i < after.nodes().nodeCount(); i++) {
            boolean isNew = i >= before.nodes().nodeCount();
            if (isNew || !nodeAnswer(before, i).equals(nodeAnswer(after, i))) {
                assertTrue(nodes.contains(i), "node not in the journal: " + after.nodeAt(i));
            }
        }
        after.forEachJob(row -> {
            if (!jobAnswer(before, row.key()).equals(jobAnswer(after, row.key()))) {
                assertTrue(journal.jobs().contains(row.key()), "job not in the journal: " + row.key());
            }
        });
    }

    private static <T> void assertNames(Rows<T> before, Rows<T> after, Set<Object> named, IntFunction<Object> idOf) {
        for (int i = 0; i < after.rowCount(); i++) {
            if (i >= before.rowCount() || !before.at(i).equals(after.at(i))) {
                assertTrue(named.contains(idOf.apply(i)), "not in the journal: " + after.at(i));
            }
        }
    }

    private static void assertAscending(long[] ids) {
        assertEquals(
                Arrays.stream(ids).sorted().distinct().boxed().toList(),
                Arrays.stream(ids).boxed().toList());
    }

    private static Set<Object> boxed(long[] ids) {
        Set<Object> set = new HashSet<>();
        Arrays.stream(ids).forEach(set::add);
        return set;
    }

    private static List<Object> nodeAnswer(StateReads state, int ordinal) {
        NodeColumns.Page page = state.nodes().page(ordinal >> NodeColumns.PAGE_SHIFT);
        int place = ordinal & (NodeColumns.PAGE_ROWS - 1);
        return List.of(
                state.nodeAt(ordinal),
                page.freeCpuMhz()[place],
                page.freeMemoryMb()[place],
                page.freeDiskMb()[place],
                page.capacityCpuMhz()[place],
                page.capacityMemoryMb()[place],
                page.capacityDiskMb()[place],
                page.eligible()[place],
                page.nodeClass()[place],
                ids(state.liveAllocationsOn(ordinal)));
    }

    private static List<Object> jobAnswer(StateReads state, JobKey key) {
        Map<String, Object> answer = new TreeMap<>();
        answer.put("versions", state.jobVersions(key));
        answer.put("staged", String.valueOf(state.staged(key)));
        return List.of(answer);
    }

    private static <T> void addAll(List<Object> answers, Rows<T> rows) {
        for (int i = 0; i < rows.rowCount(); i++) {
            answers.add(rows.at(i));
        }
    }

    private static List<AllocationId> ids(List<Allocation> rows) {
        return rows.stream().map(Allocation::id).toList();
    }

    private static <T> long sum(Rows<T> rows, IntFunction<Long> hashAt) {
        long sum = 0;
        for (int i = 0; i < rows.rowCount(); i++) {
            sum += hashAt.apply(i);
        }
        return sum;
    }
}
