package dev.steppe.server.duty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.runtime.handover.Published;
import dev.steppe.state.StateStore;
import dev.steppe.state.StateView;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ViewSinkTest {
    private final StateStore store = new StateStore();
    private final Published<StateView> published = new Published<>(store.view());
    private final ViewSink sink = new ViewSink(published, 4, view -> {});
    private final List<Long> seen = new ArrayList<>();

    private void apply(long from, long to) {
        for (long index = from; index <= to; index++) {
            sink.accept(store.commit(index, index));
        }
    }

    @Test
    void handsOnTheNewestViewThoughItFoundNoRoomAndNothingFollows() {
        apply(1, 7);
        assertEquals(5, sink.drain(view -> seen.add(view.index()), 100));
        assertEquals(List.of(1L, 2L, 3L, 4L, 7L), seen);
        assertEquals(0, sink.drain(view -> seen.add(view.index()), 100));
    }

    @Test
    void handsOnWhatWaitsBeforeTheNewest() {
        apply(1, 7);
        assertEquals(2, sink.drain(view -> seen.add(view.index()), 2));
        apply(8, 9);
        assertEquals(5, sink.drain(view -> seen.add(view.index()), 100));
        assertEquals(List.of(1L, 2L, 3L, 4L, 8L, 9L, 9L), seen);
    }
}
