package dev.steppe.state;

import static dev.steppe.state.StateSamples.allocation;
import static dev.steppe.state.StateSamples.evaluation;
import static dev.steppe.state.StateSamples.job;
import static dev.steppe.state.StateSamples.node;
import static dev.steppe.state.StateSamples.stopped;
import static dev.steppe.state.StateSamples.version;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.model.job.Job;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

final class StateViewTest {
    private static final Job WEB = job("web", 400, 1);
    private static final int VIEWS = 400;

    /** The reader recounts view after view while the writer goes on filling the very same pages. */
    @Test
    void isReadByOtherThreadsWhileTheWriterGoesOn() throws InterruptedException, ExecutionException {
        StateStore store = new StateStore();
        BlockingQueue<StateView> published = new ArrayBlockingQueue<>(VIEWS);
        ExecutorService reader = Executors.newSingleThreadExecutor();
        try {
            Future<Integer> read = reader.submit(() -> recount(published));
            for (int i = 1; i <= VIEWS; i++) {
                write(store.tx(), i);
                published.put(store.commit(i, i));
            }
            assertEquals(VIEWS, read.get());
        } finally {
            reader.shutdownNow();
        }
    }

    private static int recount(BlockingQueue<StateView> published) throws InterruptedException {
        for (int i = 1; i <= VIEWS; i++) {
            StateView view = published.take();
            assertEquals(i, view.index());
            assertEquals(StateRecount.hashOf(view), view.stateHash());
            StateRecount.check(view, Set.of());
        }
        return VIEWS;
    }

    private static void write(StateTx tx, int index) {
        tx.putNode(node("n" + index % 20, 1_000 + index), NodeStatus.READY, index);
        tx.putJob(version(WEB, index / 10, index));
        tx.putEvaluation(evaluation(index, 0, WEB.key()));
        tx.putAllocation(allocation(AllocationId.of(1, index, 0), WEB, index, "n" + index % 20, index));
        if (index % 3 == 0) {
            Allocation before = tx.allocation(AllocationId.of(1, index / 2, 0));
            if (!before.isTerminal()) {
                tx.putAllocation(stopped(before, index));
            }
        }
    }
}
