package dev.steppe.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.Agent;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("portable")
class AgentHostTest {
    private final HaltSwitch.Recorder halts = new HaltSwitch.Recorder();

    @ParameterizedTest
    @EnumSource(IdleChoice.class)
    void givesEachDedicatedAgentAThreadOfItsOwnAndEndsThemAll(IdleChoice idle) throws Exception {
        Worker first = new Worker("log");
        Worker second = new Worker("apply");
        AgentHost host = AgentHost.start("dedi", ThreadLayout.DEDICATED, idle, halts, List.of(first, second));
        first.worked.await();
        second.worked.await();
        assertEquals(List.of("steppe-dedi-apply", "steppe-dedi-log"), liveThreads("steppe-dedi"));
        assertEquals("steppe-dedi-log", first.threadName);
        host.close();
        host.close();
        assertEquals(List.of(), liveThreads("steppe-dedi"));
        assertEquals(List.of("start", "close"), List.copyOf(first.life));
        assertEquals(List.of("start", "close"), List.copyOf(second.life));
        assertEquals(List.of(), halts.halts());
    }

    @Test
    void runsSharedAgentsOnOneThreadInTheirOrder() throws Exception {
        ConcurrentLinkedQueue<String> turns = new ConcurrentLinkedQueue<>();
        Worker first = new Worker("a", turns);
        Worker second = new Worker("b", turns);
        AgentHost host =
                AgentHost.start("share", ThreadLayout.SHARED, IdleChoice.BACK_OFF, halts, List.of(first, second));
        second.worked.await();
        assertEquals(List.of("steppe-share"), liveThreads("steppe-share"));
        host.close();
        assertEquals(List.of(), liveThreads("steppe-share"));
        List<String> order = List.copyOf(turns);
        for (int i = 0; i < order.size(); i++) {
            assertEquals(i % 2 == 0 ? "a" : "b", order.get(i));
        }
    }

    @Test
    void keepsAnAgentThatBlocksFromThoseThatShareAThread() throws Exception {
        Worker sharing = new Worker("a");
        CountDownLatch device = new CountDownLatch(1);
        BlockingAgent blocking = new BlockingAgent() {
            @Override
            public int doWork() throws Exception {
                device.await();
                return 0;
            }

            @Override
            public String roleName() {
                return "filler";
            }
        };
        AgentHost host =
                AgentHost.start("block", ThreadLayout.SHARED, IdleChoice.BACK_OFF, halts, List.of(blocking, sharing));
        sharing.worked.await();
        assertEquals("steppe-block", sharing.threadName);
        assertEquals(List.of("steppe-block", "steppe-block-filler"), liveThreads("steppe-block"));
        device.countDown();
        host.close();
        assertEquals(List.of(), liveThreads("steppe-block"));
    }

    @Test
    void startsNoThreadWhenInvoked() {
        Worker worker = new Worker("a");
        AgentHost host = AgentHost.start("invoked", ThreadLayout.INVOKED, IdleChoice.BACK_OFF, halts, List.of(worker));
        assertEquals(List.of(), liveThreads("steppe-invoked"));
        assertEquals(1, host.doWork());
        assertEquals(Thread.currentThread().getName(), worker.threadName);
        host.close();
        host.close();
        assertEquals(0, host.doWork());
        assertEquals(List.of("start", "close"), List.copyOf(worker.life));
    }

