package dev.steppe.applier;

import dev.steppe.applier.InFlight.Effect;
import dev.steppe.base.Invariant;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.Resources;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Plan;
import dev.steppe.state.StateView;
import dev.steppe.verify.PlanVerdict;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** What is left of a plan that was verified, and what that does to nodes. */
final class PlanSieve {
    private PlanSieve() {}

    /** The plan without the rows that do not hold. */
    static Plan remainder(Plan plan, PlanVerdict verdict) {
        if (verdict instanceof PlanVerdict.Accepted) {
            return plan;
        }
        return new Plan(
                plan.evalId(),
                plan.job(),
                plan.basis(),
                plan.allAtOnce(),
                held(plan.places(), verdict::holdsPlace),
                held(plan.stops(), verdict::holdsStop),
                held(plan.updates(), verdict::holdsUpdate),
                plan.deployment());
    }

    /** The verified plan with its effects, as {@code base} has nodes and allocations. */
    static InFlight inFlight(long ticket, long sequence, Plan remainder, PlanVerdict verdict, StateView base) {
        List<Effect> effects =
                new ArrayList<>(remainder.stops().size() + remainder.places().size());
        for (Plan.Stop stop : remainder.stops()) {
            Allocation one = base.allocation(stop.id());
            if (one != null && !one.isTerminal()) {
                effects.add(Effect.freed(ordinal(base, one.nodeId()), one.resources()));
            }
        }
        for (Plan.Place place : remainder.places()) {
            effects.add(Effect.taken(ordinal(base, place.nodeId()), ask(base, remainder, place)));
        }
        List<PlanVerdict.RowRefusal> refusals =
                verdict instanceof PlanVerdict.Partial partial ? partial.refusals() : List.of();
        return new InFlight(ticket, sequence, remainder, refusals, effects);
    }

    private static int ordinal(StateView base, String nodeId) {
        NodeRow node = base.node(nodeId);
        if (node == null) {
            throw Invariant.broken("a verified plan names a node that is not there", nodeId);
        }
        return node.ordinal();
    }

    private static Resources ask(StateView base, Plan plan, Plan.Place place) {
        JobVersion version = base.jobVersion(plan.job(), place.jobVersion());
        if (version == null) {
            throw Invariant.broken("a verified plan names a version that is not there: version", place.jobVersion());
        }
        return version.spec()
                .group(place.group())
                .orElseThrow(() -> Invariant.broken("a verified plan names a group that is not there", place.group()))
                .ask();
    }

    private static <T> List<T> held(List<T> rows, IntPredicate holds) {
        List<T> held = new ArrayList<>(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            if (holds.test(i)) {
                held.add(rows.get(i));
            }
        }
        return held;
    }
}
