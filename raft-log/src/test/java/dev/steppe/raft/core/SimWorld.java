package dev.steppe.raft.core;

import dev.steppe.raft.core.CoreSettings.Times;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.SimMember.Packet;
import dev.steppe.raft.core.track.StateHash;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;
import dev.steppe.raft.quorum.Membership;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;

/**
 * A few members in one thread, under virtual time: every delay, loss, crash and cut of a link is drawn from one seed.
 * The faults that a seed uses, and how often, are drawn too, so that some worlds are calm and some are terrible.
 */
final class SimWorld {
    static final long MS = 1_000_000;
    static final Times TIMES = new Times(10 * MS, 100 * MS, 200 * MS);

    private record Event(long atNs, long order, Runnable what) {}

    final long seed;
    final Random random;
    final Membership configured;
    final int maxClockDriftPpm;
    final List<SimMember> members = new ArrayList<>();
    final RaftCheckers checkers = new RaftCheckers(this);
    private final PriorityQueue<Event> events = new PriorityQueue<>(
            (a, b) -> a.atNs() != b.atNs() ? Long.compare(a.atNs(), b.atNs()) : Long.compare(a.order(), b.order()));
    private final Set<String> realBallots = new HashSet<>();
    private final boolean[][] linkDown;
    private final double lossChance;
    private final double duplicateChance;
    private final long delayMaxNs;
    private final double stallChance;
    private final SimOperator operator;
    private boolean quiet;
    private long order;
    private long nextValue = 1;
    long nowNs;
    long stepCount;
    long traceHash;

    /** Members 1 to {@code voterCount} begin as voters; {@code spareCount} others may join. */
    SimWorld(long seed, int voterCount, int spareCount) {
        this.seed = seed;
        random = new Random(seed);
        configured = OneCore.voters(voterCount);
        int memberCount = voterCount + spareCount;
        for (int i = 0; i < memberCount; i++) {
            members.add(new SimMember(i + 1, this));
        }
        linkDown = new boolean[memberCount][memberCount];
        lossChance = random.nextInt(3) * random.nextDouble() * 0.15;
        duplicateChance = random.nextInt(2) * random.nextDouble() * 0.3;
        delayMaxNs = (1 + (long) random.nextInt(20)) * MS;
        stallChance = random.nextInt(2) * 0.002;
        operator = new SimOperator(this);
        if (random.nextBoolean()) {
            members.forEach(member -> member.clockRate = 8 + random.nextInt(25));
            maxClockDriftPpm = CoreSettings.NO_LEASE;
        } else {
            // From 15/16 to 17/16 of the true time: one clock gains less than 15 % on the other.
            members.forEach(member -> member.clockRate = 15 + random.nextInt(3));
            maxClockDriftPpm = random.nextBoolean() ? 150_000 : CoreSettings.NO_LEASE;
        }
        members.forEach(SimMember::start);
    }

    SimMember member(int memberId) {
        return members.get(memberId - 1);
    }

    boolean isQuiet() {
        return quiet;
    }

    /** As {@link #after(long, Runnable)}, but a member that stands still does nothing. */
    void after(SimMember member, long delayNs, Runnable what) {
        after(delayNs, () -> {
            if (member.pausedUntilNs > nowNs) {
                after(member, member.pausedUntilNs - nowNs, what);
            } else {
                what.run();
            }
        });
    }

    void after(long delayNs, Runnable what) {
        events.add(new Event(nowNs + delayNs, order++, what));
    }

    long diskDelayNs() {
        boolean stalls = !quiet && random.nextDouble() < stallChance;
        return stalls ? random.nextInt(300) * MS : 100_000 + random.nextInt(3_000_000);
    }

    /** Sees to it that a member is stepped when its deadline comes. */
    void wake(SimMember member) {
        long life = member.life;
        long deadlineNs = member.core.nextDeadlineNs();
        long waitNs = Math.max(0, deadlineNs - member.localNs()) * 16 / member.clockRate + 1;
        after(member, waitNs, () -> {
            if (member.life == life && member.core.nextDeadlineNs() <= member.localNs()) {
                member.step(RaftInput.Passed.TIME, null, null);
            }
        });
    }

    void send(Packet packet) {
        if (!quiet && random.nextDouble() < lossChance) {
            return;
        }
        deliverLater(packet);
        if (!quiet && random.nextDouble() < duplicateChance) {
            deliverLater(packet);
        }
    }

