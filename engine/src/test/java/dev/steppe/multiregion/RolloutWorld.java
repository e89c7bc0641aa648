package dev.steppe.multiregion;

import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.model.job.Job;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.region.FederationOutput.Wish;
import dev.steppe.region.message.RegionMessage;
import dev.steppe.region.message.RegionMessageCodec;
import dev.steppe.state.StateView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.agrona.ExpandableArrayBuffer;

/**
 * A deterministic world of regions: everything that is on its way (messages, proposals, reads, work) lies in one bag,
 * and a seed draws what happens next. Nothing waits, no thread runs, time passes when nothing else is left, and
 * sometimes before. Every safety invariant is asked after every entry.
 */
final class RolloutWorld {
    /** How rough the world is, each in percent. */
    record Weather(int lossPercent, int duplicatePercent, int leaderChangePerMille) {
        static final Weather FAIR = new Weather(0, 0, 0);
    }

    private static final int STEPS_MAX_COUNT = 200_000;

    final WorldChecks checks;
    final TreeMap<Long, Wish> answers = new TreeMap<>();
    private final TreeMap<String, WorldRegion> regions = new TreeMap<>();
    private final List<Runnable> bag = new ArrayList<>();
    private final RegionMessageCodec codec = new RegionMessageCodec();
    private final ExpandableArrayBuffer wire = new ExpandableArrayBuffer();
    private final Random random;
    private Weather weather = Weather.FAIR;
    private long nowMs = 10_000;
    private long lastClientToken;

    RolloutWorld(long seed, List<String> names) {
        this(seed, names, WatcherSettings.DEFAULT);
    }

    RolloutWorld(long seed, List<String> names, WatcherSettings settings) {
        random = new Random(seed);
        for (int i = 0; i < names.size(); i++) {
            regions.put(names.get(i), new WorldRegion(names.get(i), i, names, settings));
        }
        checks = new WorldChecks(regions.values());
        for (WorldRegion region : regions.values()) {
            lead(region, 1);
        }
    }

    WorldRegion region(String name) {
        return regions.get(name);
    }

    Collection<WorldRegion> regions() {
        return regions.values();
    }

    long nowMs() {
        return nowMs;
    }

    void weather(Weather newWeather) {
        weather = newWeather;
    }

    /** Regions whose messages, in and out, are lost while they are in this list. */
    final List<String> cutOff = new ArrayList<>();

    private long timeIn(WorldRegion region) {
        return nowMs + region.clockOffsetMs;
    }

    /** Submits to the leader of {@code name}; the token under which {@link #answers} will have the answer. */
    long submit(String name, Job job) {
        WorldRegion region = region(name);
        long token = ++lastClientToken;
        if (region.leader == null) {
            answers.put(token, new Wish.Unknown(token, "no leader"));
            return token;
        }
        region.leader.federation.submit(token, job, nowMs, region.leader.output);
        carryOut(region, region.leader);
        return token;
    }

    /** Proposes {@code command} in {@code name}, as an operator or a leader duty would. */
    void propose(String name, Command command) {
        WorldRegion region = region(name);
        long term = region.term;
        bag.add(() -> apply(region, command, term));
    }

    /** Lets things happen until {@code isReached}; fails if that takes too long. */
    void runUntil(String what, BooleanSupplier isReached) {
        for (int step = 0; step < STEPS_MAX_COUNT; step++) {
            if (isReached.getAsBoolean()) {
                return;
            }
            step();
        }
        StringBuilder picture = new StringBuilder();
        for (WorldRegion region : regions.values()) {
            picture.append(region.name).append(": ");
            region.view()
                    .deploymentsOfJob(WorldJobs.APP)
                    .forEach(one -> picture.append("\n    v")
                            .append(one.version().jobVersion())
                            .append(' ')
                            .append(
                                    one.membership() == null
                                            ? "alone"
                                            : one.membership().rolloutId())
                            .append(' ')
                            .append(one.status())
                            .append(' ')
                            .append(one.description())
                            .append(' ')
                            .append(one.groups()));
            picture.append('\n');
        }
        throw new AssertionError("never " + what + " at " + nowMs + " ms\n" + picture);
    }

    /** Lets things happen until no region has an open deployment and {@code token} is answered. */
    void settle() {
        runUntil("settled", this::isSettled);
    }

