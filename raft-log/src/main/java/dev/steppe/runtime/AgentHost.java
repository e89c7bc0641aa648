package dev.steppe.runtime;

import dev.steppe.runtime.handover.Doorbell;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;

/**
 * Runs agents by a layout. Every agent sees {@code onStart}, then duty cycles, then {@code onClose}, all on one thread:
 * its own, the shared one (unless it is a {@link BlockingAgent}), or in the invoked layout the thread that calls
 * {@link #doWork()} and {@link #close()}.
 *
 * <p>A throwable that leaves an agent presses the halt switch and ends the whole host: no agent works on beside a dead
 * one. Threads are made by {@link NamedThreads} and cannot be interrupted.
 *
 * <p>Access modes: {@code running} is volatile, written by whoever ends the host and read once per round.
 */
public final class AgentHost implements AutoCloseable {
    private final ThreadLayout layout;
    private final List<Agent> agents;
    private final HaltSwitch haltSwitch;
    private final List<Thread> threads = new ArrayList<>();
    private final OwnerGuard invoker;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean running = true;
    private @Nullable CarriedCrew carried;
    private boolean started;
    private boolean inRound;

    private AgentHost(String name, ThreadLayout layout, HaltSwitch haltSwitch, List<? extends Agent> agents) {
        this.layout = layout;
        this.haltSwitch = haltSwitch;
        this.agents = List.copyOf(agents);
        this.invoker = new OwnerGuard("agent host " + name);
    }

    /**
     * Starts {@code agents}; in the invoked layout the first {@link #doWork()} starts them.
     *
     * @param name of the host; threads are {@code steppe-NAME} or {@code steppe-NAME-ROLE}
     * @param idle what a thread does without work; not used in the invoked layout
     */
    public static AgentHost start(
            String name, ThreadLayout layout, IdleChoice idle, HaltSwitch haltSwitch, List<? extends Agent> agents) {
        AgentHost host = new AgentHost(name, layout, haltSwitch, agents);
        switch (layout) {
            case DEDICATED -> host.agents.forEach(agent -> host.addThread(name, agent, idle));
            case SHARED -> host.addSharing(name, idle);
            case INVOKED -> { // The caller's thread does the work.
            }
        }
        host.threads.forEach(Thread::start);
        return host;
    }

    /**
     * Starts {@code agents} on the thread of {@code carrier}, in their order, except those that block, which get
     * threads of their own. Saves every hand-over between the carrier's own work and theirs: right for few cores. Close
     * this before the carrier ends.
     */
    public static AgentHost startOn(Carrier carrier, String name, HaltSwitch haltSwitch, List<? extends Agent> agents) {
        AgentHost host = new AgentHost(name, ThreadLayout.SHARED, haltSwitch, agents);
        List<Agent> crew = host.addBlocking(name, IdleChoice.BACK_OFF);
        host.carried = new CarriedCrew(carrier, host, crew);
        host.threads.forEach(Thread::start);
        host.carried.start();
        return host;
    }

    /**
     * One round of every agent, in their order; returns how much was done. Only in the invoked layout, always by one
     * thread; 0 after the end.
     */
    public int doWork() {
        if (layout != ThreadLayout.INVOKED) {
            throw new IllegalStateException("the agents of this host have threads of their own");
        }
        invoker.check();
        if (!running) {
            return 0;
        }
        try {
            if (!started) {
                started = true;
                agents.forEach(Agent::onStart);
            }
            inRound = true;
            return round(agents);
        } catch (Throwable e) {
            fail(e);
            return 0;
        } finally {
            inRound = false;
        }
    }

    /**
     * Whether the calling thread is in the middle of an agent's duty: it cannot wait for the end of this host. In the
     * invoked layout only the owning thread may ask.
     */
    public boolean isOnDuty() {
        if (layout == ThreadLayout.INVOKED) {
            return inRound;
        }
        return threads.contains(Thread.currentThread()) || (carried != null && carried.isOnDuty());
    }

