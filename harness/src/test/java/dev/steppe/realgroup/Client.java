package dev.steppe.realgroup;

import dev.steppe.check.AppendListModel;
import dev.steppe.check.AppendListModel.Prefix;
import dev.steppe.check.RegisterModel;
import dev.steppe.check.SequentialModel.Call;
import dev.steppe.fault.Chance;
import dev.steppe.realgroup.MemberProcess.Answer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks one thing after another, of whoever it believes to lead. With a session it repeats a command until it knows what
 * became of it; without, a command whose answer does not come is left open. Reads are repeated. Its thread owns it.
 */
final class Client implements Runnable {
    private static final long PATIENCE_MS = 500;
    private static final long LONG_PATIENCE_MS = 4_000;
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(15);
    private static final int CALLS_PER_KEY = 150;
    private static final int KEYS_AT_ONCE = 3;

    private final int clientId;
    private final Group group;
    private final History history;
    private final Chance chance;
    private final boolean keepsSessions;
    private final BooleanSupplier isOver;
    private final BlockingQueue<Answer> mailbox = new LinkedBlockingQueue<>();
    private int favourite;
    private long sessionId;
    private long sequence;

    Client(int clientId, Group group, History history, Chance chance, BooleanSupplier isOver) {
        this.clientId = clientId;
        this.group = group;
        this.history = history;
        this.chance = chance;
        this.isOver = isOver;
        keepsSessions = clientId % 2 == 0;
        favourite = 1 + chance.below(group.memberCount());
    }

