package dev.steppe.realgroup;

import dev.steppe.check.AppendListModel;
import dev.steppe.check.AppendListModel.Operation.Append;
import dev.steppe.check.AppendListModel.Operation.Appended;
import dev.steppe.check.AppendListModel.Prefix;
import dev.steppe.check.LinearizabilityChecker;
import dev.steppe.check.LinearizabilityVerdict;
import dev.steppe.check.LinearizabilityVerdict.Linearizable;
import dev.steppe.check.LinearizabilityVerdict.NotLinearizable;
import dev.steppe.check.RegisterModel;
import dev.steppe.check.RegisterModel.Operation.Read;
import dev.steppe.check.RegisterModel.Operation.Write;
import dev.steppe.check.SequentialModel.Call;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Everything that clients asked and were told, and the judgement on it. Any thread may note; one judges, at the end.
 *
 * <p>Ids and values are never used twice. So of an append without an answer the list at the end tells whether it was
 * done, and where in the list. And of a write without an answer nothing need be assumed: if nobody saw its value, every
 * explanation of the history holds without it; if somebody did, it was done before the first of them was answered. With
 * that no call stays open, and the search for an explanation does not drown in what never happened.
 */
final class History {
    /** The one list. */
    static final long LIST = 0;

    private static final long STEPS_MAX = 20_000_000;

    private final AtomicLong ticks = new AtomicLong();
    private final List<Call<AppendListModel.Operation>> appends = new ArrayList<>();
    private final List<Call<RegisterModel.Operation>> writes = new ArrayList<>();
    private final Set<Long> lostIds = new HashSet<>();
    private long stepCount;

    /** The next moment; all moments of all threads are different. */
    long now() {
        return ticks.incrementAndGet();
    }

    /** A call of the list that was answered, or that stays open. */
    synchronized void list(Call<AppendListModel.Operation> call) {
        appends.add(call);
    }

    /** A call of a register that was answered, or that stays open. */
    synchronized void register(Call<RegisterModel.Operation> call) {
        writes.add(call);
    }

    /** A client was told for certain that this append will never be done. */
    synchronized void lost(long id) {
        lostIds.add(id);
    }

    /** Calls noted so far. */
    synchronized int callCount() {
        return appends.size() + writes.size();
    }

    /** Calls of which nobody knows what became of them. */
    synchronized long openCount() {
        return appends.stream().filter(Call::isOpen).count()
                + writes.stream().filter(Call::isOpen).count();
    }

    /** Steps of the models that the judgement took. */
    long stepCount() {
        return stepCount;
    }

    /** What is wrong with this history if the list holds {@code ids} at the end; empty if nothing is. */
    synchronized String fault(long[] ids) {
        Map<Long, Prefix> prefixes = new HashMap<>();
        Prefix all = Prefix.EMPTY;
        for (long id : ids) {
            all = all.plus(id);
            if (prefixes.put(id, all) != null) {
                return "the list holds " + id + " twice";
            }
            if (lostIds.contains(id)) {
                return "the list holds " + id + ", and a client was told that it is lost";
            }
        }
        List<Call<AppendListModel.Operation>> settled = new ArrayList<>();
        for (Call<AppendListModel.Operation> call : appends) {
            Call<AppendListModel.Operation> known = settled(call, prefixes);
            if (known != null) {
                settled.add(known);
            } else if (!call.isOpen()) {
                return "an acknowledged append is not in the list: " + call;
            }
        }
        if (!prefixes.isEmpty()) {
            return "the list holds what nobody appended: " + prefixes.keySet();
        }
        long end = now();
        settled.add(new Call<>(0, end, end, new AppendListModel.Operation.Read(LIST, all)));
        String fault = fault(new LinearizabilityChecker<>(new AppendListModel(), STEPS_MAX).check(settled));
        return fault.isEmpty()
                ? fault(new LinearizabilityChecker<>(new RegisterModel(), STEPS_MAX).check(settledWrites()))
                : fault;
    }

    /** The call with what the list at the end, by its prefixes, tells of it; null if it was never done. */
    private @Nullable Call<AppendListModel.Operation> settled(
            Call<AppendListModel.Operation> call, Map<Long, Prefix> prefixes) {
        if (call.operation() instanceof AppendListModel.Operation.Read) {
            return call;
        }
        long id = call.operation() instanceof Append append ? append.id() : ((Appended) call.operation()).id();
        Prefix seen = prefixes.remove(id);
        if (seen == null) {
            return null;
        }
        AppendListModel.Operation known =
                call.operation() instanceof Append ? new Appended(LIST, id, seen) : call.operation();
        return new Call<>(call.clientId(), call.invokedAt(), Math.min(call.returnedAt(), ticks.get()), known);
    }

    private List<Call<RegisterModel.Operation>> settledWrites() {
        Map<Long, Long> firstSeenAt = new HashMap<>();
        for (Call<RegisterModel.Operation> call : writes) {
            if (call.operation() instanceof Read read) {
                firstSeenAt.merge(read.value(), call.returnedAt(), Math::min);
            }
        }
        List<Call<RegisterModel.Operation>> settled = new ArrayList<>();
        for (Call<RegisterModel.Operation> call : writes) {
            Long seenAt = call.operation() instanceof Write write ? firstSeenAt.get(write.value()) : null;
            if (!call.isOpen()) {
                settled.add(call);
            } else if (seenAt != null && seenAt < call.invokedAt()) {
                settled.add(call); // Seen before it was asked for: the search will say so.
            } else if (seenAt != null) {
                settled.add(new Call<>(call.clientId(), call.invokedAt(), seenAt, call.operation()));
            }
        }
        return settled;
    }

    private String fault(LinearizabilityVerdict<?> verdict) {
        if (verdict instanceof Linearizable<?> good) {
            stepCount += good.stepCount();
            return "";
        }
        if (verdict instanceof NotLinearizable<?> bad) {
            int from = Math.max(0, bad.prefix().size() - 30);
            return bad.explanation() + "; the last of these calls: "
                    + bad.prefix().subList(from, bad.prefix().size());
        }
        return "no verdict within " + STEPS_MAX + " steps: " + verdict;
    }
}
