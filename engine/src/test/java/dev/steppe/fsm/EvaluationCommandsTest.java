package dev.steppe.fsm;

import static dev.steppe.state.StateSamples.job;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.command.Command;
import dev.steppe.command.Command.ConcludeEvaluations.Conclusion;
import dev.steppe.command.Command.CreateEvaluations.Asked;
import dev.steppe.command.CommandOutcome.Refused.Code;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.Evaluation.Status;
import dev.steppe.model.placement.Evaluation.Trigger;
import dev.steppe.model.placement.GroupFailure;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class EvaluationCommandsTest {
    private static final Job WEB = job("web", 2, 1000);
    private static final GroupFailure FAILURE = new GroupFailure("g", 2, 1, 0, 1, new TreeMap<>());

    private final FsmWorld world = new FsmWorld();

    @Test
    void asksAboutJobsThatExist() {
        world.submit(WEB);
        world.apply(new Command.CreateEvaluations(List.of(
                new Asked(JobKey.of("nope"), Trigger.NODE_UPDATE, 0, 0),
                new Asked(WEB.key(), Trigger.MAX_PLAN_ATTEMPTS, 60_000, 5))));
        Evaluation row = world.state().evaluation(Evaluation.idAt(2, 0));
        assertEquals(
                new Evaluation(
                        row.id(),
                        WEB.key(),
                        50,
                        Trigger.MAX_PLAN_ATTEMPTS,
                        Status.PENDING,
                        60_000,
                        5,
                        0,
                        List.of(),
                        2,
                        2),
                row);
    }

    @Test
    void refusesMoreQuestionsThanAnEntryHasIds() {
        world.submit(WEB);
        Asked one = new Asked(WEB.key(), Trigger.NODE_UPDATE, 0, 0);
        world.refuses(new Command.CreateEvaluations(Collections.nCopies(65_537, one)), Code.WRONG_STATE);
    }

    @Test
    void concludesOnceAndKeepsFailuresWhereTheyBelong() {
        long evalId = world.submit(WEB);
        conclude(evalId, Status.BLOCKED);
        assertEquals(List.of(FAILURE), world.state().evaluation(evalId).failures());
        assertEquals(1, world.state().evaluation(evalId).snapshotIndex());
        conclude(evalId, Status.PENDING);
        assertEquals(Status.BLOCKED, world.state().evaluation(evalId).status());
        conclude(evalId, Status.CANCELED);
        assertEquals(List.of(), world.state().evaluation(evalId).failures());
        long canceledAt = world.index();
        conclude(evalId, Status.COMPLETE);
        assertEquals(Status.CANCELED, world.state().evaluation(evalId).status());
        assertEquals(canceledAt, world.state().evaluation(evalId).modifyIndex());
    }

    @Test
    void refusesConclusionsOfAnotherTerm() {
        long evalId = world.submit(WEB);
        Conclusion conclusion = new Conclusion(evalId, Status.COMPLETE, 1, List.of());
        world.refuses(new Command.ConcludeEvaluations(FsmWorld.TERM - 1, List.of(conclusion)), Code.STALE_TERM);
    }

    private void conclude(long evalId, Status status) {
        Conclusion conclusion = new Conclusion(evalId, status, 1, List.of(FAILURE));
        world.apply(new Command.ConcludeEvaluations(FsmWorld.TERM, List.of(conclusion)));
    }
}
