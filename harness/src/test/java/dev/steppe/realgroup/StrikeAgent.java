package dev.steppe.realgroup;

import dev.steppe.fault.Chance;
import dev.steppe.fault.FaultProxy;
import dev.steppe.fault.FaultProxy.End;
import dev.steppe.fault.FaultProxy.Toll;
import dev.steppe.fault.FaultProxy.Tolls;
import dev.steppe.fault.PartitionShape;
import dev.steppe.fault.PartitionShape.Step;
import dev.steppe.realgroup.Group.Status;
import dev.steppe.realgroup.MemberProcess.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Strikes the group, one misfortune after another, and waits after each until clients were answered again and again.
 * Every round has each misfortune once, in an order and strength from the seed. The campaign's thread runs it.
 */
final class StrikeAgent {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private final Group group;
    private final History history;
    private final Chance chance;
    private final int callsAfterCount;
    private final List<PartitionShape> shapes;
    private int partitionCount;

    /** What can happen. */
    enum Strike {
        /** SIGKILL, and a new start in the same directory; perhaps another SIGKILL while it recovers. */
        KILL,
        /** SIGKILL for all members at once. */
        KILL_ALL,
        /** SIGSTOP and SIGCONT. */
        PAUSE,
        /** Directions between members are cut, in each shape in turn. */
        PARTITION,
        /** Everything between two members comes late, and not much at once. */
        DELAY,
        /** Connections break. */
        CUT,
        /** Bits of what passes under TLS are turned. */
        CORRUPT,
        /** The leader is asked to hand over. */
        TRANSFER,
        /** A voter becomes a learner and a voter again. */
        DEMOTE,
        /** A voter is removed, loses its directory, and is taken in again. */
        REPLACE,
        /** A voter loses its directory, comes back as if nothing had happened, and is replaced only then. */
        WIPE,
        /** SIGKILL while the network is in parts. */
        KILL_IN_PARTITION,
        /** SIGSTOP of whoever leads, and the others have a leader of their own when it goes on. */
        PAUSE_LEADER
    }

    /**
     * Has struck nobody yet.
     *
     * @param callsAfterCount how many more calls are in the history after each misfortune before the next one
     */
    StrikeAgent(Group group, History history, Chance chance, int callsAfterCount) {
        this.group = group;
        this.history = history;
        this.chance = chance;
        this.callsAfterCount = callsAfterCount;
        shapes = shapes(group.memberCount());
        partitionCount = chance.below(shapes.size());
    }

    /** In which shapes the network falls apart; a ring of three cuts nothing. */
    static List<PartitionShape> shapes(int memberCount) {
        return Stream.of(PartitionShape.values())
                .filter(shape -> shape != PartitionShape.RING || memberCount > 3)
                .toList();
    }

    /** Each misfortune once. */
    void round() throws IOException, InterruptedException {
        List<Strike> left = new ArrayList<>(List.of(Strike.values()));
        while (!left.isEmpty()) {
            Strike strike = left.remove(chance.below(left.size()));
            if (chance.hits(300)) {
                Toll bad = new Toll(millis(0, 15), 0, chance.between(30_000, 300_000), -1, End.CLOSE);
                group.proxies().forEach(proxy -> proxy.impose(new Tolls(bad, bad)));
                group.tally().met("struck over a bad network");
            }
            carryOut(strike);
            group.proxies().forEach(FaultProxy::heal);
            group.tally().met(strike.name());
            awaitAnswers(strike);
        }
    }

    private void carryOut(Strike strike) throws IOException, InterruptedException {
        switch (strike) {
            case KILL -> kill(victims());
            case KILL_ALL -> killAll();
            case PAUSE -> pause(victims());
            case PARTITION -> partition();
            case DELAY -> impose(new Toll(millis(1, 60), 64 << 10, 0, -1, End.CLOSE), 800);
            case CUT -> cut();
            case CORRUPT -> corrupt();
            case TRANSFER -> transfer();
            case DEMOTE -> demote(anyone());
            case REPLACE -> replace(anyone());
            case WIPE -> wipe(anyone());
            case KILL_IN_PARTITION -> killInPartition();
            case PAUSE_LEADER -> pauseLeader();
        }
    }

    private int anyone() {
        return 1 + chance.below(group.memberCount());
    }

    /** Every other time whoever leads. */
    private int victim() throws InterruptedException {
        Status leader = group.leader();
        return leader == null || chance.hits(500) ? anyone() : leader.memberId();
    }

    /** As many as may fail at once, {@link #victim} first. */
    private List<Integer> victims() throws InterruptedException {
        return besides(victim(), group.memberCount() / 2 - 1);
    }

