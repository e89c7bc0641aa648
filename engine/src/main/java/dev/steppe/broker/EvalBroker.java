package dev.steppe.broker;

import dev.steppe.broker.Tracked.Phase;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.Evaluation.Status;
import dev.steppe.model.placement.Evaluation.Trigger;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The evaluations of a region that are open, and whose turn it is. Owned by the leader's duties agent.
 *
 * <p>Three things always hold. Evaluations of one job are never with two planners at once: the job has one turn, and
 * only an answer in the log (or a lease that ran out) passes it on. When the turn is free and several wait for it, the
 * most important and most recent one takes it and the others are cancelled, because every answer looks at the whole
 * job. No wake-up is lost: an evaluation that becomes blocked on a view older than the last entry that made room is
 * asked again at once, however the two pieces of news arrive.
 *
 * <p>There is no acknowledgement besides the evaluation's row: {@link #observe} of a terminal or newly blocked row ends
 * the lease. So an answer that never reached the log is never taken for one.
 *
 * <p>Sources: {@code scheduling.md} §2 [1]; DESIGN §1, §4 [2].
 */
public final class EvalBroker {
    private final BrokerConfig config;
    private final BrokerOutput output;
    private final Long2ObjectHashMap<Tracked> byId = new Long2ObjectHashMap<>();
    private final TreeMap<JobKey, JobTurn> turns = new TreeMap<>();
    private final TreeSet<Tracked> ready = new TreeSet<>(Tracked.READY_ORDER);
    private final TreeSet<Tracked> timers = new TreeSet<>(Tracked.TIMER_ORDER);
    private final TreeMap<Long, Tracked> blocked = new TreeMap<>();
    private long roomIndex;
    private long resetIndex;
    private long lastToken;

    /** An empty broker; {@link #reset} it when leadership is gained. */
    public EvalBroker(BrokerConfig config, BrokerOutput output) {
        this.config = config;
        this.output = output;
    }

    /**
     * Forgets everything and starts anew on a view at {@code viewIndex}; the view's open evaluations are to be observed
     * next. Every blocked one is asked once: what room appeared under the last leader is not known here.
     */
    public void reset(long viewIndex) {
        byId.clear();
        turns.clear();
        ready.clear();
        timers.clear();
        blocked.clear();
        roomIndex = viewIndex;
        resetIndex = viewIndex;
    }

    /**
     * An evaluation was created or changed; rows of one evaluation come in the order of their writing. A terminal row,
     * and one that newly says BLOCKED, ends the lease and passes the job's turn on.
     */
    public void observe(Evaluation row, long nowMs) {
        Tracked known = byId.get(row.id());
        if (known == null) {
            if (!row.status().isTerminal()) {
                admit(new Tracked(row), nowMs);
            }
            return;
        }
        JobTurn turn = turnOf(row.job());
        turn.waitIndex = Math.max(turn.waitIndex, row.modifyIndex());
        if (row.status().isTerminal()) {
            conclude(known, row, turn, nowMs);
        } else if (known.isAnsweredBy(row)) {
            takeOut(known, turn);
            known.row = row;
            known.deliveryCount = 0;
            block(known, turn, nowMs);
            passOn(turn, nowMs);
        } else {
            rewrite(known, row);
        }
    }

    /** A node became ready, or something was freed on one, in entry {@code index}. Wakes what was blocked before it. */
    public void roomAppeared(long index) {
        if (index <= roomIndex) {
            return;
        }
        roomIndex = index;
        for (Tracked one : List.copyOf(blocked.values())) {
            if (one.row.snapshotIndex() < index) {
                wake(one, turnOf(one.row.job()));
            }
        }
    }

    /** The next evaluation to ask, leased from {@code nowMs} on; null if none is ready. */
    public @Nullable Lease lease(long nowMs) {
        Tracked next = ready.pollFirst();
        if (next == null) {
            return null;
        }
        JobTurn turn = turnOf(next.row.job());
        next.phase = Phase.LEASED;
        next.deliveryCount++;
        next.token = ++lastToken;
        arm(next, nowMs + config.leaseMs());
        // A woken evaluation must see the room that woke it, else it would block again on the old view.
        long seen = next.row.status() == Status.BLOCKED ? roomIndex : 0;
        // The last leader may have cancelled newer evaluations in favour of this one: what they asked about is in the
        // view.
        long waitIndex = Math.max(turn.waitIndex, resetIndex);
        return new Lease(next.row, next.token, Math.max(waitIndex, seen), next.timerMs);
    }

    /** Starts the time of a lease anew; false if it is not this token's any more. */
    public boolean extend(long evalId, long token, long nowMs) {
        Tracked leased = leased(evalId, token);
        if (leased == null) {
            return false;
        }
        arm(leased, nowMs + config.leaseMs());
        return true;
    }

    /** The planner has no answer: another may try after a while. False if the lease is not this token's any more. */
    public boolean giveBack(long evalId, long token, long nowMs) {
        Tracked leased = leased(evalId, token);
        if (leased == null) {
            return false;
        }
        rest(leased, nowMs);
        return true;
    }

    /** Acts on every deadline at or before {@code nowMs}: leases that ran out, delays that are over, lost wishes. */
    public void advance(long nowMs) {
        while (!timers.isEmpty() && timers.first().timerMs <= nowMs) {
            Tracked due = timers.pollFirst();
            switch (due.phase) {
                case LEASED -> rest(due, nowMs);
                case RESTING -> offer(due);
                case CONCLUDED -> wish(due, due.wished, nowMs);
                default -> enqueue(due, turnOf(due.row.job()));
            }
        }
    }

