package dev.steppe.multiregion;

import dev.steppe.base.Invariant;
import dev.steppe.region.spi.IntentSink;
import dev.steppe.region.spi.RolloutEvent.Answered;
import dev.steppe.region.spi.RolloutEvent.Looked;
import dev.steppe.region.spi.RolloutIntent;
import java.util.ArrayDeque;
import java.util.TreeMap;
import java.util.function.LongFunction;

/** Intents on their way out, numbered, and who waits for which answer. What the sink does not take waits here. */
final class Outbox {
    /** Who asked. */
    interface Asker {
        void looked(Looked looked, long nowMs);

        void answered(Answered answered, long nowMs);
    }

    private final ArrayDeque<RolloutIntent> waiting = new ArrayDeque<>();
    private final TreeMap<Long, Asker> askers = new TreeMap<>();
    private long lastRequestId;

    /** Sends what {@code intent} makes of a fresh request id; the answer goes to {@code asker}. Returns the id. */
    long ask(Asker asker, LongFunction<RolloutIntent> intent) {
        long requestId = ++lastRequestId;
        askers.put(requestId, asker);
        tell(intent.apply(requestId));
        return requestId;
    }

    /** Sends an intent that is not answered. */
    void tell(RolloutIntent intent) {
        if (!waiting.offer(intent)) {
            throw Invariant.broken("an intent found no place", intent.requestId());
        }
    }

    /** A fresh request id for an intent that is not answered. */
    long nextRequestId() {
        return ++lastRequestId;
    }

    /** Hands over what waits, in order, until {@code sink} takes no more. */
    void flush(IntentSink sink) {
        while (!waiting.isEmpty() && sink.offer(waiting.element())) {
            waiting.remove();
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Routes an answer; one that nobody waits for is passed over. */
    void looked(Looked looked, long nowMs) {
        Asker asker = askers.remove(looked.requestId());
        if (asker != null) {
            asker.looked(looked, nowMs);
        }
    }

    /** Routes an answer; one that nobody waits for is passed over. */
    void answered(Answered answered, long nowMs) {
        Asker asker = askers.remove(answered.requestId());
        if (asker != null) {
            asker.answered(answered, nowMs);
        }
    }

    /** Forgets everything but the numbering. */
    void clear() {
        waiting.clear();
        askers.clear();
    }
}