    /** One member and {@code otherCount} others. */
    private List<Integer> besides(int first, int otherCount) {
        List<Integer> left = new ArrayList<>(group.ids());
        left.remove(Integer.valueOf(first));
        List<Integer> chosen = new ArrayList<>(List.of(first));
        for (int i = 0; i < otherCount; i++) {
            chosen.add(left.remove(chance.below(left.size())));
        }
        return chosen;
    }

    private long millis(long low, long high) {
        return TimeUnit.MILLISECONDS.toNanos(chance.between(low, high));
    }

    /** Lets a misfortune last; nothing waits for that time. */
    private static void last(long lengthNs) {
        long untilNs = System.nanoTime() + lengthNs;
        for (long nowNs = System.nanoTime(); nowNs < untilNs; nowNs = System.nanoTime()) {
            LockSupport.parkNanos(untilNs - nowNs);
        }
    }

    private void kill(List<Integer> ids) throws IOException, InterruptedException {
        for (int id : ids) {
            group.kill(id);
        }
        group.tally().met("killed at once: " + ids.size());
        last(millis(0, 500));
        while (chance.hits(300)) {
            int id = ids.get(chance.below(ids.size()));
            group.startForShort(id);
            last(millis(50, 900));
            group.kill(id);
            group.tally().met("killed on the way up");
        }
        group.start(ids);
    }

    private void killAll() throws IOException, InterruptedException {
        for (int id : group.ids()) {
            group.kill(id);
        }
        group.start(group.ids());
    }

    private void pause(List<Integer> ids) throws IOException, InterruptedException {
        for (int id : ids) {
            group.pause(id);
        }
        group.tally().met("stopped at once: " + ids.size());
        last(millis(50, 1_200));
        for (int id : ids) {
            group.resume(id);
        }
    }

    /** Whoever leads, and as many others as may fail with it. */
    private void pauseLeader() throws IOException, InterruptedException {
        Status leader = group.leader();
        if (leader == null) {
            return;
        }
        List<Integer> paused = besides(leader.memberId(), group.memberCount() / 2 - 1);
        for (int id : paused) {
            group.pause(id);
        }
        await("another leader while members " + paused + " stand still", () -> {
            Status other = group.leader();
            return other != null && other.term() > leader.term();
        });
        last(millis(0, 200));
        for (int id : paused) {
            group.resume(id);
        }
        group.tally().met("leader replaced while it stood still");
    }

    private void partition() throws InterruptedException {
        PartitionShape shape = shapes.get(partitionCount++ % shapes.size());
        perform(shape, anyone(), millis(600, 1_500));
        group.tally().met(shape.name());
        group.proxies().forEach(FaultProxy::heal);
        List<Integer> isolated = victims();
        isolated.forEach(this::isolate);
        group.tally().met("isolated at once: " + isolated.size());
        last(millis(600, 1_500));
    }

    /** It hears nobody, and nobody hears it. */
    private void isolate(int id) {
        Toll hole = Toll.endAfter(0, End.BLACK_HOLE);
        for (int other : group.ids()) {
            if (other != id) {
                group.proxy(other, id).impose(new Tolls(hole, hole));
                group.proxy(id, other).impose(new Tolls(hole, hole));
            }
        }
    }

    private void perform(PartitionShape shape, int firstId, long lengthNs) {
        List<Step> script = new ArrayList<>(shape.script(group.memberCount(), firstId - 1, lengthNs, chance));
        script.sort(Comparator.comparingLong(Step::afterNs));
        int[][] cutCounts = new int[group.memberCount() + 1][group.memberCount() + 1];
        long beganNs = System.nanoTime();
        for (Step step : script) {
            last(beganNs + step.afterNs() - System.nanoTime());
            int from = step.fromOrdinal() + 1;
            int to = step.toOrdinal() + 1;
            cutCounts[from][to] += step.isCut() ? 1 : -1;
            Toll there = toll(cutCounts[from][to]);
            Toll back = toll(cutCounts[to][from]);
            group.proxy(from, to).impose(new Tolls(there, back));
            group.proxy(to, from).impose(new Tolls(back, there));
        }
    }

    private static Toll toll(int cutCount) {
        return cutCount > 0 ? Toll.endAfter(0, End.BLACK_HOLE) : Toll.FREE;
    }

    private void killInPartition() throws IOException, InterruptedException {
        List<Integer> struck = besides(victim(), group.memberCount() / 2);
        isolate(struck.get(0));
        kill(struck.subList(1, struck.size()));
        last(millis(200, 800));
    }

