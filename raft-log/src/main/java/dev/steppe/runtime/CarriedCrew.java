package dev.steppe.runtime;

import dev.steppe.runtime.handover.Doorbell;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.concurrent.Agent;

/**
 * Agents that have their turns on the thread of a {@link Carrier}: after a ring, after a turn that did something, and
 * once per tick. Everything but {@link #wake} and {@link #end} happens on that thread.
 *
 * <p>Access modes: {@code turnDue} is set by compare-and-set by whoever asks for a turn, and cleared before the turn
 * looks at anything.
 */
final class CarriedCrew {
    private final Carrier carrier;
    private final AgentHost host;
    private final List<Agent> crew;
    private final Doorbell[] bells;
    private final Runnable turn = this::takeTurn;
    private final AtomicBoolean turnDue = new AtomicBoolean();
    private Runnable unticking = () -> {};
    private boolean isAboard;
    private boolean inTurn;
    private boolean isOver;

    CarriedCrew(Carrier carrier, AgentHost host, List<Agent> crew) {
        this.carrier = carrier;
        this.host = host;
        this.crew = crew;
        bells = AgentHost.bellsOf(crew);
    }

    void start() {
        Runnable waking = this::wake;
        for (Doorbell bell : bells) {
            bell.answeredBy(waking);
        }
        carrier.execute(() -> unticking = carrier.everyTick(waking));
        wake();
    }

    /** Asks for a turn. Any thread. */
    void wake() {
        if (!turnDue.get() && turnDue.compareAndSet(false, true)) {
            carrier.execute(turn);
        }
    }

    /** Ends the agents, whose host runs no more, and waits for it unless this is called from one of their turns. */
    void end() {
        if (isOnDuty()) {
            wake();
        } else {
            carrier.executeAndWait(this::leave);
        }
    }

    boolean isOnDuty() {
        return carrier.isCarrying() && inTurn;
    }

    private void takeTurn() {
        turnDue.set(false);
        if (!host.isRunning()) {
            leave();
            return;
        }
        inTurn = true;
        if (host.turn(crew, bells, !isAboard) > 0) {
            wake();
        }
        isAboard = true;
        inTurn = false;
    }

    private void leave() {
        if (!isOver) {
            isOver = true;
            unticking.run();
            if (isAboard) {
                host.closeAgents(crew);
            }
        }
    }
}
