package dev.steppe.check;

import dev.steppe.check.LinearizabilityVerdict.Linearizable;
import dev.steppe.check.LinearizabilityVerdict.NotLinearizable;
import dev.steppe.check.LinearizabilityVerdict.Undecided;
import dev.steppe.check.SequentialModel.Call;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether a finite history of overlapping calls can be explained by some order in which they took effect one by one,
 * each between its invocation and its return. The same history gets the same verdict after the same steps.
 *
 * <p>Each key is searched for itself, since linearizability is local [1]. The search goes depth first [2]: it takes a
 * call that was invoked before the first return that is left, asks the model, and goes on from the state after it;
 * where no call is left to take, it takes the last one back. A configuration, the set of calls taken and the state, is
 * entered once [3]. Answered calls stand with their returns in one linked list; those that stay open stand in a second
 * one, are tried after the answered ones, and need not be taken at all.
 *
 * <p>The return that blocks the search the latest in time ends the shortest beginning that has no explanation. For the
 * search takes only calls invoked before the first return that is left; so it comes to stand before a return exactly if
 * all that lies before that return can be explained.
 *
 * <p>[1] Herlihy, Wing: Linearizability, TOPLAS 1990, §3.2. [2] Wing, Gong: Testing and Verifying Concurrent Objects,
 * JPDC 1993. [3] Lowe: Testing for Linearizability, CCPE 2017, §3.
 */
public final class LinearizabilityChecker<S, O> {
    private final SequentialModel<S, O> model;
    private final long stepMaxCount;

    /**
     * A checker without memory of histories.
     *
     * @param stepMaxCount steps of the model after which the search under one key is given up; each may keep one
     *     configuration in memory
     */
    public LinearizabilityChecker(SequentialModel<S, O> model, long stepMaxCount) {
        this.model = model;
        this.stepMaxCount = stepMaxCount;
    }

    /** The verdict on a history whose calls come in any order; among calls of equal times theirs is kept. */
    public LinearizabilityVerdict<O> check(List<Call<O>> history) {
        Map<Long, List<Call<O>>> parts = new TreeMap<>();
        for (Call<O> call : history) {
            parts.computeIfAbsent(model.key(call.operation()), key -> new ArrayList<>())
                    .add(call);
        }
        long stepCount = 0;
        @Nullable NotLinearizable<O> first = null;
        @Nullable Undecided<O> open = null;
        for (Map.Entry<Long, List<Call<O>>> part : parts.entrySet()) {
            Search<S, O> search = new Search<>(model, part.getKey(), part.getValue());
            LinearizabilityVerdict<O> verdict = search.run(stepMaxCount);
            stepCount += search.stepCount;
            if (verdict instanceof NotLinearizable<O> bad && (first == null || isEarlier(bad, first))) {
                first = bad;
            } else if (verdict instanceof Undecided<O> undecided && open == null) {
                open = undecided;
            }
        }
        if (first != null) {
            return first;
        }
        return open != null ? open : new Linearizable<>(stepCount);
    }

    private static boolean isEarlier(NotLinearizable<?> one, NotLinearizable<?> other) {
        return one.offending().returnedAt() < other.offending().returnedAt();
    }

    /** The search under one key. Calls go by their number in the order of invocation. */
    private static final class Search<S, O> {
        private static final int NONE = -1;

        private final SequentialModel<S, O> model;
        private final long key;
        private final List<Call<O>> calls;
        private final EventLists events;
        private final Taken<S> taken = new Taken<>();
        private final List<S> statesBefore = new ArrayList<>();
        private S state;
        private int blockedBy = NONE;
        private String blockedIn = "";
        private long stepCount;

        Search(SequentialModel<S, O> model, long key, List<Call<O>> part) {
            this.model = model;
            this.key = key;
            calls = new ArrayList<>(part);
            calls.sort(Comparator.comparingLong(Call::invokedAt));
            events = new EventLists(calls);
            state = model.initial();
        }

        LinearizabilityVerdict<O> run(long stepMaxCount) {
            int candidate = events.firstCandidate();
            while (events.isAnswerLeft()) {
                if (candidate == NONE) {
                    blocked();
                    if (statesBefore.isEmpty()) {
                        return notLinearizable();
                    }
                    candidate = takeBack();
                    continue;
                }
                if (stepCount == stepMaxCount) {
                    return new Undecided<>(key, stepCount);
                }
                candidate = isTaken(candidate) ? events.firstCandidate() : events.candidateAfter(candidate);
            }
            return new Linearizable<>(stepCount);
        }

        private boolean isTaken(int call) {
            stepCount++;
            @Nullable S after = model.step(state, calls.get(call).operation());
            if (after == null || !taken.enter(events.rank(call), events.isOpen(call), after)) {
                return false;
            }
            events.lift(call);
            statesBefore.add(state);
            state = after;
            return true;
        }

        private int takeBack() {
            state = statesBefore.remove(statesBefore.size() - 1);
            int call = events.putBack();
            taken.leave(events.rank(call), events.isOpen(call));
            return events.candidateAfter(call);
        }

        private void blocked() {
            int call = events.firstReturnedCall();
            if (blockedBy == NONE || events.isReturnedLater(call, blockedBy)) {
                blockedBy = call;
                blockedIn = "one order gets to " + state + " after " + statesBefore.size();
            }
        }