    private void impose(Toll toll, long lengthMaxMs) {
        for (FaultProxy proxy : group.proxies()) {
            proxy.impose(new Tolls(chance.hits(700) ? toll : Toll.FREE, chance.hits(700) ? toll : Toll.FREE));
        }
        last(millis(300, lengthMaxMs));
    }

    private void corrupt() throws InterruptedException {
        long before = flippedBitCount();
        impose(new Toll(0, 0, chance.between(500, 20_000), -1, End.CLOSE), 600);
        Toll anyway = new Toll(0, 0, 500, -1, End.CLOSE);
        group.proxies().forEach(proxy -> proxy.impose(new Tolls(anyway, anyway)));
        await("a bit to be turned", () -> flippedBitCount() > before);
    }

    private long flippedBitCount() {
        return group.proxies().stream().mapToLong(FaultProxy::flippedBitCount).sum();
    }

    private void cut() throws InterruptedException {
        long before = acceptedCount();
        for (int i = 0; i < 3; i++) {
            for (FaultProxy proxy : group.proxies()) {
                if (i == 0 || chance.hits(600)) {
                    proxy.cutAll(chance.hits(500) ? End.RESET : End.CLOSE);
                }
            }
            last(millis(0, 200));
        }
        await("a connection to be made anew", () -> acceptedCount() > before);
    }

    private long acceptedCount() {
        return group.proxies().stream().mapToLong(FaultProxy::acceptedCount).sum();
    }

    private void transfer() throws InterruptedException {
        Status leader = group.leader();
        if (leader != null) {
            int target = chance.hits(500) ? 0 : 1 + leader.memberId() % group.memberCount();
            Answer answer = group.ask(leader.memberId(), "transfer " + target, 5_000);
            group.tally().met("transfer " + (answer == null ? "late" : answer.word()));
        }
    }

    private void demote(int id) throws InterruptedException {
        reach("demote " + id, status -> status.learners().equals(Integer.toString(id)));
        last(millis(0, 200));
        reach("promote " + id, status -> status.voters().equals(group.all()));
    }

    private void replace(int id) throws IOException, InterruptedException {
        String others = group.allBut(id);
        reach("remove " + id, status -> status.voters().equals(others));
        group.wipe(id);
        group.startJoining(id, others);
        reach("learner " + id, status -> status.learners().equals(Integer.toString(id)));
        reach("promote " + id, status -> status.voters().equals(group.all()));
    }

    /** The empty directory must neither vote nor count: it would give away what the lost one has acknowledged. */
    private void wipe(int id) throws IOException, InterruptedException {
        await("one directory for each member", () -> {
            Status leader = group.leader();
            return leader != null && leader.isPinned() && leader.isSettled();
        });
        group.wipe(id);
        group.start(List.of(id));
        last(millis(100, 800));
        Status strange = group.status(id);
        if (strange != null && strange.role().equals("LEADER")) {
            throw new AssertionError("member " + id + " leads with an empty directory: " + strange);
        }
        replace(id);
    }

    /** Asks whoever leads for a change until it is there and committed. */
    private void reach(String change, Predicate<Status> isThere) throws InterruptedException {
        await("to " + change, () -> {
            Status leader = group.leader();
            if (leader == null) {
                return false;
            }
            if (isThere.test(leader)) {
                return leader.isSettled();
            }
            Answer answer = group.ask(leader.memberId(), change, 1_000);
            group.tally().met(change.split(" ", -1)[0] + " " + (answer == null ? "late" : answer.word()));
            return false;
        });
    }

    private void awaitAnswers(Strike strike) throws InterruptedException {
        int before = history.callCount();
        await("calls to go on after " + strike, () -> history.callCount() >= before + callsAfterCount);
    }

    /** What may be waited for. */
    interface Condition {
        boolean holds() throws InterruptedException;
    }

    /** Looks again and again; gives up when it takes far longer than it may, or when a member ended by itself. */
    void await(String what, Condition condition) throws InterruptedException {
        long untilNs = System.nanoTime() + PATIENCE_NS;
        while (!condition.holds()) {
            String ended = group.endedByItself();
            if (!ended.isEmpty() || System.nanoTime() > untilNs) {
                throw new AssertionError("waited in vain for " + what + "; " + ended + states());
            }
            LockSupport.parkNanos(LOOK_NS);
        }
    }

    private String states() throws InterruptedException {
        StringBuilder states = new StringBuilder();
        for (int id : group.ids()) {
            states.append("\n").append(group.status(id));
        }
        return states.toString();
    }
}