    private void deliverLater(Packet packet) {
        boolean clogged = !quiet && random.nextInt(200) == 0;
        long delayNs = clogged ? random.nextInt(1_000) * MS : 50_000 + random.nextLong(delayMaxNs);
        SimMember to = members.get(packet.to() - 1);
        after(to, delayNs, () -> {
            if (to.isUp() && !linkDown[packet.from() - 1][packet.to() - 1]) {
                traceHash = StateHash.fold(
                        StateHash.fold(traceHash, nowNs), packet.message().term());
                to.receive(packet);
            }
        });
    }

    void noteRealBallot(int memberId, VoteAsk ask) {
        realBallots.add(memberId + ":" + ask.incarnation() + ":" + ask.ballotId());
    }

    boolean isRealBallot(int toMember, VoteReply reply) {
        return realBallots.contains(toMember + ":" + reply.askIncarnation() + ":" + reply.ballotId());
    }

    /** Lets the world run, with faults and clients, until {@code untilNs}. */
    void run(long untilNs) {
        double faultChance = random.nextInt(4) * 0.004;
        while (nowNs < untilNs) {
            if (!quiet && random.nextDouble() < faultChance) {
                injectFault();
            }
            act();
            nextEvent();
        }
    }

    /** Heals everything and lets the world run on without faults. */
    void calm(long forNs) {
        quiet = true;
        for (boolean[] row : linkDown) {
            Arrays.fill(row, false);
        }
        members.forEach(member -> member.pausedUntilNs = 0);
        members.stream().filter(member -> !member.isUp()).forEach(SimMember::start);
        long untilNs = nowNs + forNs;
        while (nowNs < untilNs) {
            nextEvent();
        }
    }

    private void nextEvent() {
        Event event = events.remove();
        nowNs = Math.max(nowNs, event.atNs());
        stepCount++;
        event.what().run();
    }

    /** A client does something at a random member. */
    private void act() {
        SimMember member = members.get(random.nextInt(members.size()));
        if (!member.isUp() || member.pausedUntilNs > nowNs) {
            return;
        }
        int choice = random.nextInt(40);
        if (choice < 4) {
            long[] values = new long[1 + random.nextInt(4)];
            for (int i = 0; i < values.length; i++) {
                values[i] = nextValue++;
            }
            member.propose(values);
        } else if (choice < 7) {
            long readId = nextValue++;
            checkers.onReadAsked(readId);
            member.step(new RaftInput.ReadAsked().set(readId), null, null);
        } else if (choice == 8) {
            operator.act(member);
        } else if (choice == 7 && random.nextInt(20) == 0) {
            RaftCore copy = member.core.copy();
            checkers.check(copy.stateHash() == member.core.stateHash(), "a copy differs", member.id);
            member.core = copy;
        }
    }

    private void injectFault() {
        SimMember member = members.get(random.nextInt(members.size()));
        switch (random.nextInt(7)) {
            case 0, 1 -> {
                if (member.isUp()) {
                    member.crash();
                    startLater(member);
                }
            }
            case 6 -> operator.lose(member);
            case 2 -> cutLinks(member.id - 1, true, random.nextBoolean());
            case 4 -> member.pausedUntilNs = nowNs + random.nextInt(500) * MS;
            case 3 -> {
                int other = random.nextInt(members.size());
                linkDown[member.id - 1][other] = true;
                after(random.nextInt(800) * MS, () -> linkDown[member.id - 1][other] = false);
            }
            default -> cutLinks(member.id - 1, random.nextBoolean(), true);
        }
    }

    void startLater(SimMember member) {
        after(random.nextInt(600) * MS, () -> {
            if (!member.isUp()) {
                member.start();
            }
        });
    }

    private void cutLinks(int ordinal, boolean outgoing, boolean incoming) {
        setLinks(ordinal, outgoing, incoming, true);
        after(random.nextInt(800) * MS, () -> setLinks(ordinal, outgoing, incoming, false));
    }

    private void setLinks(int ordinal, boolean outgoing, boolean incoming, boolean down) {
        for (int i = 0; i < members.size(); i++) {
            linkDown[ordinal][i] = outgoing ? down : linkDown[ordinal][i];
            linkDown[i][ordinal] = incoming ? down : linkDown[i][ordinal];
        }
    }

    SimMember leader() {
        SimMember found = null;
        for (SimMember member : members) {
            boolean leads = member.isUp() && member.core.role() == Role.LEADER;
            if (leads && (found == null || member.core.term() > found.core.term())) {
                found = member;
            }
        }
        return found;
    }
}
