package dev.steppe.verify;

import dev.steppe.base.Invariant;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Plan;
import dev.steppe.state.VerifyView;
import dev.steppe.verify.PlanVerdict.RowKind;
import dev.steppe.verify.PlanVerdict.RowRefusal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges plans, one at a time. Owned by one thread: the applier has one, apply has one. Deterministic: the same plan
 * against the same rows gives the same verdict in every process, word by word.
 *
 * <p>The order of questions: what the planner read (evaluation, job, deployment), what the plan does to deployments,
 * the allocations that it names; a no to any of these refuses all of it. Then row by row: stops, which free what they
 * held; updates; places, each against what is free after the plan's own stops and its earlier places. A plan that is
 * wanted all at once is refused with its first refused row.
 *
 * <p>What cannot be checked: the score of a place beyond its range, and which of the words "not needed" and "replaced"
 * a stop carries. Sources: DESIGN §7; {@code scheduling.md} 7.5, 8.4, 8.5.
 */
public final class PlanVerifier {
    private static final PlanVerdict ACCEPTED = new PlanVerdict.Accepted();

    private final NodeBalances balances = new NodeBalances();

    /** What of {@code plan} holds against {@code view}. Costs O(rows of the plan), not of the state. */
    public PlanVerdict verify(Plan plan, VerifyView view) {
        String reason = BasisCheck.refusal(plan, view);
        if (reason != null) {
            return new PlanVerdict.Refused(reason);
        }
        JobVersion job = view.job(plan.job());
        if (job == null) {
            throw Invariant.broken(
                    "a job went while its plan was judged", plan.job().toString());
        }
        reason = DeploymentCheck.refusal(plan, job, view);
        return reason != null ? new PlanVerdict.Refused(reason) : rows(PlanFacts.of(plan, view, job));
    }

    private PlanVerdict rows(PlanFacts facts) {
        Plan plan = facts.plan();
        String reason = StopCheck.refusal(facts, new HashSet<>());
        Set<AllocationId> stopped = new HashSet<>(); // only ever asked, never walked
        plan.stops().forEach(stop -> stopped.add(stop.id()));
        if (reason == null) {
            reason = PlaceCheck.refusal(facts, stopped);
        }
        if (reason != null) {
            return new PlanVerdict.Refused(reason);
        }
        balances.clear();
        List<RowRefusal> refusals = new ArrayList<>();
        stops(facts, refusals);
        updates(facts, refusals);
        places(facts, stopped, refusals);
        return verdict(plan, refusals);
    }

    private void stops(PlanFacts facts, List<RowRefusal> refusals) {
        List<Plan.Stop> stops = facts.plan().stops();
        for (int row = 0; row < stops.size(); row++) {
            Allocation allocation = known(facts, stops.get(row).id());
            note(refusals, RowKind.STOP, row, StopCheck.ofStop(allocation));
            NodeRow node = facts.view().node(allocation.nodeId());
            if (node != null && !allocation.isTerminal()) {
                balances.free(node.ordinal(), allocation.resources());
            }
        }
    }

    private static void updates(PlanFacts facts, List<RowRefusal> refusals) {
        List<Plan.InPlace> updates = facts.plan().updates();
        for (int row = 0; row < updates.size(); row++) {
            Plan.InPlace update = updates.get(row);
            note(refusals, RowKind.UPDATE, row, StopCheck.ofUpdate(facts, update, known(facts, update.id())));
        }
    }

    private void places(PlanFacts facts, Set<AllocationId> stopped, List<RowRefusal> refusals) {
        List<Plan.Place> places = facts.plan().places();
        for (int row = 0; row < places.size(); row++) {
            note(refusals, RowKind.PLACE, row, PlaceCheck.ofPlace(facts, places.get(row), stopped, balances));
        }
    }

    private static PlanVerdict verdict(Plan plan, List<RowRefusal> refusals) {
        if (refusals.isEmpty()) {
            return ACCEPTED;
        }
        int rowCount =
                plan.places().size() + plan.stops().size() + plan.updates().size();
        boolean isNothingLeft = refusals.size() == rowCount && plan.deployment().isNone();
        return plan.allAtOnce() || isNothingLeft
                ? new PlanVerdict.Refused(refusals.get(0).reason())
                : new PlanVerdict.Partial(refusals);
    }

    private static void note(List<RowRefusal> refusals, RowKind kind, int row, @Nullable String reason) {
        if (reason != null) {
            refusals.add(new RowRefusal(kind, row, reason));
        }
    }

    private static Allocation known(PlanFacts facts, AllocationId id) {
        Allocation row = facts.view().allocation(id);
        if (row == null) {
            throw Invariant.broken("an allocation went while a plan was judged", id.toString());
        }
        return row;
    }
}