    boolean isSettled() {
        return bag.isEmpty() && regions.values().stream().noneMatch(WorldRegion::hasOpenDeployment);
    }

    /** One thing happens. */
    void step() {
        for (WorldRegion region : regions.values()) {
            offerWork(region);
        }
        if (random.nextInt(1000) < weather.leaderChangePerMille()) {
            List<WorldRegion> all = new ArrayList<>(regions.values());
            loseLeader(all.get(random.nextInt(all.size())));
        }
        boolean isIdle = bag.isEmpty();
        if (isIdle || random.nextInt(200) == 0) {
            pass(isIdle);
        } else {
            int drawn = random.nextInt(bag.size());
            Runnable last = bag.remove(bag.size() - 1);
            Runnable action = drawn == bag.size() ? last : bag.set(drawn, last);
            action.run();
        }
    }

    private void offerWork(WorldRegion region) {
        if (region.isOffered || region.isWorkDue || region.leader == null) {
            return;
        }
        region.isOffered = !region.worker.isOnHold;
        if (region.worker.next(region.view(), region.term) != null) {
            region.isWorkDue = true;
            bag.add(() -> {
                region.isWorkDue = false;
                region.isOffered = false;
                Command due = region.leader == null ? null : region.worker.next(region.view(), region.term);
                if (due != null) {
                    work(region, due);
                }
            });
        }
    }

    /** The worker reads the state that its entry meets: no plan of it may be refused. */
    private void work(WorldRegion region, Command due) {
        CommandOutcome outcome = apply(region, due, region.term);
        if (outcome instanceof CommandOutcome.PlansJudged judged) {
            CommandOutcome.PlanOutcome plan = judged.plans().get(0);
            if (!plan.isFull()) {
                throw new AssertionError("the worker of " + region.name + " planned in vain: " + plan.refusal());
            }
        }
    }

    /** Time goes on: to the next deadline if nothing else is left, else a little. */
    private void pass(boolean toDeadline) {
        long nextMs = nowMs + 1 + random.nextInt(300);
        if (toDeadline) {
            nextMs = Long.MAX_VALUE;
            for (WorldRegion region : regions.values()) {
                nextMs = Math.min(nextMs, deadlineMs(region));
            }
            nextMs = nextMs == Long.MAX_VALUE ? nowMs + 1_000 : Math.max(nextMs, nowMs + 1);
        }
        nowMs = nextMs;
        for (WorldRegion region : regions.values()) {
            WorldRegion.Server leader = region.leader;
            if (leader != null && deadlineMs(region) <= nowMs) {
                leader.federation.onTime(timeIn(region), leader.output);
                leader.deployments.onTime(timeIn(region), command -> proposeDuty(region, command));
                carryOut(region, leader);
            }
        }
    }

    private long deadlineMs(WorldRegion region) {
        WorldRegion.Server leader = region.leader;
        if (leader == null) {
            return Long.MAX_VALUE;
        }
        long watcherMs = region.isWatcherSilent ? Long.MAX_VALUE : leader.seat.nextDeadlineMs();
        long dueMs =
                Math.min(leader.federation.nextDeadlineMs(), Math.min(watcherMs, leader.deployments.nextDeadlineMs()));
        return dueMs == Long.MAX_VALUE ? dueMs : dueMs - region.clockOffsetMs;
    }

    /** The leader is gone, and the other server leads after a while, in a new term. */
    void loseLeader(WorldRegion region) {
        WorldRegion.Server old = region.leader;
        if (old == null) {
            return;
        }
        region.leader = null;
        old.federation.stop(old.output);
        old.seat.stop(old.output);
        old.deployments.stop();
        carryOut(region, old);
        bag.add(() -> lead(region, old.memberId == 1 ? 2 : 1));
    }

    /** Requests are answered there and its worker works, but its watcher does nothing any more. */
    void silenceWatcher(WorldRegion region) {
        region.isWatcherSilent = true;
    }

    private void lead(WorldRegion region, int memberId) {
        WorldRegion.Server server = region.server(memberId);
        region.term++;
        region.leader = server;
        region.servers.forEach(one -> one.federation.leaderIs(memberId));
        server.seat.start(region.name, region.term, timeIn(region), server.output);
        server.federation.start(region.term, region.view(), server.output);
        server.deployments.start(region.view(), timeIn(region), command -> proposeDuty(region, command));
        carryOut(region, server);
    }

