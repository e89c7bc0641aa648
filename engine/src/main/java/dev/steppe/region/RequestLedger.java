package dev.steppe.region;

import dev.steppe.region.FederationOutput.Wish;
import dev.steppe.region.message.RegionMessage.Answer;
import dev.steppe.region.message.RegionMessage.NotLeader;
import dev.steppe.region.message.RegionMessage.Request;
import dev.steppe.region.message.RegionMessage.RequestId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Requests that wait for an answer. One that is not answered is said again, with the same id, to the next server of its
 * region, until its time is over; then its outcome is unknown. Owned by the federation machine.
 */
final class RequestLedger {
    /** A request may be sent on from server to server this often before it waits for its repetition. */
    private static final int REDIRECTS_MAX_COUNT = 3;

    /** One request. */
    static final class Pending {
        final String region;
        final Request request;
        /** The intent that it is part of. */
        final long intentId;
        /** Whether it is part of a registration, for the count of its pairs. */
        final boolean isRegistration;

        private final long deadlineMs;
        private int memberId;
        private int redirectCount;
        private long resendMs;

        private Pending(String region, Request request, long intentId, boolean isRegistration, long deadlineMs) {
            this.region = region;
            this.request = request;
            this.intentId = intentId;
            this.isRegistration = isRegistration;
            this.deadlineMs = deadlineMs;
        }
    }

    private final FederationMachine.Timing timing;
    private final RegionDirectory directory;
    private final TreeMap<Long, Pending> pending = new TreeMap<>();
    private long term;
    private long lastSequence;

    RequestLedger(FederationMachine.Timing timing, RegionDirectory directory) {
        this.timing = timing;
        this.directory = directory;
    }

    /** Forgets every request; those of the new term count from 1. */
    void start(long newTerm) {
        pending.clear();
        term = newTerm;
        lastSequence = 0;
    }

    int pendingCount() {
        return pending.size();
    }

    /** Notes a request and, unless it is to the own region, sends it. */
    Pending ask(
            String region,
            long intentId,
            boolean isRegistration,
            Function<RequestId, Request> message,
            long nowMs,
            FederationOutput output) {
        RequestId id = new RequestId(term, ++lastSequence);
        Pending one = new Pending(region, message.apply(id), intentId, isRegistration, nowMs + timing.requestMs());
        one.resendMs = Long.MAX_VALUE;
        pending.put(id.sequence(), one);
        if (!directory.isOwn(region)) {
            send(one, directory.leader(region), nowMs, output);
        }
        return one;
    }

    private void send(Pending one, int memberId, long nowMs, FederationOutput output) {
        one.memberId = memberId;
        one.resendMs = nowMs + timing.resendMs();
        output.wish(new Wish.Send(one.region, memberId, one.request));
    }

    /** Takes the request that {@code answer} settles; null if it settles none. */
    @Nullable
    Pending settle(String region, int memberId, Answer answer, long nowMs, FederationOutput output) {
        Pending one = answer.id().term() == term ? pending.get(answer.id().sequence()) : null;
        if (one == null || !one.region.equals(region)) {
            return null;
        }
        if (answer instanceof NotLeader elsewhere) {
            redirect(one, memberId, elsewhere.leaderId(), nowMs, output);
            return null;
        }
        if (!directory.isOwn(region)) {
            directory.learn(region, memberId);
        }
        pending.remove(answer.id().sequence());
        return one;
    }

    /** Follows a hint to the leader at once, but not in circles; else the repetition tries the next server. */
    private void redirect(Pending one, int memberId, int leaderId, long nowMs, FederationOutput output) {
        if (one.memberId != memberId) {
            return;
        }
        if (leaderId != memberId
                && directory.learn(one.region, leaderId)
                && one.redirectCount++ < REDIRECTS_MAX_COUNT) {
            send(one, leaderId, nowMs, output);
        }
    }

    /** Says again what is due, and takes what has waited too long. */
    List<Pending> expire(long nowMs, FederationOutput output) {
        List<Pending> expired = new ArrayList<>();
        for (Pending one : pending.values()) {
            if (nowMs >= one.deadlineMs) {
                expired.add(one);
            } else if (nowMs >= one.resendMs) {
                directory.doubt(one.region, one.memberId);
                one.redirectCount = 0;
                send(one, directory.leader(one.region), nowMs, output);
            }
        }
        for (Pending one : expired) {
            pending.remove(one.request.id().sequence());
        }
        return expired;
    }

    long nextDeadlineMs() {
        long nextMs = Long.MAX_VALUE;
        for (Pending one : pending.values()) {
            nextMs = Math.min(nextMs, Math.min(one.deadlineMs, one.resendMs));
        }
        return nextMs;
    }
}
