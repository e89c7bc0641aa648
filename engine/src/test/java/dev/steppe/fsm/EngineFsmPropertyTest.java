package dev.steppe.fsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import dev.steppe.command.Command;
import dev.steppe.command.CommandCodec;
import dev.steppe.command.CommandOutcome;
import dev.steppe.command.CommandOutcome.PlansJudged;
import dev.steppe.command.CommandOutcome.Refused;
import dev.steppe.command.CommandOutcome.RolloutMoved;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.raft.api.machine.EntryPosition;
import dev.steppe.state.StateRecount;
import dev.steppe.state.StateStore;
import dev.steppe.state.StateView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

final class EngineFsmPropertyTest {
    private static final int COMMANDS = 150;

    /** An entry as it stands in the log. */
    private record Entry(long index, long term, UnsafeBuffer bytes) {}

    /** A state machine and everything that went into it and came out. */
    private static final class Run {
        private final StateStore store = new StateStore();
        private final List<StateView> views = new ArrayList<>(List.of(store.view()));
        private final EngineFsm fsm = new EngineFsm(store, views::add);
        private final EntryPosition at = new EntryPosition();
        private final CommandCodec codec = new CommandCodec();
        private final RandomCommands commands;
        private final List<Entry> log = new ArrayList<>();
        private final List<Long> hashes = new ArrayList<>();
        private final List<CommandOutcome> outcomes = new ArrayList<>();

        Run(long seed) {
            commands = new RandomCommands(seed);
        }

        Command step() {
            long term = commands.term();
            Command command = commands.next(store.tx());
            ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
            byte[] bytes = new byte[codec.encode(command, buffer, 0)];
            buffer.getBytes(0, bytes);
            log.add(new Entry(log.size() + 1, term, new UnsafeBuffer(bytes)));
            apply(log.get(log.size() - 1));
            return command;
        }

        void apply(Entry entry) {
            at.at(entry.index, entry.term, entry.index * 7);
            outcomes.add(fsm.apply(at, entry.bytes, 0, entry.bytes.capacity()));
            hashes.add(fsm.stateHash());
        }

        void publish(long index) {
            fsm.applied(index, index * 7);
        }

        StateView view() {
            return views.get(views.size() - 1);
        }
    }

    @Property(tries = 8, shrinking = ShrinkingMode.OFF)
    void comesToTheSameStateFromTheSameLog(@ForAll long seed) {
        Run run = new Run(seed);
        for (int i = 1; i <= COMMANDS; i++) {
            run.step();
            run.publish(i);
        }
        Run replay = new Run(0);
        run.log.forEach(replay::apply);
        replay.publish(COMMANDS);
        assertEquals(run.outcomes, replay.outcomes);
        assertEquals(run.hashes, replay.hashes);
        assertEquals(StateRecount.answers(run.view()), StateRecount.answers(replay.view()));
        assertEquals(run.view().stateHash(), replay.view().stateHash());
    }

    @Property(tries = 6, shrinking = ShrinkingMode.OFF)
    void keepsWhatASlowRecountFinds(@ForAll long seed) {
        Run run = new Run(seed);
        for (int i = 1; i <= COMMANDS; i++) {
            Command command = run.step();
            StateRecount.check(run.store.tx(), run.commands.shrunken());
            assertEquals(StateRecount.hashOf(run.store.tx()), run.fsm.stateHash(), () -> "hash after " + command);
            checkDeployments(run.store);
            if (i % 7 == 0) {
                run.publish(i);
            }
        }
    }

    @Property(tries = 6, shrinking = ShrinkingMode.OFF)
    void namesInItsJournalWhatChanged(@ForAll long seed) {
        Run run = new Run(seed);
        for (int i = 1; i <= COMMANDS; i++) {
            run.step();
            if (run.log.get(i - 1).bytes.capacity() % 3 != 0) {
                StateView before = run.view();
                run.publish(i);
                StateRecount.checkJournal(before, run.view());
            }
        }
    }

