package dev.steppe.broker;

import dev.steppe.model.placement.Evaluation;
import java.util.Comparator;

/** What the broker knows of one open evaluation. Owned by {@link EvalBroker}. */
final class Tracked {
    /** Where an evaluation is; it is in exactly one of these. */
    enum Phase {
        /** Its time has not come: holds no turn. */
        DELAYED,
        /** Another evaluation has the job's turn. */
        WAITING,
        /** Has the turn, may be leased. */
        READY,
        /** Has the turn, is with a planner. */
        LEASED,
        /** Has the turn, came back without an answer, is leased again after a while. */
        RESTING,
        /** Found no room; holds no turn. */
        BLOCKED,
        /** Its conclusion is wished for; gone when its row says so. */
        CONCLUDED
    }

    /** Order of leases: priority, then age ({@code scheduling.md} 2.4.1). */
    static final Comparator<Tracked> READY_ORDER =
            Comparator.comparingInt((Tracked one) -> -one.row.priority()).thenComparingLong(one -> one.row.id());

    /** Order of those that wait for a turn: priority, then the most recently written ({@code scheduling.md} 2.4.2). */
    static final Comparator<Tracked> TURN_ORDER = Comparator.comparingInt((Tracked one) -> -one.row.priority())
            .thenComparingLong(one -> -one.row.modifyIndex())
            .thenComparingLong(one -> -one.row.id());

    /** Order of deadlines. */
    static final Comparator<Tracked> TIMER_ORDER =
            Comparator.comparingLong((Tracked one) -> one.timerMs).thenComparingLong(one -> one.row.id());

    Evaluation row;
    Phase phase = Phase.WAITING;
    int deliveryCount;
    long token;
    long timerMs;

    /** What it is wished to be while CONCLUDED. */
    Evaluation.Status wished = Evaluation.Status.CANCELED;

    Tracked(Evaluation row) {
        this.row = row;
    }

    /** Whether {@code newer} is an answer to what this row asks, rather than the same question written again. */
    boolean isAnsweredBy(Evaluation newer) {
        return newer.status() == Evaluation.Status.BLOCKED
                && (row.status() == Evaluation.Status.PENDING || newer.snapshotIndex() > row.snapshotIndex());
    }
}
