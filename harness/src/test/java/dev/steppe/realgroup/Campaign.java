package dev.steppe.realgroup;

import dev.steppe.fault.Chance;
import dev.steppe.fault.FaultProxy;
import dev.steppe.realgroup.Group.Status;
import dev.steppe.realgroup.MemberProcess.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** One run from one seed: clients ask while misfortunes strike, then everything is healed, comes to rest, is judged. */
final class Campaign {
    private static final int CLIENTS = 12;

    private final Plan plan;
    private final Chance chance;
    private final History history = new History();
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /**
     * What to run.
     *
     * @param callMinCount calls that clients make at least
     * @param roundCount how often each misfortune strikes
     */
    record Plan(long seed, int callMinCount, int roundCount, Group.Manner manner) {}

    /**
     * What came of it.
     *
     * @param fault what is wrong with what clients were told, or with the members at the end; empty if nothing
     */
    record Outcome(String fault, int callCount, long openCount, long stepCount, Tally tally) {}

    private Campaign(Plan plan) {
        this.plan = plan;
        chance = new Chance(plan.seed());
    }

    /** Runs it in {@code directory}. */
    static Outcome run(Plan plan, Path directory) throws IOException, InterruptedException {
        try (Group group = Group.start(directory, plan.manner())) {
            return new Campaign(plan).run(group);
        }
    }

    private Outcome run(Group group) throws IOException, InterruptedException {
        int strikeCount = plan.roundCount() * StrikeAgent.Strike.values().length;
        StrikeAgent strikes = new StrikeAgent(
                group, history, chance.split(), strikeCount == 0 ? 0 : plan.callMinCount() / (2 * strikeCount));
        List<Thread> threads = new ArrayList<>();
        for (int id = 1; id <= CLIENTS; id++) {
            Thread thread = new Thread(new Client(id, group, history, chance.split(), isOver::get), "client-" + id);
            thread.setUncaughtExceptionHandler((at, failure) -> failures.add(failure));
            threads.add(thread);
        }
        threads.forEach(Thread::start);
        try {
            for (int round = 0; round < plan.roundCount(); round++) {
                strikes.round();
            }
            strikes.await("enough calls", () -> history.callCount() >= plan.callMinCount());
        } finally {
            isOver.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
        }
        for (Throwable failure : failures) {
            throw new AssertionError("a client failed", failure);
        }
        group.proxies().forEach(FaultProxy::heal);
        String restless = rest(group, strikes);
        String fault = restless.isEmpty() ? history.fault(ids(group, 1)) : restless;
        return new Outcome(fault, history.callCount(), history.openCount(), history.stepCount(), group.tally());
    }

    /** Waits until all members have the same; says what they differ in, or nothing. */
    private String rest(Group group, StrikeAgent strikes) throws InterruptedException {
        List<Status> atRest = new ArrayList<>();
        strikes.await("all members to come to rest", () -> {
            atRest.clear();
            Set<Long> indexes = new TreeSet<>();
            for (int id : group.ids()) {
                Status status = group.status(id);
                if (status == null) {
                    return false;
                }
                atRest.add(status);
                indexes.addAll(List.of(status.appliedIndex(), status.lastIndex()));
            }
            Status leader = group.leader();
            return indexes.size() == 1 && leader != null && leader.voters().equals(group.all());
        });
        Set<Long> hashes = new TreeSet<>();
        for (Status status : atRest) {
            hashes.add(status.stateHash());
            group.tally().met("snapshots restored at the end", status.restoreCount());
        }
        for (FaultProxy proxy : group.proxies()) {
            group.tally().met("bytes swallowed", proxy.swallowedBytes());
            group.tally().met("bits turned", proxy.flippedBitCount());
            group.tally().met("connections", proxy.acceptedCount());
        }
        boolean isSameList = true;
        for (int id = 2; id <= group.memberCount(); id++) {
            isSameList &= Arrays.equals(ids(group, 1), ids(group, id));
        }
        return hashes.size() == 1 && isSameList ? "" : "at rest the members' states differ: " + hashes;
    }

    private static long[] ids(Group group, int memberId) throws InterruptedException {
        Answer answer = group.ask(memberId, "ids", 60_000);
        if (answer == null || !answer.word().equals("ids")) {
            throw new AssertionError("member " + memberId + " does not say what its list holds: " + answer);
        }
        return answer.words().stream().skip(1).mapToLong(Long::parseLong).toArray();
    }
}
