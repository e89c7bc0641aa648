package dev.steppe.fsm;

import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.command.CommandOutcome.PlanOutcome;
import dev.steppe.command.CommandOutcome.Refused.Code;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Plan;
import dev.steppe.verify.PlanVerdict;
import dev.steppe.verify.PlanVerifier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Plans are judged at their own index, one after the other, each against what the ones before it left. */
final class PlanCommands {
    private static final long SEQUENCE_MAX = 1L << 43; // AllocationId: 20 bits of row below it

    private final PlanVerifier verifier = new PlanVerifier();

    CommandOutcome commit(EntryTx entry, Command.CommitPlans command) {
        if (command.term() != entry.term()) {
            return entry.refused(
                    Code.STALE_TERM, "planned in term " + command.term() + ", written in term " + entry.term());
        }
        if (command.plans().size() > EntryTx.IDS_MAX) {
            return entry.refused(
                    Code.WRONG_STATE,
                    command.plans().size() + " plans in one entry, at most " + EntryTx.IDS_MAX + "; commit in parts");
        }
        List<PlanOutcome> outcomes = new ArrayList<>(command.plans().size());
        long lastSequence = 0;
        for (Command.CommitPlans.Numbered numbered : command.plans()) {
            String reason = sequenceRefusal(entry, numbered.sequence(), lastSequence);
            lastSequence = Math.max(lastSequence, numbered.sequence());
            PlanVerdict verdict =
                    reason != null ? new PlanVerdict.Refused(reason) : verifier.verify(numbered.plan(), entry.state());
            outcomes.add(outcome(entry, numbered, verdict));
        }
        return new CommandOutcome.PlansJudged(entry.index(), outcomes);
    }

    private static PlanOutcome outcome(EntryTx entry, Command.CommitPlans.Numbered numbered, PlanVerdict verdict) {
        Plan plan = numbered.plan();
        int placeCount = plan.places().size();
        if (verdict instanceof PlanVerdict.Refused refused) {
            return new PlanOutcome(numbered.sequence(), 0, placeCount, refused.reason());
        }
        int placedCount = new PlanEffect(entry, plan, verdict).apply(numbered.sequence());
        String refusal = verdict instanceof PlanVerdict.Partial partial
                ? partial.refusals().get(0).reason()
                : "";
        return new PlanOutcome(numbered.sequence(), placedCount, placeCount - placedCount, refusal);
    }

    /** Ids of allocations come from the sequence and must ascend: a plan out of order is refused. */
    private static @Nullable String sequenceRefusal(EntryTx entry, long sequence, long lastSequence) {
        if (sequence <= lastSequence || sequence >= SEQUENCE_MAX) {
            return "plan sequence " + sequence + " is not above " + lastSequence + " and below " + SEQUENCE_MAX;
        }
        AllocationId last = entry.state().lastAllocationId();
        AllocationId first = AllocationId.of(entry.term(), sequence, 0);
        return last == null || first.compareTo(last) > 0
                ? null
                : "plan sequence " + sequence + " of term " + entry.term() + " is not above that of allocation " + last;
    }
}
