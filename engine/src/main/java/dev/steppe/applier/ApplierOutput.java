package dev.steppe.applier;

import dev.steppe.command.Command;

/** What the applier wishes for. Called on the applier's own thread, in a defined order; must not call back. */
public interface ApplierOutput {
    /**
     * Propose this entry, in this order with the others. What became of it comes back through
     * {@link PlanApplier#judged} or {@link PlanApplier#dropped}, once.
     */
    void propose(Command.CommitPlans entry);

    /** The answer to the plan that was offered with {@code ticket}. */
    void answer(long ticket, PlanAnswer answer);
}
