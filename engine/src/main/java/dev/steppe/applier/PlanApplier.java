package dev.steppe.applier;

import dev.steppe.base.Invariant;
import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.command.CommandOutcome.PlanOutcome;
import dev.steppe.model.placement.Plan;
import dev.steppe.state.StateView;
import dev.steppe.verify.PlanVerdict;
import dev.steppe.verify.PlanVerifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Verifies plans, numbers them and puts them into entries. Owned by the applier agent of the leader.
 *
 * <p>A plan is verified against the newest view plus the plans in flight: those in the batch, those proposed, and those
 * applied by an entry that the base view does not have yet. Rows that do not hold are left out and counted; a plan of
 * which nothing holds is answered without an entry. If only plans in flight stood in its way, that answer waits for
 * them, because no view that could be planned on shows them earlier.
 *
 * <p>Each round goes in this order: take plans out of the mailbox, {@link #observe} the newest view, {@link #offer} the
 * plans while {@link #hasRoom}, {@link #flush}; so no plan was made on a newer view than it is verified on. What apply
 * said ({@link #judged}, {@link #dropped}) may come before or after the view that has it, and in any order: a plan
 * counts for nothing any more as soon as the view shows another placement index of its job than the plan was made on,
 * because then it is in the view or will be refused. Always holds: sequences ascend within the term, and every plan
 * offered is answered once. Sources: DESIGN §7 [1]; {@code scheduling.md} 8.3, 8.4 [2].
 */
public final class PlanApplier {
    private final ApplierConfig config;
    private final ApplierOutput output;
    private final ApplierCounters counters = new ApplierCounters();
    private final PlanVerifier verifier = new PlanVerifier();
    private final ArrayDeque<PlanEntry> proposed = new ArrayDeque<>();
    private final ArrayDeque<PlanEntry> applied = new ArrayDeque<>();
    private final ArrayDeque<Parked> parked = new ArrayDeque<>();
    private final OverlayView overlay;
    private PlanEntry batch = new PlanEntry();
    private long term;
    private long lastSequence;

    /** An applier that leads in no term yet, on the view that there is. */
    public PlanApplier(ApplierConfig config, ApplierOutput output, StateView view) {
        this.config = config;
        this.output = output;
        overlay = new OverlayView(view);
    }

    /** A refusal that waits until the plans that stood in the way are judged. */
    private record Parked(long ticket, long afterSequence, String reason) {}

    /**
     * The term changed: everything in flight is answered {@link PlanAnswer.Unknown}, every overlay goes, and sequences
     * start anew. Also said when leadership is lost, with the term that is known then.
     */
    public void changeTerm(long newTerm) {
        if (newTerm < term) {
            throw Invariant.broken("the term went back: new, old", newTerm, term);
        }
        for (PlanEntry entry : proposed) {
            entry.plans().forEach(plan -> output.answer(plan.ticket(), new PlanAnswer.Unknown()));
        }
        batch.plans().forEach(plan -> output.answer(plan.ticket(), new PlanAnswer.Unknown()));
        parked.forEach(one -> output.answer(one.ticket(), new PlanAnswer.Unknown()));
        proposed.clear();
        applied.clear();
        parked.clear();
        batch = new PlanEntry();
        overlay.clear();
        lastSequence = newTerm == term ? lastSequence : 0;
        term = newTerm;
    }

    /** A newer view: what it has is not in flight any more. An older one changes nothing. */
    public void observe(StateView view) {
        if (view.index() <= overlay.base().index()) {
            return;
        }
        overlay.observe(view);
        liftSeen();
        retire();
    }

    /** Whether {@link #offer} may be called: an entry is open, or may be opened. */
    public boolean hasRoom() {
        return !batch.isClosed(config);
    }

    /** Verifies a plan; it is answered through the output, now or later. Refused while there is no room. */
    public void offer(long ticket, Plan plan) {
        if (!hasRoom()) {
            throw Invariant.broken(
                    "a plan was offered while the batch is closed: plans, rows", batch.planCount(), batch.rowCount());
        }
        counters.planCount++;
        if (overlay.isInFlight(plan.job())) {
            refuse(ticket, "another plan of job " + plan.job() + " is in flight", true);
            return;
        }
        PlanVerdict verdict = verifier.verify(plan, overlay);
        if (verdict instanceof PlanVerdict.Refused refused) {
            boolean isInTheWay =
                    isAnythingInFlight() && !(verifier.verify(plan, overlay.base()) instanceof PlanVerdict.Refused);
            refuse(ticket, refused.reason(), isInTheWay);
            return;
        }
        accept(ticket, PlanSieve.remainder(plan, verdict), verdict);
    }

    /** Proposes what is verified, unless nothing is or enough entries wait for apply. */
    public void flush() {
        if (batch.planCount() == 0 || proposed.size() >= config.entriesMax()) {
            return;
        }
        List<Command.CommitPlans.Numbered> numbered = new ArrayList<>(batch.planCount());
        batch.plans().forEach(plan -> numbered.add(new Command.CommitPlans.Numbered(plan.sequence(), plan.plan())));
        proposed.add(batch);
        batch = new PlanEntry();
        output.propose(new Command.CommitPlans(term, numbered));
    }

    /** What apply said of an entry that was proposed; one of another term is old news. */
    public void judged(Command.CommitPlans proposal, CommandOutcome outcome) {
        PlanEntry entry = take(proposal);
        if (entry == null) {
            return;
        }
        if (outcome instanceof CommandOutcome.PlansJudged judged) {
            entry.setIndex(judged.index());
            settle(entry, judged);
            applied.add(entry);
            retire();
            release(judged.index());
        } else if (outcome instanceof CommandOutcome.Refused refused) {
            counters.refusedPlanCount += entry.planCount();
            entry.plans().forEach(plan -> {
                overlay.remove(plan);
                output.answer(plan.ticket(), new PlanAnswer.Refused(refused.index(), refused.sentence()));
            });
            release(refused.index());
        } else {
            throw Invariant.broken("plans were answered with something else", outcome.toString());
        }
    }

    /** The log did not take an entry that was proposed, or nobody knows: it may or may not be applied one day. */
    public void dropped(Command.CommitPlans proposal) {
        PlanEntry entry = take(proposal);
        if (entry != null) {
            entry.plans().forEach(plan -> {
                overlay.remove(plan);
                output.answer(plan.ticket(), new PlanAnswer.Unknown());
            });
            release(overlay.base().index());
        }
    }

    /** Takes the entry out of those proposed; null if it is of another term. */
    private @Nullable PlanEntry take(Command.CommitPlans proposal) {
        if (proposal.term() != term) {
            return null;
        }
        long sequence = proposal.plans().get(0).sequence();
        for (Iterator<PlanEntry> entries = proposed.iterator(); entries.hasNext(); ) {
            PlanEntry entry = entries.next();
            if (entry.firstSequence() == sequence) {
                entries.remove();
                return entry;
            }
        }
        throw Invariant.broken("an entry was answered that was not proposed, or twice: term, sequence", term, sequence);
    }

    /** What it did so far. */
    public ApplierCounters counters() {
        return counters;
    }

    private void accept(long ticket, Plan remainder, PlanVerdict verdict) {
        InFlight plan = PlanSieve.inFlight(ticket, ++lastSequence, remainder, verdict, overlay.base());
        counters.refusedRowCount += plan.refusedCount();
        overlay.add(plan);
        batch.add(plan);
        if (batch.isClosed(config)) {
            flush();
        }
    }

    private void refuse(long ticket, String reason, boolean isInTheWay) {
        counters.refusedPlanCount++;
        boolean isJudged = batch.planCount() == 0 && proposed.isEmpty();
        if (isInTheWay && !isJudged) {
            parked.add(new Parked(ticket, lastSequence, reason));
            return;
        }
        long index = isInTheWay && !applied.isEmpty() ? applied.getLast().index() : 0;
        output.answer(
                ticket, new PlanAnswer.Refused(Math.max(index, overlay.base().index()), reason));
    }

    private boolean isAnythingInFlight() {
        return batch.planCount() > 0 || !proposed.isEmpty() || !applied.isEmpty();
    }

    private void settle(PlanEntry entry, CommandOutcome.PlansJudged judged) {
        if (judged.plans().size() != entry.planCount()) {
            throw Invariant.broken(
                    "not one answer for each plan: answers, plans",
                    judged.plans().size(),
                    entry.planCount());
        }
        for (int i = 0; i < entry.planCount(); i++) {
            InFlight plan = entry.plans().get(i);
            PlanOutcome outcome = judged.plans().get(i);
            if (outcome.sequence() != plan.sequence()) {
                throw Invariant.broken("answers out of order: sequence", outcome.sequence(), plan.sequence());
            }
            counters.count(outcome);
            output.answer(plan.ticket(), answer(plan, outcome, judged.index()));
        }
    }

    private static PlanAnswer answer(InFlight plan, PlanOutcome outcome, long index) {
        boolean isWhole = plan.refusedCount() == 0;
        if (outcome.isFull()) {
            return isWhole
                    ? new PlanAnswer.Committed(index, outcome.placedCount())
                    : new PlanAnswer.Partial(index, outcome.placedCount(), plan.refusedCount(), plan.reason());
        }
        int refusedCount = plan.refusedCount() + outcome.refusedCount();
        return outcome.placedCount() > 0
                ? new PlanAnswer.Partial(index, outcome.placedCount(), refusedCount, outcome.refusal())
                : new PlanAnswer.Refused(index, outcome.refusal());
    }

    /** Refusals that waited for plans that are all answered by now may plan again at {@code index}. */
    private void release(long index) {
        PlanEntry oldest = proposed.isEmpty() ? batch : proposed.peek();
        long answered = oldest.planCount() == 0 ? lastSequence : oldest.firstSequence() - 1;
        while (!parked.isEmpty() && parked.peek().afterSequence() <= answered) {
            Parked one = parked.poll();
            output.answer(one.ticket(), new PlanAnswer.Refused(index, one.reason()));
        }
    }

    /** Plans that the base view has, or that can hold no more, count for nothing; entries are applied in order. */
    private void liftSeen() {
        for (PlanEntry entry : proposed) {
            int liftedCount = 0;
            for (InFlight plan : entry.plans()) {
                liftedCount += overlay.liftIfSeen(plan) ? 1 : 0;
            }
            if (liftedCount == 0) {
                return;
            }
        }
    }

    /** Entries that the base view has are in flight no more. */
    private void retire() {
        while (!applied.isEmpty() && applied.peek().index() <= overlay.base().index()) {
            applied.poll().plans().forEach(overlay::remove);
        }
    }
}
