package dev.steppe.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.steppe.runtime.handover.Doorbell;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Agents on the thread of a carrier that is moved by hand. */
@Tag("portable")
class CarriedCrewTest {
    private final HaltSwitch.Recorder halts = new HaltSwitch.Recorder();
    private final List<String> life = new ArrayList<>();
    private final HandCarrier carrier = new HandCarrier();
    private final Belled first = new Belled("a");
    private final Belled second = new Belled("b");

    @Test
    void givesTurnsInOrderUntilNothingIsDone() {
        first.workCount = 2;
        AgentHost.startOn(carrier, "carried", halts, List.of(first, second));
        carrier.runAll();
        assertEquals(List.of("start a", "start b", "a", "b", "a", "b", "a", "b"), life);
    }

    @Test
    void givesATurnAfterARingAndWithEachTick() {
        AgentHost.startOn(carrier, "carried", halts, List.of(first, second));
        carrier.runAll();
        life.clear();
        second.bell.ring();
        second.bell.ring();
        carrier.runAll();
        assertEquals(List.of("a", "b"), life);
        carrier.tick();
        carrier.runAll();
        assertEquals(List.of("a", "b", "a", "b"), life);
    }

    @Test
    void endsItsAgentsOnceAndTicksNoMore() {
        AgentHost host = AgentHost.startOn(carrier, "carried", halts, List.of(first, second));
        carrier.runAll();
        life.clear();
        host.close();
        host.close();
        first.bell.ring();
        carrier.runAll();
        assertEquals(List.of("close a", "close b"), life);
        assertEquals(List.of(), carrier.ticking);
    }

    @Test
    void endsAfterTheTurnInWhichAnAgentAsksForIt() {
        AgentHost host = AgentHost.startOn(carrier, "carried", halts, List.of(first, second));
        carrier.runAll();
        life.clear();
        first.duty = host::close;
        first.bell.ring();
        carrier.runAll();
        assertEquals(List.of("a", "b", "close a", "close b"), life);
    }

    @Test
    void pressesTheHaltSwitchAndEndsAllWhenOneFails() {
        AgentHost host = AgentHost.startOn(carrier, "carried", halts, List.of(first, second));
        carrier.runAll();
        life.clear();
        first.duty = () -> {
            throw new IllegalStateException("no such luck");
        };
        first.bell.ring();
        carrier.runAll();
        assertEquals(List.of("a", "close a", "close b"), life);
        assertFalse(host.isRunning());
        assertEquals(1, halts.halts().size());
    }

    private final class Belled implements BelledAgent {
        private final Doorbell bell = new Doorbell();
        private final String name;
        private Runnable duty = () -> {};
        private int workCount;

        Belled(String name) {
            this.name = name;
        }

        @Override
        public void onStart() {
            life.add("start " + name);
        }

        @Override
        public int doWork() {
            life.add(name);
            duty.run();
            return workCount > 0 ? workCount-- : 0;
        }

        @Override
        public void onClose() {
            life.add("close " + name);
        }

        @Override
        public Doorbell doorbell() {
            return bell;
        }

        @Override
        public String roleName() {
            return name;
        }
    }

    /** Runs what it was told when the test says so, on the test's thread. */
    private static final class HandCarrier implements Carrier {
        private final Deque<Runnable> tasks = new ArrayDeque<>();
        private final List<Runnable> ticking = new ArrayList<>();

        void runAll() {
            while (!tasks.isEmpty()) {
                tasks.removeFirst().run();
            }
        }

        void tick() {
            ticking.forEach(Runnable::run);
        }

        @Override
        public boolean execute(Runnable task) {
            return tasks.add(task);
        }

        @Override
        public void executeAndWait(Runnable task) {
            task.run();
        }

        @Override
        public Runnable everyTick(Runnable task) {
            ticking.add(task);
            return () -> ticking.remove(task);
        }

        @Override
        public boolean isCarrying() {
            return true;
        }
    }
}
