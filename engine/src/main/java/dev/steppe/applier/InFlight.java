package dev.steppe.applier;

import dev.steppe.model.job.Resources;
import dev.steppe.model.placement.Plan;
import dev.steppe.verify.PlanVerdict;
import java.util.List;

/** A plan that was verified and is not yet in the base view, with what it does to nodes. */
final class InFlight {
    private final long ticket;
    private final long sequence;
    private final Plan plan;
    private final int refusedCount;
    private final String reason;
    private final List<Effect> effects;
    private boolean isLaid = true;

    /**
     * What a plan does to one node, by dimension.
     *
     * @param freedCpuMhz what comes back; negative where it is taken
     * @param freedMemoryMb the same, MiB
     * @param freedDiskMb the same, MiB
     */
    record Effect(int nodeOrdinal, int freedCpuMhz, int freedMemoryMb, int freedDiskMb) {
        static Effect freed(int nodeOrdinal, Resources amount) {
            return new Effect(nodeOrdinal, amount.cpuMhz(), amount.memoryMb(), amount.diskMb());
        }

        static Effect taken(int nodeOrdinal, Resources amount) {
            return new Effect(nodeOrdinal, -amount.cpuMhz(), -amount.memoryMb(), -amount.diskMb());
        }
    }

    /**
     * A plan of which only the rows that hold are left.
     *
     * @param refusals rows that do not
     */
    InFlight(long ticket, long sequence, Plan plan, List<PlanVerdict.RowRefusal> refusals, List<Effect> effects) {
        this.ticket = ticket;
        this.sequence = sequence;
        this.plan = plan;
        this.effects = effects;
        refusedCount = refusals.size();
        reason = refusals.isEmpty() ? "" : refusals.get(0).reason();
    }

    long ticket() {
        return ticket;
    }

    long sequence() {
        return sequence;
    }

    /** The rows that held. */
    Plan plan() {
        return plan;
    }

    /** Rows of the plan offered that did not hold. */
    int refusedCount() {
        return refusedCount;
    }

    /** Why the first of them did not; empty if all held. */
    String reason() {
        return reason;
    }

    List<Effect> effects() {
        return effects;
    }

    /** Its effects are to be taken out of the overlay; false if they were before. */
    boolean lift() {
        boolean wasLaid = isLaid;
        isLaid = false;
        return wasLaid;
    }

    int rowCount() {
        return plan.places().size() + plan.stops().size() + plan.updates().size();
    }
}
