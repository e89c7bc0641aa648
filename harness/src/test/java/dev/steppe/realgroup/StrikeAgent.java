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
    /** A ring of three cuts nothing. */
    static final List<PartitionShape> SHAPES = Stream.of(PartitionShape.values())
            .filter(shape -> shape != PartitionShape.RING)
            .toList();

    private final Group group;
    private final History history;
    private final Chance chance;
    private final int callsAfterCount;
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
        partitionCount = chance.below(SHAPES.size());
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
            case KILL -> kill(victim());
            case KILL_ALL -> killAll();
            case PAUSE -> pause(victim());
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
        return 1 + chance.below(Group.MEMBERS);
    }

    /** Every other time whoever leads. */
    private int victim() throws InterruptedException {
        Status leader = group.leader();
        return leader == null || chance.hits(500) ? anyone() : leader.memberId();
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

    private void kill(int id) throws IOException, InterruptedException {
        group.kill(id);
        last(millis(0, 500));
        while (chance.hits(300)) {
            group.startForShort(id);
            last(millis(50, 900));
            group.kill(id);
            group.tally().met("killed on the way up");
        }
        group.start(List.of(id));
    }

    private void killAll() throws IOException, InterruptedException {
        for (int id = 1; id <= Group.MEMBERS; id++) {
            group.kill(id);
        }
        group.start(List.of(1, 2, 3));
    }

    private void pause(int id) throws IOException, InterruptedException {
        group.pause(id);
        last(millis(50, 1_200));
        group.resume(id);
    }

    private void pauseLeader() throws IOException, InterruptedException {
        Status leader = group.leader();
        if (leader == null) {
            return;
        }
        group.pause(leader.memberId());
        await("another leader while member " + leader.memberId() + " stands still", () -> {
            Status other = group.leader();
            return other != null && other.term() > leader.term();
        });
        last(millis(0, 200));
        group.resume(leader.memberId());
        group.tally().met("leader replaced while it stood still");
    }

    private void partition() {
        PartitionShape shape = SHAPES.get(partitionCount++ % SHAPES.size());
        perform(shape, anyone(), millis(600, 1_500));
        group.tally().met(shape.name());
    }

    private void perform(PartitionShape shape, int firstId, long lengthNs) {
        List<Step> script = new ArrayList<>(shape.script(Group.MEMBERS, firstId - 1, lengthNs, chance));
        script.sort(Comparator.comparingLong(Step::afterNs));
        int[][] cutCounts = new int[Group.MEMBERS + 1][Group.MEMBERS + 1];
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
        int isolated = victim();
        int killed = 1 + isolated % Group.MEMBERS;
        for (int id = 1; id <= Group.MEMBERS; id++) {
            if (id != isolated) {
                Toll hole = Toll.endAfter(0, End.BLACK_HOLE);
                group.proxy(id, isolated).impose(new Tolls(hole, hole));
                group.proxy(isolated, id).impose(new Tolls(hole, hole));
            }
        }
        kill(killed);
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
            int target = chance.hits(500) ? 0 : 1 + leader.memberId() % Group.MEMBERS;
            Answer answer = group.ask(leader.memberId(), "transfer " + target, 5_000);
            group.tally().met("transfer " + (answer == null ? "late" : answer.word()));
        }
    }

    private void demote(int id) throws InterruptedException {
        reach("demote " + id, status -> status.learners().equals(Integer.toString(id)));
        last(millis(0, 200));
        reach("promote " + id, status -> status.voters().equals(Group.ALL));
    }

    private void replace(int id) throws IOException, InterruptedException {
        String others = id == 1 ? "2,3" : id == 2 ? "1,3" : "1,2";
        reach("remove " + id, status -> status.voters().equals(others));
        group.wipe(id);
        group.startJoining(id, others);
        reach("learner " + id, status -> status.learners().equals(Integer.toString(id)));
        reach("promote " + id, status -> status.voters().equals(Group.ALL));
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
        for (int id = 1; id <= Group.MEMBERS; id++) {
            states.append("\n").append(group.status(id));
        }
        return states.toString();
    }
}
