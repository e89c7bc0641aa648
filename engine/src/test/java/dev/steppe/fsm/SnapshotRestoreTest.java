package dev.steppe.fsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import dev.steppe.base.OperatingFault;
import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.raft.api.machine.EntryPosition;
import dev.steppe.raft.api.machine.SnapshotImage;
import dev.steppe.raft.snapshot.SnapshotHeader;
import dev.steppe.raft.snapshot.SnapshotPosition;
import dev.steppe.raft.snapshot.SnapshotProgress;
import dev.steppe.raft.snapshot.SnapshotReader;
import dev.steppe.raft.snapshot.SnapshotShelf;
import dev.steppe.raft.snapshot.SnapshotWriter;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.raft.storage.memory.PageFate;
import dev.steppe.state.StateContent;
import dev.steppe.state.StateRecount;
import dev.steppe.state.StateStore;
import dev.steppe.state.StateView;
import dev.steppe.state.image.ImageBytes;
import dev.steppe.state.image.StateImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** A machine that was restored from an image at any index goes on exactly like the one that lived through it all. */
final class SnapshotRestoreTest {
    private static final int COMMANDS = 200;

    /** A state machine, its store and what it published. */
    private static final class Machine {
        private final StateStore store = new StateStore();
        private final List<StateView> views = new ArrayList<>(List.of(store.view()));
        private final EngineFsm fsm = new EngineFsm(store, views::add);
        private final EntryPosition at = new EntryPosition();

        CommandOutcome apply(long index, long term, Command command) {
            return fsm.apply(at.at(index, term, index * 7), command);
        }

        StateView publish(long index) {
            fsm.applied(index, index * 7);
            return views.get(views.size() - 1);
        }

        SnapshotImage capture() {
            SnapshotImage image = fsm.capture();
            assertNotNull(image);
            return image;
        }

        void restore(byte[] image, long index) throws OperatingFault {
            fsm.restore(ImageBytes.source(image, 1_000));
            publish(index);
        }
    }

    @Property(tries = 12, shrinking = ShrinkingMode.OFF)
    void goesOnAsIfItHadSeenEverything(@ForAll long seed) throws OperatingFault {
        SplittableRandom random = new SplittableRandom(seed);
        RandomCommands commands = new RandomCommands(seed);
        int captureIndex = 1 + random.nextInt(COMMANDS - 1);
        Machine whole = new Machine();
        Machine restored = new Machine();
        SnapshotImage image = whole.capture();
        byte[] atOnce = {};
        long hashAtCapture = 0;
        List<Command> suffix = new ArrayList<>();
        List<Long> terms = new ArrayList<>();
        for (int index = 1; index <= COMMANDS; index++) {
            long term = commands.term();
            Command command = commands.next(whole.store.tx());
            CommandOutcome outcome = whole.apply(index, term, command);
            assertNotNull(outcome);
            if (index > captureIndex) {
                suffix.add(command);
                terms.add(term);
            }
            if (index == captureIndex) {
                whole.publish(index);
                image = whole.capture();
                atOnce = ImageBytes.of(whole.capture());
                hashAtCapture = whole.fsm.stateHash();
            }
        }
        whole.publish(COMMANDS);
        byte[] later = ImageBytes.of(image);
        assertArrayEquals(atOnce, later, "an image changed while the machine went on");
        restored.restore(later, captureIndex);
        assertEquals(hashAtCapture, restored.fsm.stateHash());
        assertEquals(captureIndex, restored.views.get(1).journal().sinceIndex());
        StateRecount.check(restored.store.tx(), commands.shrunken());
        for (int i = 0; i < suffix.size(); i++) {
            restored.apply(captureIndex + 1 + i, terms.get(i), suffix.get(i));
        }
        StateView wholeView = whole.publish(COMMANDS);
        StateView restoredView = restored.publish(COMMANDS);
        assertEquals(wholeView.stateHash(), restoredView.stateHash());
        assertEquals(StateRecount.answers(wholeView), StateRecount.answers(restoredView));
        assertArrayEquals(ImageBytes.of(whole.capture()), ImageBytes.of(restored.capture()));
    }

    /** The property above would say little if whole tables were empty. */
    @Example
    void meetsRowsOfEveryKind() {
        Set<String> seen = new TreeSet<>();
        for (long seed = 1; seed <= 12; seed++) {
            RandomCommands commands = new RandomCommands(seed);
            Machine machine = new Machine();
            for (int index = 1; index <= COMMANDS; index++) {
                machine.apply(index, commands.term(), commands.next(machine.store.tx()));
            }
            StateContent content = machine.publish(COMMANDS).content();
            note(seen, "classes without a node", content.nodeClassCount() > classesInUse(content));
            note(seen, "allocations", content.allocationCount() > 10);
            note(seen, "evaluations", content.evaluationCount() > 10);
            note(seen, "deployments", content.deploymentCount() > 3);
            note(seen, "shrunken nodes", !commands.shrunken().isEmpty());
            for (int i = 0; i < content.jobCount(); i++) {
                note(seen, "staged", content.stagedAt(i) != null);
                note(seen, "versions", content.jobVersionsAt(i).size() > 2);
            }
            for (int i = 0; i < content.allocationCount(); i++) {
                note(seen, "previous", content.allocationAt(i).previous() != null);
            }
            for (int i = 0; i < content.deploymentCount(); i++) {
                note(seen, "membership", content.deploymentAt(i).membership() != null);
            }
        }
        assertEquals(
                Set.of(
                        "classes without a node",
                        "allocations",
                        "evaluations",
                        "deployments",
                        "shrunken nodes",
                        "staged",
                        "versions",
                        "previous",
                        "membership"),
                seen);
    }

