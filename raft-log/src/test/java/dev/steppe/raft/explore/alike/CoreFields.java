package dev.steppe.raft.explore.alike;

import dev.steppe.raft.core.CoreSettings;
import dev.steppe.raft.core.LogShape;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.track.SnapshotPosition;
import dev.steppe.raft.quorum.Ballot;
import dev.steppe.raft.quorum.Membership;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes time out of a core and compares what is left.
 *
 * <p>In an explored world time does not run: whatever can be due is an event of its own. After each step all points in
 * time inside the core are set to one of a few values around {@link #NOW_NS}: a deadline lies ahead by its full length,
 * a leader was heard just now or too long ago, a follower just now. So a core has no hidden age, each event has one
 * fixed time at which it makes exactly the wanted deadline expire, and two cores that differ only by when something
 * happened are one. Every such state can be reached with clocks that run as they please, which is all that Raft's
 * safety may rely on.
 *
 * <p>Numbers that only grow are compared by their distance: terms and votes for the vault to what it has forced, cuts
 * to the core's own count. Numbers that messages repeat (rounds, ballots, lives) are compared as they are; the bounds
 * of a search keep them small.
 */
public final class CoreFields {
    /** The time of every step but those in which something expires. */
    public static final long NOW_NS = 1_000_000;
    /** The time-outs of every explored core. */
    public static final CoreSettings.Times TIMES = new CoreSettings.Times(1_000, 100_000, 200_000);

    /** When two longest election time-outs have passed; ahead of every other event. */
    public static final long FAR_NS = NOW_NS + 2 * TIMES.electionMaxNs();
    /** When an attempt to hand an office over is given up: before the office itself can end. */
    public static final long TRANSFER_END_NS = NOW_NS + TIMES.electionMinNs() / 2;

    private static final Field STANDING = field(RaftCore.class, "standing");
    private static final Field HARD = field(STANDING.getType(), "hard");
    private static final Field VAULT_FORCED = field(HARD.getType(), "forcedSequence");
    private static final Field LEADING = field(RaftCore.class, "leading");
    private static final Field ROUND_ID = field(LEADING.getType(), "roundId");
    private static final Field ELECTION = field(RaftCore.class, "election");
    private static final Field FOLLOWING = field(RaftCore.class, "following");
    private static final Field HEALING = field(FOLLOWING.getType(), "healing");
    private static final Field EARLIEST = field(HEALING.getType(), "earliestNs");
    private static final Field TRANSFER = field(LEADING.getType(), "transfer");
    private static final Field TARGET = field(TRANSFER.getType(), "targetId");
    private static final Field SENT_ROUNDS = field(LEADING.getType(), "sentRounds");
    private static final Field SENT = field(SENT_ROUNDS.getType(), "sentNs");
    private static final Field VOID_ROUND = field(SENT_ROUNDS.getType(), "voidRoundId");
    private static final Field TRUE_UNTIL = field(ELECTION.getType(), "trueUntilNs");

    private final Map<Class<?>, FieldPlan> plans = new HashMap<>();
    private final List<Object[]> several = new ArrayList<>();
    private final List<Object> visited = new ArrayList<>();
    private final boolean isLoyal;
    private long vaultSequence;
    private long nowNs;
    private RaftCore core;

    /** With {@code isLoyal} a follower that hears a leader stays true to it until it tires. */
    public CoreFields(boolean isLoyal) {
        this.isLoyal = isLoyal;
    }

    /** Makes {@code newCore}, just stepped at {@code newNowNs}, timeless and small, and writes all but its groups. */
    public void settle(RaftCore newCore, long newNowNs, LogShape shape, StateVector into) {
        core = newCore;
        nowNs = newNowNs;
        several.clear();
        visited.clear();
        try {
            vaultSequence = VAULT_FORCED.getLong(HARD.get(STANDING.get(core)));
            walk(core, shape, into);
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Writes the groups of the core that was settled last. */
    public void writeGroups(StateVector into) {
        try {
            for (Object[] members : several) {
                for (Object member : members) {
                    into.group().plain(1);
                    walk(member, null, into);
                }
            }
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The number of the last round that this core began as a leader. */
    public static long roundId(RaftCore leader) {
        return number(ROUND_ID, get(LEADING, leader));
    }

    /** To whom an office is handed over as the core remembers it, whether it leads or not; 0 = to nobody. */
    public static long transferTarget(RaftCore core) {
        return number(TARGET, get(TRANSFER, get(LEADING, core)));
    }

    /** Whether a damaged member has yet to wait until its former votes are void; of a settled core. */
    public static boolean isWaiting(RaftCore damaged) {
        return number(EARLIEST, get(HEALING, get(FOLLOWING, damaged))) > NOW_NS;
    }

    /** That time has passed. */
    public static void outlive(RaftCore damaged) {
        set(EARLIEST, get(HEALING, get(FOLLOWING, damaged)), NOW_NS);
    }

    /** Whether a round of a settled leader is young enough for a lease, and belongs to this office. */
    public static boolean isYoung(RaftCore leader, long round) {
        Object rounds = get(SENT_ROUNDS, get(LEADING, leader));
        long[] sentNs = (long[]) get(SENT, rounds);
        return round > number(VOID_ROUND, rounds) && sentNs[(int) (round % sentNs.length)] == NOW_NS;
    }

    /** All rounds of a leader are just too old for a lease. */
    public static void endLeases(RaftCore leader) {
        long[] sentNs = (long[]) get(SENT, get(SENT_ROUNDS, get(LEADING, leader)));
        Arrays.fill(sentNs, NOW_NS - leaseNs(leader));
    }

    /** From this age on a round makes no lease. */
    private static long leaseNs(RaftCore leader) {
        long driftNs = TIMES.electionMinNs() / 1_000 * leader.settings().maxClockDriftPpm() / 1_000;
        return TIMES.electionMinNs() - driftNs - 1;
    }

    /** Whether a follower stays true to its leader; of a settled core. */
    public static boolean isTrueToLeader(RaftCore follower) {
        return number(TRUE_UNTIL, get(ELECTION, follower)) > NOW_NS;
    }

    private void walk(Object object, LogShape shape, StateVector into) throws IllegalAccessException {
        for (Object seen : visited) {
            if (seen == object) {
                return;
            }
        }
        visited.add(object);
        FieldPlan plan = plans.computeIfAbsent(object.getClass(), FieldPlan::new);
        for (FieldPlan.Step step : plan.steps()) {
            Field field = step.field();
            switch (step.rule()) {
                case PLAIN -> into.plain(number(field, object));
                case NAME -> into.name(number(field, object));
                case DIRECTORY -> Groups.writeDirectory(number(field, object), into);
                case RELATIVE -> into.plain(number(field, object) - vaultSequence);
                case TIME -> into.plain(timeless(field, object));
                case GROUP -> writeGroup((Membership) field.get(object), into);
                case SNAPSHOT -> writeSnapshot((SnapshotPosition) field.get(object), into);
                case BALLOT -> writeBallot((Ballot) field.get(object), into);
                case INSIDE -> walk(field.get(object), shape, into);
                case ROUNDS -> writeRounds(field.get(object), into);
                case SEVERAL -> several.add((Object[]) field.get(object));
                case SHAPE -> field.set(object, shape);
                case FOUNDING -> new FoundingInside(field.get(object)).write(core.isQuarantined(), into);
                default -> new ReadsInside(field.get(object)).write(field, object, into);
            }
        }
    }

    /** Only a leader with leases looks at the age of its rounds. */
    private void writeRounds(Object rounds, StateVector into) {
        if (core.role() != Role.LEADER || core.settings().maxClockDriftPpm() == CoreSettings.NO_LEASE) {
            return;
        }
        long voidRound = number(VOID_ROUND, rounds);
        long[] sentNs = (long[]) get(SENT, rounds);
        into.plain(voidRound);
        for (long round = voidRound + 1; round <= roundId(core); round++) {
            int slot = (int) (round % sentNs.length);
            boolean isYoung = nowNs - sentNs[slot] < leaseNs(core);
            sentNs[slot] = isYoung ? NOW_NS : NOW_NS - leaseNs(core);
            into.plain(isYoung ? 1 : 0);
        }
    }

    private static void writeGroup(Membership membership, StateVector into) {
        Groups.write(membership == null ? 0 : Groups.number(membership), into);
    }

    private static void writeSnapshot(SnapshotPosition snapshot, StateVector into) {
        into.plain(snapshot == null ? 0 : snapshot.index()).plain(snapshot == null ? 0 : snapshot.term());
    }

    /** Ordinals are those of the membership in force, which does not change while a member asks for votes. */
    private void writeBallot(Ballot ballot, StateVector into) {
        boolean isAsking = core.role() == Role.PRE_CANDIDATE || core.role() == Role.CANDIDATE;
        long words = isAsking ? ballot.bits() : 0;
        for (int shift = 0; shift <= 48; shift += shift == 20 ? 28 : 20) {
            long members = 0;
            for (int i = 0; i < core.membership().voterCount(); i++) {
                members |= ((words >>> (shift + i)) & 1) << (core.membership().memberId(i) - 1);
            }
            into.bits(members);
        }
    }

    @SuppressWarnings("EnumOrdinal") // lives as long as a run
    private static long number(Field field, Object object) {
        try {
            Class<?> type = field.getType();
            if (type == long.class) {
                return field.getLong(object);
            }
            if (type == int.class) {
                return field.getInt(object);
            }
            if (type == boolean.class) {
                return field.getBoolean(object) ? 1 : 0;
            }
            return ((Enum<?>) field.get(object)).ordinal();
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private long timeless(Field field, Object object) throws IllegalAccessException {
        long ns = field.getLong(object);
        String name = object.getClass().getSimpleName() + "." + field.getName();
        long canonicalNs = switch (name) {
            case "Election.deadlineNs" -> NOW_NS + TIMES.electionMaxNs();
            case "Election.trueUntilNs" -> isLoyal && ns > nowNs ? NOW_NS + TIMES.electionMinNs() : NOW_NS;
            case "Election.doubtEndsNs" -> FAR_NS;
            case "Healing.earliestNs" -> ns > nowNs ? FAR_NS : NOW_NS;
            case "Leading.heartbeatDueNs" -> NOW_NS + TIMES.heartbeatNs();
            case "Transfer.deadlineNs" -> ns == 0 ? 0 : TRANSFER_END_NS;
            case "Election.asksLeftNs",
                    "Leading.forcedNs",
                    "Peer.contactNs",
                    "Peer.progressNs",
                    "SnapshotFeed.sentNs" -> NOW_NS;
            default -> throw new IllegalStateException(name + " is new: decide in CoreFields what it is without time");
        };
        field.setLong(object, canonicalNs);
        return canonicalNs;
    }

    private static void set(Field field, Object object, long value) {
        try {
            field.setLong(object, value);
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Object get(Field field, Object object) {
        try {
            return field.get(object);
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static void setIn(Object object, String name, long value) {
        set(field(object.getClass(), name), object, value);
    }

    static long numberIn(Object object, String name) {
        return number(field(object.getClass(), name), object);
    }

    static long[] numbersIn(Object object, String name) {
        return (long[]) get(field(object.getClass(), name), object);
    }

    static Field field(Class<?> type, String name) {
        try {
            Field field = type.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException missing) {
            throw new IllegalStateException(missing);
        }
    }
}
