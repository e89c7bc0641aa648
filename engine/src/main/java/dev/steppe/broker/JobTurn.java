package dev.steppe.broker;

import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** At most one evaluation of a job is with planners at a time; the others wait here. Owned by {@link EvalBroker}. */
final class JobTurn {
    /** The one that is ready, leased, resting or failing; null if the turn is free. */
    @Nullable
    Tracked holder;

    /** Highest modify index of the job's evaluations: the next planner must see at least this. */
    long waitIndex;

    /** Evaluations of the job that are known; the turn is forgotten with the last of them. */
    int trackedCount;

    final TreeSet<Tracked> waiting = new TreeSet<>(Tracked.TURN_ORDER);

    /** The job's one blocked evaluation: of two, the one that was answered on the newer view. */
    @Nullable
    Tracked blocked;
}
