package dev.steppe.raft.explore.alike;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How each field of a class is read. Whatever is not decided here, or obvious from its type and name, is refused by
 * name: a new field of the core must not be guessed at.
 */
final class FieldPlan {
    /** What a field holds. */
    enum Rule {
        /** A number, a truth, a constant. */
        PLAIN,
        /** The name of a member. */
        NAME,
        /** A directory's number, which tells whose it is. */
        DIRECTORY,
        /** A point in time. */
        TIME,
        /** A number of a term and vote, of which only the distance to the forced one matters. */
        RELATIVE,
        /** Who belongs to the group. */
        GROUP,
        /** A snapshot, perhaps none. */
        SNAPSHOT,
        /** Votes by ordinals, which mean something only while this member asks for votes. */
        BALLOT,
        /** More of the core. */
        INSIDE,
        /** Several things of the core, told apart by what they hold. */
        SEVERAL,
        /** What the core knows of its log; the log itself is compared. */
        SHAPE,
        /** When rounds were sent. */
        ROUNDS,
        /** Waiting reads. */
        READS,
        /** What a blank member has heard of the others. */
        FOUNDING
    }

    record Step(Field field, Rule rule) {}

    /** Never different between two cores of one member and life, or without influence on what a core does. */
    private static final Set<String> LEFT_OUT = Set.of(
            "Standing.settings",
            "Standing.cutCount",
            "Standing.memberships",
            "Standing.electionMinNs",
            "HardState.forcedSequence",
            "Election.chance",
            "Election.roundCount",
            "Election.leaderLossCount",
            "Election.unableCount",
            "RaftCore.emittedChangeCount",
            "Leading.replication",
            "Leading.strangeReplyCount",
            "Followers.ownId",
            "Followers.quorum");

    private static final Map<String, Rule> DECIDED = Map.ofEntries(
            Map.entry("RaftCore.emittedHardSequence", Rule.RELATIVE),
            Map.entry("HardState.sequence", Rule.RELATIVE),
            Map.entry("HardState.healedSequence", Rule.RELATIVE),
            Map.entry("HardState.votedFor", Rule.NAME),
            Map.entry("Standing.leaderId", Rule.NAME),
            Map.entry("Standing.shape", Rule.SHAPE),
            Map.entry("Snapshots.newest", Rule.SNAPSHOT),
            Map.entry("Snapshots.older", Rule.SNAPSHOT),
            Map.entry("Election.ballot", Rule.BALLOT),
            Map.entry("Election.founding", Rule.FOUNDING),
            Map.entry("Reception.fromMember", Rule.NAME),
            Map.entry("Reception.complete", Rule.SNAPSHOT),
            Map.entry("Leading.reads", Rule.READS),
            Map.entry("Leading.sentRounds", Rule.ROUNDS),
            Map.entry("Followers.membership", Rule.GROUP),
            Map.entry("Followers.peers", Rule.SEVERAL),
            Map.entry("Peer.memberId", Rule.NAME),
            Map.entry("PeerLife.directoryId", Rule.DIRECTORY),
            Map.entry("SnapshotFeed.flyingBytes", Rule.PLAIN),
            Map.entry("Transfer.targetId", Rule.NAME));

    private final List<Step> steps = new ArrayList<>();

    FieldPlan(Class<?> type) {
        for (Field field : type.getDeclaredFields()) {
            String name = type.getSimpleName() + "." + field.getName();
            if (!Modifier.isStatic(field.getModifiers()) && !LEFT_OUT.contains(name)) {
                field.setAccessible(true);
                steps.add(new Step(field, ruleOf(name, field)));
            }
        }
    }

    List<Step> steps() {
        return steps;
    }

    private static Rule ruleOf(String name, Field field) {
        Class<?> type = field.getType();
        if (DECIDED.containsKey(name)) {
            return DECIDED.get(name);
        }
        if (type == long.class) {
            return field.getName().endsWith("Ns") ? Rule.TIME : Rule.PLAIN;
        }
        if (type == boolean.class || type.isEnum()) {
            return Rule.PLAIN;
        }
        boolean isOfCore = !type.isArray()
                && (type.getName().startsWith("dev.steppe.raft.core.")
                        || type.getName().startsWith("dev.steppe.raft.quorum."));
        if (isOfCore) {
            return Rule.INSIDE;
        }
        throw new IllegalStateException(name + " is new: decide in FieldPlan how a search should compare it");
    }
}
