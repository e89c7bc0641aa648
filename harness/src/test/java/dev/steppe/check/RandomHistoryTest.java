package dev.steppe.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.check.LinearizabilityVerdict.Linearizable;
import dev.steppe.check.LinearizabilityVerdict.NotLinearizable;
import dev.steppe.check.SequentialModel.Call;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The checker beside one that tries all orders, and beside a register that is known to be correct. */
final class RandomHistoryTest {
    private static final int HISTORY_COUNT = 6_000;
    private static final int CALL_MAX_COUNT = 6;
    private static final long STEP_MAX_COUNT = 1_000_000;
    /** A refutation enters every configuration before the fault, a proof only those on its way. */
    private static final long REFUTATION_STEP_MAX_COUNT = 3_000_000;

    @Test
    void agreesWithAllOrdersOnRegisters() {
        agrees(new RegisterModel(), random -> {
            long key = random.nextInt(8) / 7;
            long value = random.nextInt(3);
            return random.nextBoolean()
                    ? new RegisterModel.Operation.Write(key, value)
                    : new RegisterModel.Operation.Read(key, value);
        });
    }

    @Test
    void agreesWithAllOrdersOnLists() {
        agrees(new AppendListModel(), random -> {
            AppendListModel.Prefix seen = AppendListModel.Prefix.EMPTY;
            for (int i = random.nextInt(3); i > 0; i--) {
                seen = seen.plus(random.nextInt(2));
            }
            int id = random.nextInt(2);
            return switch (random.nextInt(4)) {
                case 0 -> new AppendListModel.Operation.Read(0, seen);
                case 1 -> new AppendListModel.Operation.Appended(0, id, seen.plus(id));
                default -> new AppendListModel.Operation.Append(0, id);
            };
        });
    }

    @Test
    void explainsTenThousandCallsOfACorrectRegister() {
        for (long seed = 1; seed <= 4; seed++) {
            // Four values only: the wrong order of two writes shows late, which is the hard case.
            List<Call<RegisterModel.Operation>> history = correctHistory(seed, 10_000, 8, seed % 2 == 0 ? 4 : 1 << 20);
            // 64 steps a call, of which it takes about half; a million steps are a fraction of a second of work.
            LinearizabilityVerdict<RegisterModel.Operation> verdict =
                    new LinearizabilityChecker<>(new RegisterModel(), 640_000).check(history);
            assertInstanceOf(Linearizable.class, verdict, "seed " + seed);
            assertEquals(verdict, new LinearizabilityChecker<>(new RegisterModel(), 640_000).check(history));
        }
    }

    @Test
    void findsTheOneWrongReadAmongTwoThousandCalls() {
        for (long seed = 1; seed <= 4; seed++) {
            List<Call<RegisterModel.Operation>> history = correctHistory(seed, 2_000, 8, 1 << 20);
            Call<RegisterModel.Operation> right = history.get(1_400);
            Call<RegisterModel.Operation> wrong = new Call<>(
                    right.clientId(), right.invokedAt(), right.returnedAt(), new RegisterModel.Operation.Read(0, -1));
            history.set(1_400, wrong);
            NotLinearizable<?> bad = assertInstanceOf(
                    NotLinearizable.class,
                    new LinearizabilityChecker<>(new RegisterModel(), REFUTATION_STEP_MAX_COUNT).check(history));
            assertTrue(bad.prefix().contains(wrong), "seed " + seed);
            assertTrue(bad.offending().returnedAt() <= wrong.returnedAt()
                    || bad.offending().equals(wrong));
        }
    }

    private static <S, O> void agrees(SequentialModel<S, O> model, Function<SplittableRandom, O> operations) {
        LinearizabilityChecker<S, O> checker = new LinearizabilityChecker<>(model, STEP_MAX_COUNT);
        int goodCount = 0;
        for (long seed = 0; seed < HISTORY_COUNT; seed++) {
            List<Call<O>> history = history(new SplittableRandom(seed), operations);
            LinearizabilityVerdict<O> verdict = checker.check(history);
            String what = "seed " + seed + ": " + history;
            boolean isGood = verdict instanceof Linearizable;
            assertEquals(isExplained(model, history, Long.MAX_VALUE), isGood, what);
            if (isGood) {
                goodCount++;
                continue;
            }
            assertInstanceOf(NotLinearizable.class, verdict, what);
            NotLinearizable<O> bad = (NotLinearizable<O>) verdict;
            long cut = bad.offending().returnedAt();
            assertTrue(!isExplained(model, history, cut), what);
            assertTrue(isExplained(model, history, cut - 1), what);
            assertTrue(!isExplained(model, bad.prefix(), cut), what);
        }
        assertTrue(goodCount > HISTORY_COUNT / 10 && goodCount < HISTORY_COUNT * 9 / 10, "good " + goodCount);
    }