        private NotLinearizable<O> notLinearizable() {
            Call<O> offending = calls.get(blockedBy);
            List<Call<O>> prefix = new ArrayList<>();
            for (int i = 0; i < calls.size(); i++) {
                if (calls.get(i).invokedAt() <= offending.returnedAt()) {
                    prefix.add(calls.get(i));
                }
            }
            String explanation = "no order of the " + prefix.size() + " calls under key " + key
                    + " that were invoked by " + offending.returnedAt() + " explains " + offending + ": " + blockedIn;
            return new NotLinearizable<>(key, prefix, offending, explanation);
        }
    }

    /** Which calls are taken, and every configuration that was entered. */
    private static final class Taken<S> {
        private final BitSet answered = new BitSet();
        private final BitSet open = new BitSet();
        private final Set<Configuration<S>> entered = new HashSet<>();

        /** Takes a call by its rank, or returns false and does not if the configuration was entered before. */
        boolean enter(int rank, boolean isOpen, S after) {
            BitSet bits = isOpen ? open : answered;
            bits.set(rank);
            if (entered.add(configuration(after))) {
                return true;
            }
            bits.clear(rank);
            return false;
        }

        void leave(int rank, boolean isOpen) {
            (isOpen ? open : answered).clear(rank);
        }

        /** Answered calls are taken nearly in the order of their invocation: only what lies beyond that is copied. */
        private Configuration<S> configuration(S state) {
            int from = answered.nextClearBit(0);
            return new Configuration<>(from, answered.get(from, answered.length()), (BitSet) open.clone(), state);
        }
    }

    /** All answered calls below {@code fromRank} are taken, and beyond that those in {@code answered}. */
    private record Configuration<S>(int fromRank, BitSet answered, BitSet open, S state) {}

    /**
     * What is left of the history. Node {@code i} is the invocation of call {@code i}, node {@code n + i} its return;
     * 2n and 2n + 1 close the rings of the answered and of the open calls.
     */
    private static final class EventLists {
        private final int callCount;
        private final int[] next;
        private final int[] previous;
        private final int[] positions;
        private final int[] ranks;
        private final BitSet openCalls = new BitSet();
        private final int[] liftedCalls;
        private int liftedCount;
        private int answersLeftCount;

        EventLists(List<? extends Call<?>> calls) {
            callCount = calls.size();
            next = new int[2 * callCount + 2];
            previous = new int[2 * callCount + 2];
            positions = new int[2 * callCount + 2];
            ranks = new int[callCount];
            liftedCalls = new int[callCount];
            next[answeredRing()] = answeredRing();
            previous[answeredRing()] = answeredRing();
            next[openRing()] = openRing();
            previous[openRing()] = openRing();
            List<Integer> nodes = new ArrayList<>();
            for (int i = 0; i < callCount; i++) {
                nodes.add(i);
                openCalls.set(i, calls.get(i).isOpen());
                ranks[i] = isOpen(i) ? i - answersLeftCount : answersLeftCount++;
                if (!isOpen(i)) {
                    nodes.add(callCount + i);
                }
            }
            // At one time invocations come first: their nodes have the smaller numbers.
            nodes.sort(Comparator.comparingLong((Integer node) -> node < callCount
                            ? calls.get(node).invokedAt()
                            : calls.get(node - callCount).returnedAt())
                    .thenComparing(Comparator.naturalOrder()));
            for (int i = 0; i < nodes.size(); i++) {
                int node = nodes.get(i);
                positions[node] = i + 1;
                int ring = openCalls.get(node) ? openRing() : answeredRing();
                previous[node] = previous[ring];
                next[node] = ring;
                insert(node);
            }
        }

        boolean isOpen(int call) {
            return openCalls.get(call);
        }

        /** Its number among the answered or among the open calls, in the order of invocation. */
        int rank(int call) {
            return ranks[call];
        }

        boolean isAnswerLeft() {
            return answersLeftCount > 0;
        }

        /** The call whose return comes first of those that are left. */
        int firstReturnedCall() {
            return firstReturn() - callCount;
        }

        boolean isReturnedLater(int call, int other) {
            return positions[callCount + call] > positions[callCount + other];
        }

        int firstCandidate() {
            return candidateAfter(answeredRing());
        }

        /** The next call that was invoked before the first return that is left, or NONE. */
        int candidateAfter(int node) {
            int from = node;
            if (!openCalls.get(node)) {
                if (next[node] < callCount) {
                    return next[node];
                }
                from = openRing();
            }
            int candidate = next[from];
            return candidate < callCount && positions[candidate] < positions[firstReturn()] ? candidate : Search.NONE;
        }

        void lift(int call) {
            liftedCalls[liftedCount++] = call;
            remove(call);
            if (!isOpen(call)) {
                remove(callCount + call);
                answersLeftCount--;
            }
        }

        /** Puts back the call that was lifted last. */
        int putBack() {
            int call = liftedCalls[--liftedCount];
            if (!isOpen(call)) {
                insert(callCount + call);
                answersLeftCount++;
            }
            insert(call);
            return call;
        }

        /** The ring itself if no return is left: it stands before every event. */
        private int firstReturn() {
            int node = next[answeredRing()];
            while (node < callCount) {
                node = next[node];
            }
            return node;
        }

        private void remove(int node) {
            next[previous[node]] = next[node];
            previous[next[node]] = previous[node];
        }

        private void insert(int node) {
            next[previous[node]] = node;
            previous[next[node]] = node;
        }

        private int answeredRing() {
            return 2 * callCount;
        }

        private int openRing() {
            return 2 * callCount + 1;
        }
    }
}