    @Property(tries = 2, shrinking = ShrinkingMode.OFF)
    void neverChangesAViewOnceItIsPublished(@ForAll long seed) {
        Run run = new Run(seed);
        Map<StateView, List<Object>> remembered = new HashMap<>();
        for (int i = 1; i <= COMMANDS + 1_000; i++) {
            run.step();
            if (i % 5 == 0) {
                run.publish(i);
            }
            if (i % 50 == 0 && i <= COMMANDS) {
                remembered.put(run.view(), StateRecount.answers(run.view()));
            }
        }
        remembered.forEach((view, answers) -> {
            assertEquals(answers, StateRecount.answers(view));
            assertEquals(StateRecount.hashOf(view), view.stateHash());
        });
    }

    /** The properties above would be empty if the commands never came to anything. */
    @Example
    void comesThroughEveryKindOfOutcome() {
        Set<String> seen = new TreeSet<>();
        for (long seed = 1; seed <= 40; seed++) {
            Run run = new Run(seed);
            for (int i = 1; i <= COMMANDS; i++) {
                String command = run.step().getClass().getSimpleName();
                seen.add(command + " " + words(run.outcomes.get(i - 1)));
            }
            run.publish(COMMANDS);
            run.store.view().forEachJob(row -> {
                seen.add(run.store.view().stableVersion(row.key()) == null ? "a version" : "a stable version");
                run.store
                        .view()
                        .deploymentsOfJob(row.key())
                        .forEach(deployment -> seen.add(
                                deployment.description().contains("rolling back to")
                                        ? "a revert"
                                        : deployment.status().text()));
            });
        }
        for (String wanted : List.of(
                "CommitPlans all",
                "CommitPlans none",
                "CommitPlans partly",
                "CommitPlans STALE_TERM",
                "SubmitJob JobRegistered",
                "SubmitJob INVALID_JOB",
                "SubmitJob INDEX_CONFLICT",
                "StageJob JobStaged",
                "StageJob VERSION_TOO_LOW",
                "MoveRollout APPLIED",
                "MoveRollout ALREADY",
                "MoveRollout REFUSED",
                "FailDeployment Done",
                "FailDeployment WRONG_STATE",
                "ReportAllocations Done",
                "ConcludeEvaluations Done",
                "RefreshStall Done",
                "a stable version",
                "a revert",
                "successful",
                "blocked",
                "cancelled")) {
            assertTrue(seen.contains(wanted), () -> wanted + " never came up in " + seen);
        }
    }

    @Example
    void stopsAtAnEntryThatItCannotDecode() {
        Run run = new Run(1);
        run.step();
        UnsafeBuffer bytes = run.log.get(0).bytes;
        bytes.putByte(2, (byte) (bytes.getByte(2) ^ 0x55));
        assertThrows(InvariantBroken.class, () -> run.apply(new Entry(2, 1, bytes)));
    }

    /** K9: at most one active deployment a job, and counters within what was placed. */
    private static void checkDeployments(StateStore store) {
        store.tx().forEachOpenDeployment(row -> {
            long activeCount = store.tx().deploymentsOfJob(row.job()).stream()
                    .filter(one -> one.status().isActive())
                    .count();
            assertTrue(activeCount <= 1, () -> "active deployments of " + row.job());
            for (Deployment.GroupState group : row.groups()) {
                assertTrue(group.healthyCount() >= 0 && group.unhealthyCount() >= 0, row::toString);
                assertTrue(group.healthyCount() + group.unhealthyCount() <= group.placedCount(), row::toString);
            }
        });
    }

    private static String words(CommandOutcome outcome) {
        if (outcome instanceof Refused refused) {
            return refused.code().name();
        }
        if (outcome instanceof RolloutMoved moved) {
            return moved.outcome().name();
        }
        if (outcome instanceof PlansJudged judged && !judged.plans().isEmpty()) {
            CommandOutcome.PlanOutcome last = judged.plans().get(0);
            return last.isFull() ? "all" : last.placedCount() == 0 ? "none" : "partly";
        }
        return outcome.getClass().getSimpleName();
    }
}
