package dev.steppe.server.duty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.command.Command;
import dev.steppe.fsm.EngineFsm;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.raft.api.machine.EntryPosition;
import dev.steppe.server.ServerFixture;
import dev.steppe.state.StateView;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SettledWatchTest {
    private static final JobKey KEY = JobKey.of("hello");

    private final List<StateView> views = new ArrayList<>();
    private final EngineFsm fsm = new EngineFsm(views::add);
    private final SettledWatch watch = new SettledWatch();
    private final List<Long> settledAt = new ArrayList<>();
    private long lastIndex;

    private StateView apply(Command command) {
        long index = ++lastIndex;
        fsm.apply(new EntryPosition().at(index, 1, index), command);
        fsm.applied(index, index);
        return views.get(views.size() - 1);
    }

    private StateView submit(int count) {
        return apply(new Command.SubmitJob(ServerFixture.job(KEY, count), Command.ANY_INDEX, 0));
    }

    private StateView conclude(StateView view, int evaluation) {
        Evaluation row = view.evaluationsOfJob(KEY).get(evaluation);
        return apply(new Command.ConcludeEvaluations(
                1,
                List.of(new Command.ConcludeEvaluations.Conclusion(
                        row.id(), Evaluation.Status.COMPLETE, view.index(), List.of()))));
    }

    @Test
    void settlesAtOnceWhereNothingIsAsked() {
        StateView view = apply(new Command.RegisterNodes(List.of(ServerFixture.node("n1"))));
        watch.add(KEY, view, settled -> settledAt.add(settled.index()));
        assertEquals(List.of(1L), settledAt);
    }

    @Test
    void waitsForWhatWasAskedAtTheCallAndForNothingLater() {
        StateView asked = submit(1);
        watch.add(KEY, asked, settled -> settledAt.add(settled.index()));
        StateView later = submit(2);
        watch.onView(later);
        assertEquals(List.of(), settledAt);
        watch.onView(conclude(later, 0));
        assertEquals(List.of(3L), settledAt);
    }

    @Test
    void passesOverAViewThatIsOlderThanTheCall() {
        StateView before = apply(new Command.RegisterNodes(List.of(ServerFixture.node("n1"))));
        StateView asked = submit(1);
        watch.add(KEY, asked, settled -> settledAt.add(settled.index()));
        watch.onView(before);
        assertEquals(List.of(), settledAt, "nothing was asked then, and that is no answer");
        watch.onView(conclude(asked, 0));
        assertEquals(List.of(3L), settledAt);
    }
}