    /** Whether the host still works: neither closed nor stopped by a failure. Any thread. */
    public boolean isRunning() {
        return running;
    }

    /**
     * Ends every agent and waits until its thread is gone. Idempotent. By an agent's own thread it only asks for the
     * end, since no thread can wait for itself; in the invoked layout by the owning thread.
     */
    @Override
    public void close() {
        running = false;
        if (layout == ThreadLayout.INVOKED) {
            closeInvoked();
            return;
        }
        if (carried != null) {
            carried.end();
        }
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread != Thread.currentThread() && thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    // The caller's interrupt must not leave a thread behind that still writes; it is kept for later.
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeInvoked() {
        if (closed.compareAndSet(false, true) && started) {
            invoker.check();
            closeAgents(agents);
        }
    }

    private void addSharing(String name, IdleChoice idle) {
        List<Agent> crew = addBlocking(name, idle);
        if (!crew.isEmpty()) {
            addThread(name, crew, idle.create());
        }
    }

    /** Gives those that block a thread each; returns the others. */
    private List<Agent> addBlocking(String name, IdleChoice idle) {
        List<Agent> crew = new ArrayList<>();
        for (Agent agent : agents) {
            if (agent instanceof BlockingAgent) {
                addThread(name, agent, idle);
            } else {
                crew.add(agent);
            }
        }
        return List.copyOf(crew);
    }

    private void addThread(String name, Agent agent, IdleChoice idle) {
        IdleStrategy idleStrategy = agent instanceof BlockingAgent ? IdleChoice.createPatient() : idle.create();
        addThread(name + "-" + agent.roleName(), List.of(agent), idleStrategy);
    }

    private void addThread(String name, List<Agent> crew, IdleStrategy idle) {
        threads.add(new NamedThreads(name, haltSwitch).newThread(() -> run(crew, idle)));
    }

    private void run(List<Agent> crew, IdleStrategy idleStrategy) {
        try {
            crew.forEach(Agent::onStart);
            Doorbell[] bells = bellsOf(crew);
            Thread current = Thread.currentThread();
            for (Doorbell bell : bells) {
                bell.answeredBy(() -> LockSupport.unpark(current));
            }
            while (running) {
                int workCount = round(crew);
                if (workCount == 0) {
                    // Whoever rings from here on ends the rest; what came just before is found now.
                    hear(bells);
                    workCount = round(crew);
                }
                idleStrategy.idle(workCount);
            }
        } catch (Throwable e) {
            fail(e);
        }
        closeAgents(crew);
    }

    /** One turn of carried agents; the first one starts them. */
    int turn(List<Agent> crew, Doorbell[] bells, boolean isFirst) {
        try {
            if (isFirst) {
                crew.forEach(Agent::onStart);
            }
            hear(bells);
            return round(crew);
        } catch (Throwable e) {
            fail(e);
            return 1;
        }
    }

    static Doorbell[] bellsOf(List<Agent> crew) {
        return crew.stream()
                .filter(BelledAgent.class::isInstance)
                .map(agent -> ((BelledAgent) agent).doorbell())
                .toArray(Doorbell[]::new);
    }

    private static void hear(Doorbell[] bells) {
        for (Doorbell bell : bells) {
            bell.heard();
        }
    }

    private static int round(List<Agent> crew) {
        int workCount = 0;
        try {
            for (int i = 0; i < crew.size(); i++) { // By index: an iterator would be garbage in every round.
                workCount += crew.get(i).doWork();
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("an agent threw a checked exception", e);
        }
        return workCount;
    }

    void closeAgents(List<Agent> crew) {
        for (Agent agent : crew) {
            try {
                agent.onClose();
            } catch (Throwable e) {
                fail(e);
            }
        }
    }

    private void fail(Throwable cause) {
        running = false;
        haltSwitch.halt(HaltSwitch.BROKEN, "an agent failed: " + cause, cause);
    }
}