    /** All times differ, so that a cut between two events is a time. One call in five stays open. */
    private static <O> List<Call<O>> history(SplittableRandom random, Function<SplittableRandom, O> operations) {
        List<Integer> times = new ArrayList<>();
        for (int i = 0; i < 2 * CALL_MAX_COUNT; i++) {
            times.add(random.nextInt(times.size() + 1), 10 * i);
        }
        List<Call<O>> history = new ArrayList<>();
        int callCount = 2 + random.nextInt(CALL_MAX_COUNT - 1);
        for (int i = 0; i < callCount; i++) {
            long one = times.get(2 * i);
            long other = times.get(2 * i + 1);
            // Half of the calls are short, so that order in time matters.
            long returnedAt = random.nextBoolean() ? Math.max(one, other) : Math.min(one, other) + 5;
            boolean isOpen = random.nextInt(5) == 0;
            history.add(new Call<>(i, Math.min(one, other), isOpen ? Call.OPEN : returnedAt, operations.apply(random)));
        }
        return history;
    }

    /** Whether some order explains all that returned by {@code cut}, with calls invoked by then: tries them all. */
    private static <S, O> boolean isExplained(SequentialModel<S, O> model, List<Call<O>> history, long cut) {
        return history.stream()
                .map(call -> model.key(call.operation()))
                .distinct()
                .allMatch(key -> isExplained(
                        model,
                        history.stream()
                                .filter(call -> model.key(call.operation()) == key && call.invokedAt() <= cut)
                                .toList(),
                        new ArrayList<>(),
                        model.initial(),
                        cut));
    }

    private static <S, O> boolean isExplained(
            SequentialModel<S, O> model, List<Call<O>> calls, List<Call<O>> order, S state, long cut) {
        if (calls.stream().allMatch(call -> call.isOpen() || call.returnedAt() > cut || order.contains(call))) {
            return true;
        }
        for (Call<O> call : calls) {
            boolean isTooLate = order.stream().anyMatch(before -> call.returnedAt() < before.invokedAt());
            @Nullable S after = order.contains(call) || isTooLate ? null : model.step(state, call.operation());
            if (after != null) {
                List<Call<O>> longer = new ArrayList<>(order);
                longer.add(call);
                if (isExplained(model, calls, longer, after, cut)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Each call takes effect at a random time of its own, and clients go on when theirs has returned. */
    private static List<Call<RegisterModel.Operation>> correctHistory(
            long seed, int callCount, int clientCount, int valueCount) {
        SplittableRandom random = new SplittableRandom(seed);
        List<long[]> spans = new ArrayList<>();
        long[] freeAt = new long[clientCount];
        for (int i = 0; i < callCount; i++) {
            int clientId = i % clientCount;
            long invokedAt = freeAt[clientId] + 1 + random.nextInt(20);
            long effectAt = invokedAt + random.nextInt(50);
            long returnedAt = effectAt + random.nextInt(50);
            freeAt[clientId] = returnedAt;
            spans.add(new long[] {clientId, invokedAt, effectAt, returnedAt});
        }
        spans.sort(Comparator.comparingLong(span -> span[2]));
        List<Call<RegisterModel.Operation>> history = new ArrayList<>();
        long value = 0;
        for (long[] span : spans) {
            boolean isWrite = random.nextInt(3) == 0;
            value = isWrite ? random.nextInt(valueCount) : value;
            history.add(new Call<>(
                    (int) span[0],
                    span[1],
                    span[3],
                    isWrite
                            ? new RegisterModel.Operation.Write(0, value)
                            : new RegisterModel.Operation.Read(0, value)));
        }
        return history;
    }
}
