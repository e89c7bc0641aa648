package dev.steppe.server.duty;

import dev.steppe.applier.ApplierConfig;
import dev.steppe.applier.ApplierOutput;
import dev.steppe.applier.PlanAnswer;
import dev.steppe.applier.PlanApplier;
import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.model.placement.Plan;
import dev.steppe.raft.api.RaftServer;
import dev.steppe.runtime.handover.Mailbox;
import dev.steppe.runtime.handover.Published;
import dev.steppe.state.StateView;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.agrona.concurrent.Agent;

/**
 * The one serial point of planning: verifies plans against the newest view and what is in flight, and commits them many
 * to an entry. Plans that it has no room for wait in its mailbox, which the planners see as back-pressure.
 */
public final class ApplierAgent implements Agent {
    private static final int OPEN_MAX = 64;
    private static final int DRAIN_MAX = 256;

    private final Mailbox<Runnable> inbox = new Mailbox<>(4_096);
    private final Mailbox<Submitted> plans = new Mailbox<>(1_024);
    private final ArrayDeque<Told> untold = new ArrayDeque<>();
    private final Map<Long, Submitted> open = new HashMap<>();
    private final Published<StateView> published;
    private final Proposals proposals;
    private final PlanApplier applier;
    private long term;
    private long nextTicket = 1;

    /** A plan and who waits for its answer. */
    private record Submitted(Plan plan, long term, PlannerAgent planner) {}

    /** An answer whose planner had no room for it yet. */
    private record Told(Submitted submitted, PlanAnswer answer) {}

    /** An applier that leads in no term yet. */
    public ApplierAgent(RaftServer<CommandOutcome> raft, Published<StateView> published) {
        this.published = published;
        this.proposals = new Proposals(raft, inbox, OPEN_MAX);
        this.applier = new PlanApplier(ApplierConfig.DEFAULT, new Wishes(), published.get());
    }

    @Override
    public String roleName() {
        return "applier";
    }

    /** Takes a plan of {@code ofTerm}; {@code planner} is told what became of it. Any thread; false when it is full. */
    boolean submit(Plan plan, long ofTerm, PlannerAgent planner) {
        return plans.offer(new Submitted(plan, ofTerm, planner));
    }

    /** This server leads {@code newTerm}, or follows in it. Any thread; false when the mailbox is full. */
    public boolean changeTerm(long newTerm) {
        return inbox.offer(() -> {
            term = newTerm;
            applier.changeTerm(newTerm);
        });
    }

    @Override
    public int doWork() {
        applier.observe(published.get());
        int workCount = inbox.drain(Runnable::run, DRAIN_MAX);
        while (applier.hasRoom() && plans.drain(this::offer, 1) > 0) {
            workCount++;
        }
        applier.flush();
        return workCount + proposals.doWork() + tell();
    }

    private void offer(Submitted submitted) {
        if (submitted.term() != term) {
            untold.add(new Told(submitted, new PlanAnswer.Unknown()));
            return;
        }
        long ticket = nextTicket++;
        open.put(ticket, submitted);
        applier.observe(published.get()); // No older than the view that the plan was made on.
        applier.offer(ticket, submitted.plan());
    }

    private int tell() {
        int toldCount = 0;
        while (!untold.isEmpty()) {
            Told first = untold.getFirst();
            if (!first.submitted().planner().tell(first.submitted().term(), first.answer())) {
                break;
            }
            untold.removeFirst();
            toldCount++;
        }
        return toldCount;
    }

    /** What the machine wishes for. */
    private final class Wishes implements ApplierOutput {
        @Override
        public void propose(Command.CommitPlans entry) {
            proposals.propose(entry, new Proposals.Done() {
                @Override
                public void applied(CommandOutcome outcome) {
                    applier.observe(published.get());
                    applier.judged(entry, outcome);
                }

                @Override
                public void lost(Proposals.Loss loss, String reason) {
                    applier.dropped(entry);
                }
            });
        }

        @Override
        public void answer(long ticket, PlanAnswer answer) {
            Submitted submitted = open.remove(ticket);
            if (submitted != null) {
                untold.add(new Told(submitted, answer));
            }
        }
    }
}
