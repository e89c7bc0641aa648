package dev.steppe.raft.node;

import dev.steppe.raft.api.ProposalListener;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftServer;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;

/** What clients were told about each of their commands. Thread-safe; a second word about one command is an error. */
final class Ledger {
    enum Outcome {
        WAITING,
        APPLIED,
        LOST,
        UNKNOWN
    }

    private final Map<Long, Outcome> outcomes = new TreeMap<>();
    private final Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
    private final Map<Long, RaftServer<Long>> askedServers = new TreeMap<>();
    private final AtomicLong nextNumber = new AtomicLong();
    private String fault = "";

    /** Offers the next number to {@code server}, in a payload of {@code length} bytes, 8 or more. */
    ProposeVerdict propose(RaftServer<Long> server, int length) {
        long number = nextNumber.incrementAndGet();
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[length]);
        buffer.setMemory(0, length, (byte) 0x5A);
        buffer.putLong(0, number);
        note(number, Outcome.WAITING);
        noteAsked(number, server);
        ProposeVerdict verdict = server.propose(buffer, 0, length, new ProposalListener<>() {
            @Override
            public void onApplied(long index, long term, Long result) {
                note(number, Outcome.APPLIED);
            }

            @Override
            public void onLost(String reason) {
                note(number, Outcome.LOST);
            }

            @Override
            public void onUnknown(String reason) {
                note(number, Outcome.UNKNOWN);
            }
        });
        if (verdict != ProposeVerdict.ACCEPTED) {
            note(number, Outcome.LOST);
        }
        return verdict;
    }

    /** {@code server} has died without a word: what was asked of it may have happened or not. */
    synchronized void died(RaftServer<Long> server) {
        askedServers.forEach((number, asked) -> {
            if (asked.equals(server) && outcomes.get(number) == Outcome.WAITING) {
                note(number, Outcome.UNKNOWN);
            }
        });
    }

    synchronized long count(Outcome outcome) {
        return counts.getOrDefault(outcome, 0L);
    }

    /** The numbers that came to {@code outcome}, ascending. */
    synchronized Iterable<Long> numbers(Outcome outcome) {
        return outcomes.entrySet().stream()
                .filter(entry -> entry.getValue() == outcome)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Empty while every listener was called at most once. */
    synchronized String fault() {
        return fault;
    }

    private synchronized void noteAsked(long number, RaftServer<Long> server) {
        askedServers.put(number, server);
    }

    private synchronized void note(long number, Outcome outcome) {
        Outcome before = outcomes.put(number, outcome);
        counts.merge(outcome, 1L, Long::sum);
        if (before != null) {
            counts.merge(before, -1L, Long::sum);
        }
        boolean isFirstWord = outcome == Outcome.WAITING ? before == null : before == Outcome.WAITING;
        if (!isFirstWord) {
            fault = "command " + number + " was " + before + " and is told " + outcome;
        }
    }
}