    @Example
    void passesThroughAFileAndAPowerLoss() throws OperatingFault {
        RandomCommands commands = new RandomCommands(3);
        Machine machine = new Machine();
        for (int index = 1; index <= 2_000; index++) {
            machine.apply(index, commands.term(), commands.next(machine.store.tx()));
        }
        machine.publish(2_000);
        MemoryDisk disk = new MemoryDisk();
        writeFile(disk.hold(), machine);
        disk.losePower(PageFate.LOSE_ALL);
        SnapshotShelf shelf = SnapshotShelf.open(disk.hold(), 5);
        boolean isMore = true;
        while (isMore) {
            isMore = shelf.proveNext();
        }
        Machine restored = new Machine();
        try (SnapshotReader reader = shelf.read()) {
            assertNotNull(reader);
            restored.fsm.restore(reader);
            assertEquals(reader.header().stateHash(), restored.fsm.stateHash());
            restored.publish(reader.header().position().index());
        }
        assertArrayEquals(ImageBytes.of(machine.capture()), ImageBytes.of(restored.capture()));
    }

    @Example
    void replacesAStateThatIsBehindAndTellsItsReaders() throws OperatingFault {
        RandomCommands commands = new RandomCommands(9);
        Machine ahead = new Machine();
        Machine behind = new Machine();
        for (int index = 1; index <= 100; index++) {
            long term = commands.term();
            Command command = commands.next(ahead.store.tx());
            ahead.apply(index, term, command);
            if (index <= 40) {
                behind.apply(index, term, command);
            }
        }
        ahead.publish(100);
        StateView old = behind.publish(40);
        List<Object> oldAnswers = StateRecount.answers(old);
        behind.restore(ImageBytes.of(ahead.capture()), 100);
        StateView newer = behind.views.get(behind.views.size() - 1);
        assertEquals(100, newer.index());
        assertEquals(100, newer.journal().sinceIndex());
        assertTrue(newer.journal().sinceIndex() > old.index());
        assertEquals(oldAnswers, StateRecount.answers(old));
        assertEquals(ahead.fsm.stateHash(), behind.fsm.stateHash());
        byte[] older = ImageBytes.of(new StateImage(old));
        assertThrows(InvariantBroken.class, () -> behind.fsm.restore(ImageBytes.source(older, 100)));
        assertEquals(ahead.fsm.stateHash(), behind.fsm.stateHash());
    }

    @Example
    void leavesTheOldStateWhereBytesAreNoImage() {
        Machine machine = new Machine();
        RandomCommands commands = new RandomCommands(2);
        for (int index = 1; index <= 20; index++) {
            machine.apply(index, commands.term(), commands.next(machine.store.tx()));
        }
        machine.publish(20);
        long hash = machine.fsm.stateHash();
        assertThrows(OperatingFault.class, () -> machine.fsm.restore(ImageBytes.source(new byte[] {1, 2, 3}, 1)));
        assertEquals(hash, machine.fsm.stateHash());
    }

    @Example
    void isNotCapturedBetweenEntries() {
        Machine machine = new Machine();
        RandomCommands commands = new RandomCommands(2);
        for (int index = 1; index <= 20; index++) {
            machine.apply(index, commands.term(), commands.next(machine.store.tx()));
        }
        assertThrows(InvariantBroken.class, machine.fsm::capture);
    }

    private static void writeFile(StorageDirectory directory, Machine machine) throws OperatingFault {
        SnapshotHeader header = new SnapshotHeader(
                5, new SnapshotPosition(2_000, 40, 77, 14_000), machine.fsm.stateHash(), new byte[] {1}, new byte[] {
                    2, 3
                });
        try (SnapshotWriter writer = new SnapshotWriter(directory, header, machine.capture(), 100_000)) {
            SnapshotProgress progress = writer.step();
            while (progress == SnapshotProgress.GOES_ON) {
                progress = writer.step();
            }
            assertEquals(SnapshotProgress.DONE, progress);
        }
    }

    private static int classesInUse(StateContent content) {
        Set<Integer> numbers = new TreeSet<>();
        for (int i = 0; i < content.nodeCount(); i++) {
            numbers.add(content.classOfNode(i));
        }
        return numbers.size();
    }

    private static void note(Set<String> seen, String what, boolean isSo) {
        if (isSo) {
            seen.add(what);
        }
    }
}