    /** Log time at which {@link #advance} has something to do; {@link Long#MAX_VALUE} if nothing waits. */
    public long nextDeadlineMs() {
        return timers.isEmpty() ? Long.MAX_VALUE : timers.first().timerMs;
    }

    /** Evaluations that may be leased now. */
    public int readyCount() {
        return ready.size();
    }

    /** Evaluations that found no room. */
    public int blockedCount() {
        return blocked.size();
    }

    /** Evaluations known, in whatever phase. */
    public int trackedCount() {
        return byId.size();
    }

    private void admit(Tracked fresh, long nowMs) {
        JobTurn turn = turnOf(fresh.row.job());
        turn.trackedCount++;
        turn.waitIndex = Math.max(turn.waitIndex, fresh.row.modifyIndex());
        byId.put(fresh.row.id(), fresh);
        if (fresh.row.status() == Status.BLOCKED) {
            block(fresh, turn, nowMs);
        } else if (fresh.row.waitUntilMs() > nowMs) {
            fresh.phase = Phase.DELAYED;
            arm(fresh, fresh.row.waitUntilMs());
        } else {
            enqueue(fresh, turn);
        }
    }

    private void enqueue(Tracked one, JobTurn turn) {
        if (turn.holder == null) {
            turn.holder = one;
            offer(one);
        } else {
            one.phase = Phase.WAITING;
            turn.waiting.add(one);
        }
    }

    private void offer(Tracked one) {
        one.phase = Phase.READY;
        ready.add(one);
    }

    /** Deliveries used up: wished to fail, and keeps the turn until its row says so. Else leased again later. */
    private void rest(Tracked one, long nowMs) {
        timers.remove(one);
        if (one.deliveryCount >= config.deliveriesMax()) {
            wish(one, Status.FAILED, nowMs);
            output.followUp(one.row.job(), Trigger.FAILED_FOLLOW_UP, nowMs + config.followUpWaitMs(one.row.id()));
            return;
        }
        one.phase = Phase.RESTING;
        arm(one, nowMs + config.redeliveryAfterMs(one.deliveryCount));
    }

    private void block(Tracked one, JobTurn turn, long nowMs) {
        cancelBlocked(turn, one.row, nowMs);
        if (turn.blocked != null) {
            // What is left was answered on a newer view.
            wish(one, Status.CANCELED, nowMs);
            return;
        }
        one.phase = Phase.BLOCKED;
        turn.blocked = one;
        blocked.put(one.row.id(), one);
        if (one.row.snapshotIndex() < roomIndex) {
            wake(one, turn);
        }
    }

    private void wake(Tracked one, JobTurn turn) {
        blocked.remove(one.row.id());
        turn.blocked = null;
        enqueue(one, turn);
    }

    private void conclude(Tracked known, Evaluation row, JobTurn turn, long nowMs) {
        takeOut(known, turn);
        byId.remove(row.id());
        turn.trackedCount--;
        if (row.status() == Status.COMPLETE) {
            cancelBlocked(turn, row, nowMs);
        }
        passOn(turn, nowMs);
        if (turn.trackedCount == 0) {
            turns.remove(row.job());
        }
    }

    /** The blocked evaluation of the job, if {@code answer} answers it too. */
    private void cancelBlocked(JobTurn turn, Evaluation answer, long nowMs) {
        Tracked one = turn.blocked;
        if (one != null && one.row.snapshotIndex() <= answer.snapshotIndex()) {
            turn.blocked = null;
            blocked.remove(one.row.id());
            wish(one, Status.CANCELED, nowMs);
        }
    }

    /** Wished for, and again after a lease's time unless the row says so by then: a wish can be lost on its way. */
    private void wish(Tracked one, Status status, long nowMs) {
        one.phase = Phase.CONCLUDED;
        one.wished = status;
        arm(one, nowMs + config.leaseMs());
        output.conclude(one.row, status);
    }

    private void passOn(JobTurn turn, long nowMs) {
        if (turn.holder != null || turn.waiting.isEmpty()) {
            return;
        }
        Tracked next = turn.waiting.first();
        turn.waiting.remove(next);
        while (!turn.waiting.isEmpty()) {
            Tracked superseded = turn.waiting.first();
            turn.waiting.remove(superseded);
            wish(superseded, Status.CANCELED, nowMs);
        }
        enqueue(next, turn);
    }

    /** Takes it out of wherever its phase says it is; the turn is free afterwards if it had it. */
    private void takeOut(Tracked one, JobTurn turn) {
        timers.remove(one);
        ready.remove(one);
        turn.waiting.remove(one);
        if (turn.blocked == one) {
            turn.blocked = null;
        }
        blocked.remove(one.row.id());
        if (turn.holder == one) {
            turn.holder = null;
        }
    }

    /** The same question, written again: its place in the ordered sets depends on the row. */
    private void rewrite(Tracked known, Evaluation row) {
        boolean isReady = ready.remove(known);
        JobTurn turn = turnOf(row.job());
        boolean isWaiting = turn.waiting.remove(known);
        known.row = row;
        if (isReady) {
            ready.add(known);
        }
        if (isWaiting) {
            turn.waiting.add(known);
        }
    }

    private void arm(Tracked one, long atMs) {
        timers.remove(one);
        one.timerMs = atMs;
        timers.add(one);
    }

    private @Nullable Tracked leased(long evalId, long token) {
        Tracked one = byId.get(evalId);
        return one != null && one.phase == Phase.LEASED && one.token == token ? one : null;
    }

    private JobTurn turnOf(JobKey job) {
        return turns.computeIfAbsent(job, unused -> new JobTurn());
    }
}