    private void proposeDuty(WorldRegion region, Command command) {
        propose(region.name, command);
    }

    private void carryOut(WorldRegion region, WorldRegion.Server server) {
        if (region.isWatcherSilent) {
            while (server.output.pollEvent() != null) {
                region.silencedCount++;
            }
        } else {
            server.seat.pump(timeIn(region), server.output);
        }
        List<Wish> wishes = new ArrayList<>();
        server.output.drain(wishes::add);
        long term = region.term;
        for (Wish wish : wishes) {
            if (wish instanceof Wish.Send send) {
                send(region, server, send);
            } else if (wish instanceof Wish.ReadBarrier read) {
                bag.add(() -> onLeader(
                        region,
                        server,
                        term,
                        () -> server.federation.readable(read.token(), region.view(), timeIn(region), server.output)));
            } else if (wish instanceof Wish.Propose propose) {
                bag.add(() -> decide(region, server, term, propose));
            } else if (wish instanceof Wish.Registered one) {
                answers.put(one.clientToken(), one);
            } else if (wish instanceof Wish.Refused one) {
                answers.put(one.clientToken(), one);
            } else if (wish instanceof Wish.Unknown one) {
                answers.put(one.clientToken(), one);
            }
        }
    }

    /** An entry of a leader that is gone may still be committed; nobody waits for its outcome any more. */
    private void decide(WorldRegion region, WorldRegion.Server server, long term, Wish.Propose propose) {
        if (region.term != term && random.nextBoolean()) {
            return;
        }
        CommandOutcome outcome = apply(region, propose.command(), term);
        StateView view = region.view();
        bag.add(() -> onLeader(
                region,
                server,
                term,
                () -> server.federation.decided(propose.token(), outcome, view, timeIn(region), server.output)));
    }

    private CommandOutcome apply(WorldRegion region, Command command, long term) {
        StateView before = region.view();
        CommandOutcome outcome = region.log.apply(command, term, timeIn(region));
        region.isOffered = false;
        checks.check(region, before, command);
        bag.add(() -> {
            WorldRegion.Server leader = region.leader;
            if (leader != null) {
                leader.federation.published(region.view(), leader.output);
                leader.deployments.published(region.view(), timeIn(region), one -> proposeDuty(region, one));
                carryOut(region, leader);
            }
        });
        return outcome;
    }

    private void onLeader(WorldRegion region, WorldRegion.Server server, long term, Runnable action) {
        if (region.leader == server && region.term == term) {
            action.run();
            carryOut(region, server);
        }
    }

    private void send(WorldRegion from, WorldRegion.Server server, Wish.Send send) {
        int copies = random.nextInt(100) < weather.duplicatePercent() ? 2 : 1;
        boolean isLost = random.nextInt(100) < weather.lossPercent()
                || cutOff.contains(from.name)
                || cutOff.contains(send.region());
        if (isLost) {
            return;
        }
        RegionMessage message = throughTheWire(send.message());
        WorldRegion to = region(send.region());
        WorldRegion.Server receiver = to.server(send.memberId());
        for (int i = 0; i < copies; i++) {
            bag.add(() -> {
                receiver.federation.received(from.name, server.memberId, message, timeIn(to), receiver.output);
                carryOut(to, receiver);
            });
        }
    }

    private RegionMessage throughTheWire(RegionMessage message) {
        try {
            int lengthBytes = codec.encode(message, wire, 0);
            return codec.decode(wire, 0, lengthBytes);
        } catch (dev.steppe.command.MalformedBytes e) {
            throw new AssertionError(e);
        }
    }

    /** The rollout that answered {@code token}. */
    String rolloutOf(long token) {
        if (answers.get(token) instanceof Wish.Registered registered) {
            return registered.rolloutId();
        }
        throw new AssertionError("not registered: " + answers.get(token));
    }

    /** Status of the rollout in each region, in the order of {@code names}. */
    List<DeploymentStatus> statuses(String rolloutId, List<String> names) {
        return names.stream()
                .map(name -> region(name).part(rolloutId))
                .map(part -> part == null ? null : part.status())
                .toList();
    }

    Deployment part(String name, String rolloutId) {
        return region(name).part(rolloutId);
    }
}