    @Test
    void refusesToBeDrivenWhenItHasThreads() {
        AgentHost host =
                AgentHost.start("busy", ThreadLayout.SHARED, IdleChoice.BACK_OFF, halts, List.of(new Worker("a")));
        assertThrows(IllegalStateException.class, host::doWork);
        host.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"DEDICATED", "SHARED"})
    void pressesTheHaltSwitchAndEndsEveryAgentWhenOneFails(ThreadLayout layout) throws Exception {
        Worker healthy = new Worker("healthy");
        Agent failing = new Agent() {
            @Override
            public int doWork() throws Exception {
                healthy.worked.await();
                throw new java.io.IOException("no such luck");
            }

            @Override
            public String roleName() {
                return "failing";
            }
        };
        AgentHost host = AgentHost.start("fail", layout, IdleChoice.BACK_OFF, halts, List.of(healthy, failing));
        healthy.closed.await();
        host.close();
        assertEquals(List.of(), liveThreads("steppe-fail"));
        assertFalse(host.isRunning());
        assertEquals(1, halts.halts().size());
        assertEquals(HaltSwitch.BROKEN, halts.halts().get(0).exitCode());
        assertTrue(halts.halts().get(0).cause().getCause().getMessage().contains("no such luck"));
    }

    @Test
    void stopsAnInvokedHostWhenAnAgentFails() {
        Worker worker = new Worker("a");
        worker.failure = new IllegalStateException("broken");
        AgentHost host = AgentHost.start("invfail", ThreadLayout.INVOKED, IdleChoice.BACK_OFF, halts, List.of(worker));
        assertEquals(0, host.doWork());
        assertFalse(host.isRunning());
        assertEquals(
                "an agent failed: java.lang.IllegalStateException: broken",
                halts.halts().get(0).sentence());
        host.close();
        assertEquals(List.of("start", "close"), List.copyOf(worker.life));
    }

    @Test
    void refusesASecondInvokingThread() throws Exception {
        AgentHost host =
                AgentHost.start("own", ThreadLayout.INVOKED, IdleChoice.BACK_OFF, halts, List.of(new Worker("a")));
        host.doWork();
        Thread[] stranger = new Thread[1];
        ConcurrentLinkedQueue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        stranger[0] = new Thread(host::doWork);
        stranger[0].setUncaughtExceptionHandler((thread, cause) -> thrown.add(cause));
        stranger[0].start();
        stranger[0].join();
        assertEquals(InvariantBroken.class, thrown.remove().getClass());
        host.close();
    }

    @Test
    void keepsInterruptsAwayFromAgents() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        CountDownLatch checked = new CountDownLatch(1);
        boolean[] flagSeen = new boolean[1];
        Thread thread = new NamedThreads("shield", halts).newThread(() -> {
            try {
                interrupted.await();
            } catch (InterruptedException e) {
                flagSeen[0] = true;
            }
            flagSeen[0] |= Thread.currentThread().isInterrupted();
            checked.countDown();
        });
        thread.start();
        thread.interrupt();
        interrupted.countDown();
        assertTrue(checked.await(30, TimeUnit.SECONDS));
        assertFalse(flagSeen[0]);
    }

    @Test
    void pressesTheHaltSwitchForAnUncaughtException() throws Exception {
        Thread thread = new NamedThreads("uncaught", halts).newThread(() -> {
            throw new IllegalStateException("nobody expected this");
        });
        thread.start();
        thread.join();
        assertEquals(
                "thread steppe-uncaught failed: java.lang.IllegalStateException: nobody expected this",
                halts.halts().get(0).sentence());
    }

    private static List<String> liveThreads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(prefix))
                .sorted()
                .toList();
    }

    private static final class Worker implements Agent {
        private final String roleName;
        private final ConcurrentLinkedQueue<String> turns;
        private final ConcurrentLinkedQueue<String> life = new ConcurrentLinkedQueue<>();
        private final CountDownLatch worked = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);
        private volatile String threadName = "";
        private RuntimeException failure;

        Worker(String roleName) {
            this(roleName, new ConcurrentLinkedQueue<>());
        }

        Worker(String roleName, ConcurrentLinkedQueue<String> turns) {
            this.roleName = roleName;
            this.turns = turns;
        }

        @Override
        public void onStart() {
            life.add("start");
        }

        @Override
        public int doWork() {
            if (failure != null) {
                throw failure;
            }
            threadName = Thread.currentThread().getName();
            if (worked.getCount() > 0) {
                turns.add(roleName);
            }
            worked.countDown();
            return 1;
        }

        @Override
        public void onClose() {
            life.add("close");
            closed.countDown();
        }

        @Override
        public String roleName() {
            return roleName;
        }
    }
}
