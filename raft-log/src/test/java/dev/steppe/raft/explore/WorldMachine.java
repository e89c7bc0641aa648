package dev.steppe.raft.explore;

import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.explore.alike.CoreFields;
import dev.steppe.raft.explore.alike.Fingerprint;
import dev.steppe.raft.explore.alike.Groups;
import dev.steppe.raft.explore.alike.Renaming;
import dev.steppe.raft.explore.alike.StateVector;
import dev.steppe.raft.explore.member.Event;
import dev.steppe.raft.explore.member.Member;
import dev.steppe.raft.explore.member.MemberMachine;
import dev.steppe.raft.explore.member.StepResult;
import dev.steppe.raft.explore.said.Packet;
import dev.steppe.raft.explore.said.RuleBroken;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.FoundingAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Lets events happen to worlds. Each step of a member is made once and remembered. */
final class WorldMachine {
    private final MemberMachine machine;
    private final WorldRules rules;
    private final ResultCache results;
    private final List<History> histories = new ArrayList<>();
    private final List<Fingerprint> historyFingerprints = new ArrayList<>();
    private final Map<History, Integer> historyNumbers = new HashMap<>();
    private final List<Renaming> renamings;
    private final int memberCount;
    private final boolean losesBeats;
    private boolean isTerse;
    private long lookMarks;

    WorldMachine(Bounds bounds, List<Renaming> renamings) {
        this.renamings = renamings;
        memberCount = bounds.memberCount();
        losesBeats = !bounds.areBeatsHeard();
        MemberMachine.Manner manner = new MemberMachine.Manner(
                memberCount,
                bounds.isUntied()
                        ? Groups.untied(Groups.of(bounds.voters(), bounds.learners()))
                        : Groups.of(bounds.voters(), bounds.learners()),
                bounds.isBlank(),
                !bounds.isForcedLate(),
                !bounds.isStoredLate(),
                bounds.isLoyal(),
                bounds.driftPpm());
        machine = new MemberMachine(manner, renamings);
        results = new ResultCache(machine);
        rules = new WorldRules(machine);
        numberOf(History.EMPTY);
    }

    /** From now on the network loses what {@link Bounds#terse} says. */
    void becomeTerse() {
        isTerse = true;
    }

    MemberMachine machine() {
        return machine;
    }

    History history(int number) {
        return histories.get(number);
    }

    /** All members at their very first start, and nothing said. */
    World first() {
        World world = new World(memberCount);
        for (int i = 0; i < memberCount; i++) {
            world.members[i] = machine.fresh(i + 1);
        }
        return world;
    }

    Member member(World world, int memberId) {
        return machine.get(world.members[memberId - 1]);
    }

    /** Whose event it is. */
    int memberOf(int event) {
        return Event.of(event) == Event.DELIVER ? machine.packets().get(event).toMember() : Event.memberOf(event);
    }

    /** What {@code event} does to the member with this number. */
    StepResult result(int member, int event) {
        return results.get(member, event);
    }

    /** The history after {@code event}. Throws what does not hold. */
    int historyAfter(World world, int event, StepResult result) {
        if (result.broken() != null) {
            throw new RuleBroken(result.broken());
        }
        History before = histories.get(world.history);
        History after = rules.historyAfter(before, memberOf(event), event, result);
        return after.equals(before) ? world.history : numberOf(after);
    }

    /** {@code child} becomes {@code world} after {@code event}; false if nothing comes of it. */
    boolean happen(World world, int event, World child) {
        child.set(world);
        return switch (Event.of(event)) {
            case CAMPAIGN -> campaign(event, child);
            case LOOK -> look(event, child);
            default -> change(child, event, true);
        };
    }

    /** Rare things that members came through in all looks. */
    long lookMarks() {
        return lookMarks;
    }

    private boolean change(World world, int event, boolean isHeard) {
        int at = memberOf(event) - 1;
        StepResult result = result(world.members[at], event);
        int history = historyAfter(world, event, result);
        boolean isNew = result.next() != world.members[at] || history != world.history;
        world.members[at] = result.next();
        world.history = history;
        if (result.committed() >= 0) {
            rules.checkCommit(world, at + 1);
        }
        for (int i = 0; isHeard && i < result.sentCount(); i++) {
            int packet = result.sent(i);
            if (!world.hasPacket(packet) && !isLost(packet)) {
                world.addPacket(packet);
                isNew = true;
            }
        }
        return isNew;
    }

    /** Questions and answers before a candidacy in one event; false if it does not come to one. */
    private boolean campaign(int event, World world) {
        int id = Event.memberOf(event);
        int timeout = Event.TIMEOUT.at(id, 0);
        StepResult asked = result(world.members[id - 1], timeout);
        change(world, timeout, false);
        for (int i = 0; i < asked.sentCount(); i++) {
            int voterId = machine.packets().get(asked.sent(i)).toMember();
            if (((Event.argumentOf(event) >>> (voterId - 1)) & 1) != 0) {
                int question = Event.deliver(asked.sent(i));
                StepResult answered = result(world.members[voterId - 1], question);
                change(world, question, false);
                if (answered.sentCount() != 1) {
                    return false;
                }
                change(world, Event.deliver(answered.sent(0)), true);
            }
        }
        return member(world, id).core().role() == Role.CANDIDATE;
    }

