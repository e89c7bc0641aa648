package dev.steppe.runtime;

import dev.steppe.runtime.handover.Doorbell;
import org.agrona.concurrent.Agent;

/** An agent that can be woken. Without a ring it still has its turn once in a while, so a ring is never needed. */
public interface BelledAgent extends Agent {
    /** Rung whenever there is something for this agent; always the same one. */
    Doorbell doorbell();
}