    @Override
    public void run() {
        try {
            while (!isOver.getAsBoolean()) {
                turn();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt(); // The run was given up.
        }
    }

    private void turn() throws InterruptedException {
        int dice = chance.below(100);
        long number = group.nextNumber();
        long key = (long) history.callCount() / CALLS_PER_KEY * KEYS_AT_ONCE + chance.below(KEYS_AT_ONCE);
        if (dice < 35) {
            append(number);
        } else if (dice < 60) {
            write(key, number);
        } else if (dice < 85) {
            read(key);
        } else {
            list();
        }
    }

    private void append(long id) throws InterruptedException {
        long invokedAt = history.now();
        Answer answer = command("append " + History.LIST + " " + id);
        if (answer == null) {
            history.list(Call.open(clientId, invokedAt, new AppendListModel.Operation.Append(History.LIST, id)));
        } else if (isLost(answer)) {
            history.lost(id);
        } else {
            AppendListModel.Operation done = answer.words().size() < 3
                    ? new AppendListModel.Operation.Append(History.LIST, id)
                    : new AppendListModel.Operation.Appended(History.LIST, id, prefix(answer));
            history.list(new Call<>(clientId, invokedAt, history.now(), done));
        }
    }

    private void write(long key, long value) throws InterruptedException {
        long invokedAt = history.now();
        Answer answer = command("write " + key + " " + value);
        RegisterModel.Operation write = new RegisterModel.Operation.Write(key, value);
        if (answer == null) {
            history.register(Call.open(clientId, invokedAt, write));
        } else if (!isLost(answer)) {
            history.register(new Call<>(clientId, invokedAt, history.now(), write));
        }
    }

    private void read(long key) throws InterruptedException {
        long invokedAt = history.now();
        Answer answer = question("read " + key);
        if (answer != null) {
            RegisterModel.Operation read = new RegisterModel.Operation.Read(key, answer.number(1));
            history.register(new Call<>(clientId, invokedAt, history.now(), read));
        }
    }

    private void list() throws InterruptedException {
        long invokedAt = history.now();
        Answer answer = question("list " + History.LIST);
        if (answer != null) {
            AppendListModel.Operation read = new AppendListModel.Operation.Read(History.LIST, prefix(answer));
            history.list(new Call<>(clientId, invokedAt, history.now(), read));
        }
    }

    private static Prefix prefix(Answer answer) {
        return new Prefix(answer.number(1), answer.number(2));
    }

    private static boolean isLost(Answer answer) {
        return answer.word().equals("lost");
    }

    /** What became of a command, which is done if it is not lost; null if nobody knows. */
    private @Nullable Answer command(String words) throws InterruptedException {
        if (!keepsSessions) {
            return attempts(words, List.of("applied", "lost", "unknown", "gone"), false);
        }
        if (sessionId == 0 || chance.hits(3)) {
            Answer opened = attempts("open", List.of("opened"), true);
            if (opened == null) {
                return new Answer(0, List.of("lost")); // Never asked for.
            }
            group.tally().met("session opened");
            sessionId = opened.number(1);
            sequence = 0;
        }
        sequence++;
        Answer answer =
                attempts(words + " " + sessionId + " " + sequence, List.of("applied", "duplicate", "expired"), true);
        if (answer == null || answer.word().equals("expired")) {
            sessionId = 0;
            return null;
        }
        return answer;
    }

    /** The answer to a read; null if the run is over before one comes. */
    private @Nullable Answer question(String words) throws InterruptedException {
        Answer answer = attempts(words, List.of("list", "value"), true);
        return answer == null || isLost(answer) ? null : answer;
    }

    /**
     * Asks one member after another until one of {@code decisive} is answered. Null if nobody knows what became of it:
     * a member that may have taken it did not answer in time, or answered otherwise, and it is not to be repeated, or
     * the run is over.
     */
    private @Nullable Answer attempts(String words, List<String> decisive, boolean isRepeated)
            throws InterruptedException {
        long firstRequest = 0;
        boolean isTaken = false;
        long patienceMs = chance.hits(250) ? LONG_PATIENCE_MS : PATIENCE_MS;
        while (!isOver.getAsBoolean()) {
            long request = group.nextNumber();
            firstRequest = firstRequest == 0 ? request : firstRequest;
            group.member(asked(words)).ask(request, words, mailbox);
            Answer answer = await(firstRequest, request, patienceMs, decisive);
            if (answer != null && decisive.contains(answer.word())) {
                group.tally().met(answer.word());
                group.tally().met("repeated", isTaken ? 1 : 0);
                return isKnown(answer) ? answer : null;
            }
            if (answer == null) {
                group.tally().met("late");
            }
            isTaken |= answer == null || !answer.word().equals("refused");
            if (isTaken && !isRepeated) {
                return null;
            }
            moveOn(answer);
        }
        return isTaken ? null : new Answer(0, List.of("lost"));
    }

    private static boolean isKnown(Answer answer) {
        return !answer.word().equals("unknown") && !answer.word().equals("gone");
    }

    /** Mostly the member that it believes to lead; reads also of others, who must know that they may not answer. */
    private int asked(String words) {
        boolean strays = (words.startsWith("read") || words.startsWith("list")) && chance.hits(100);
        return strays ? 1 + chance.below(group.memberCount()) : favourite;
    }

    /** The next answer to one of these requests that is decisive or belongs to the last; null if none comes in time. */
    private @Nullable Answer await(long firstRequest, long lastRequest, long patienceMs, List<String> decisive)
            throws InterruptedException {
        long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs);
        while (true) {
            Answer answer = mailbox.poll(Math.max(0, untilNs - System.nanoTime()), TimeUnit.NANOSECONDS);
            boolean isMeant = answer != null
                    && answer.request() >= firstRequest
                    && (answer.request() == lastRequest || decisive.contains(answer.word()));
            if (answer == null || isMeant) {
                return answer;
            }
        }
    }

    private void moveOn(@Nullable Answer answer) {
        boolean isTold = answer != null && answer.word().equals("refused") && answer.number(1) > 0;
        if (isTold && answer.number(1) != favourite) {
            favourite = (int) answer.number(1);
        } else {
            favourite = 1 + favourite % group.memberCount();
            LockSupport.parkNanos(PAUSE_NS); // So that members without a leader are not asked without end.
        }
    }
}