    /** A blank member asks one other, which answers at once. */
    private boolean look(int event, World world) {
        int at = Event.memberOf(event) - 1;
        int otherId = Event.argumentOf(event);
        int before = world.members[at];
        int otherBefore = world.members[otherId - 1];
        StepResult asked = result(before, event);
        change(world, event, false);
        for (int i = 0; i < asked.sentCount(); i++) {
            if (machine.packets().get(asked.sent(i)).toMember() == otherId) {
                int question = Event.deliver(asked.sent(i));
                StepResult answered = result(world.members[otherId - 1], question);
                change(world, question, false);
                for (int j = 0; j < answered.sentCount(); j++) {
                    int answer = Event.deliver(answered.sent(j));
                    lookMarks |= result(world.members[at], answer).marks();
                    change(world, answer, true);
                }
            }
        }
        return world.members[at] != before || world.members[otherId - 1] != otherBefore;
    }

    /**
     * Whether a candidate still counts votes that it may have from a former life of this member: after two longest
     * election time-outs it does not.
     */
    boolean isFormerVoteCounted(World world, Member member) {
        for (int i = 0; i < world.packetCount; i++) {
            Packet packet = machine.packets().get(world.packets[i]);
            boolean isFormer =
                    packet.isVote() && packet.fromMember() == member.id() && isOfFormerLife(packet.message(), member);
            if (isFormer) {
                RaftCore candidate = member(world, packet.toMember()).core();
                if (candidate.role() == Role.CANDIDATE && candidate.term() == packet.voteTerm()) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isOfFormerLife(RaftMessage message, Member member) {
        return message.directoryId() != member.core().settings().directoryId()
                || message.incarnation() < member.core().settings().incarnation();
    }

    /**
     * Whether a leader's round that this member has heard is young at the leader: as long as it is, and clocks drift no
     * further than they may, this member has not waited for the shortest election time-out.
     */
    boolean isBoundByLease(World world, Member member) {
        for (int number : world.members) {
            RaftCore leader = machine.get(number).core();
            boolean isHeard = leader.role() == Role.LEADER
                    && leader.term() == member.past().heardTerm()
                    && member.past().heardRound() != 0;
            if (isHeard && CoreFields.isYoung(leader, member.past().heardRound())) {
                return true;
            }
        }
        return false;
    }

    private boolean isLost(int number) {
        RaftMessage message = machine.packets().get(number).message();
        if (message instanceof FoundingAsk) {
            return true; // A look is one event: what is asked beside it never arrives.
        }
        return isTerse
                && ((message instanceof VoteReply reply && !reply.granted())
                        || (losesBeats
                                && message instanceof AppendAsk ask
                                && ask.entryCount() == 0
                                && ask.roundId() != 0));
    }

    /** Throws what does not hold in {@code world}, which has come from an event of {@code memberId}. */
    void check(World world, int memberId) {
        rules.checkAfter(world, histories.get(world.history), memberId);
    }

    Fingerprint historyFingerprint(int number) {
        return historyFingerprints.get(number);
    }

    /** How an event is written in a script. */
    String text(int event) {
        if (Event.of(event) == Event.DELIVER) {
            Packet packet = machine.packets().get(event);
            return "deliver " + packet.text();
        }
        if (Event.of(event) == Event.CAMPAIGN) {
            StringBuilder text = new StringBuilder("campaign " + Event.memberOf(event) + " with");
            for (int id = 1; id <= memberCount; id++) {
                text.append(((Event.argumentOf(event) >>> (id - 1)) & 1) != 0 ? " " + id : "");
            }
            return text.toString();
        }
        if (Event.of(event) == Event.CHANGE) {
            return "change " + Event.memberOf(event) + " " + Groups.text(Event.argumentOf(event));
        }
        return Event.of(event).word() + " " + Event.memberOf(event) + " " + Event.argumentOf(event);
    }

    private int numberOf(History history) {
        Integer known = historyNumbers.get(history);
        if (known != null) {
            return known;
        }
        StateVector vector = new StateVector(renamings).plain(history.proposals());
        vector.plain(history.changes()).plain(history.transfers());
        vector.part(machine.logs().fingerprint(history.committed()));
        history.leaders().forEach(vector::name);
        vector.plain(-7);
        history.readFloors().forEach(vector::plain);
        histories.add(history);
        historyFingerprints.add(vector.fingerprint());
        historyNumbers.put(history, histories.size() - 1);
        return histories.size() - 1;
    }
}
