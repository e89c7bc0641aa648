package dev.steppe.benchmarks.state;

import dev.steppe.benchmarks.fixture.Fleets;
import dev.steppe.model.placement.Allocation;
import dev.steppe.state.NodeColumns;
import dev.steppe.state.StateTx;
import dev.steppe.state.StateView;
import dev.steppe.workload.LoadedFleet;
import java.util.List;
import java.util.Objects;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A fleet of which half of the CPU is held, and {@link #BATCH_ROWS} placements for it, each on another node: nearly
 * every page of nodes is written, the worst that a batch of that length can do. Before each round what the round before
 * placed is stopped, and rows of new jobs are made; neither is measured. One owner.
 */
@State(Scope.Thread)
public class BatchWorld {
    /** Rows in one batch. */
    static final int BATCH_ROWS = 1_024;

    /**
     * What a page of nodes holds for each of its 256 rows: seven ints, a byte, a hash, and two references of 4 bytes (a
     * heap below 32 GiB).
     */
    static final int NODE_PAGE_BYTES = NodeColumns.PAGE_ROWS * (7 * Integer.BYTES + 1 + Long.BYTES + 2 * 4);

    private static final int LOAD_PERCENT = 50;
    private static final Allocation.Status STOPPED = new Allocation.Status(
            Allocation.DesiredStatus.STOP, Allocation.ClientStatus.COMPLETE, Allocation.Health.UNKNOWN, "done", 0);

    /** Which fleet. */
    @Param("fleet10k")
    public String fleet;

    private LoadedFleet loaded;
    private List<Allocation> rows = List.of();

    /** Makes the fleet. */
    @Setup(Level.Trial)
    public void load() {
        loaded = Fleets.loaded(fleet, LOAD_PERCENT);
    }

    /** Stops what was placed last, and makes the next batch. */
    @Setup(Level.Iteration)
    public void turnOver() {
        StateTx tx = loaded.store().tx();
        for (Allocation row : rows) {
            tx.putAllocation(row.withStatus(STOPPED, loaded.nextIndex()));
        }
        rows = loaded.batch(BATCH_ROWS);
        loaded.commit();
    }

    /** Writes the whole batch into the running transaction. */
    void placeAll() {
        StateTx tx = loaded.store().tx();
        for (int i = 0; i < rows.size(); i++) {
            tx.putAllocation(rows.get(i));
        }
    }

    /** Ends the transaction. */
    StateView publish() {
        loaded.commit();
        return loaded.store().view();
    }

    /** How many pages of nodes the batch at hand will write. */
    int writtenPageCount() {
        return (int) rows.stream()
                .map(row -> loaded.store().view().node(row.nodeId()))
                .filter(Objects::nonNull)
                .mapToInt(node -> node.ordinal() >> NodeColumns.PAGE_SHIFT)
                .distinct()
                .count();
    }
}
