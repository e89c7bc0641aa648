package dev.steppe.raft.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.raft.core.RaftCore.Recovered;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftOutput.AppendSource;
import dev.steppe.raft.core.RaftOutput.MembershipVerdict;
import dev.steppe.raft.core.track.MembershipStack;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.quorum.Membership;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A few cores on a stage: disks are instant, and only those messages arrive that the script lets through. Everybody has
 * a clock of its own, so that it is the script that says whose time is up.
 */
final class Scene {
    /** A message on its way, with the memberships that its entries say. */
    record Mail(int from, int to, RaftMessage message, List<Membership> memberships) {}

    /** One core and what stands in its log: per entry the membership that it says, null for any other. */
    static final class Actor {
        final int id;
        final RaftOutput output = new RaftOutput();
        final List<Membership> log = new ArrayList<>();
        RaftCore core;
        long life;
        long nowNs = 10_000;

        Actor(int id) {
            this.id = id;
        }
    }

    private final Map<Integer, Actor> actors = new TreeMap<>();
    private final Deque<Mail> mails = new ArrayDeque<>();
    private Predicate<Mail> passes = mail -> true;

    /** Actors 1 to {@code count}, whose logs begin empty with {@code configured} in force. */
    Scene(int count, Membership configured) {
        for (int id = 1; id <= count; id++) {
            Actor actor = new Actor(id);
            actors.put(id, actor);
            begin(actor, configured, Quarantine.NONE);
        }
    }

    /** A new life with an empty log. */
    private static void begin(Actor actor, Membership configured, Quarantine quarantine) {
        actor.life++;
        actor.log.clear();
        CoreSettings settings =
                new CoreSettings(actor.id, 0, actor.life, OneCore.TIMES, 300_000, CoreSettings.NO_LEASE);
        MembershipStack memberships = new MembershipStack(0, configured);
        Recovered recovered = new Recovered(0, CoreSettings.NOBODY, quarantine, new LogShape(), memberships, null);
        actor.core = new RaftCore(settings, recovered, actor.id, actor.nowNs);
    }

    /** The disk of {@code id} loses all, term and vote as well; it starts anew, knows that, and a long time passes. */
    Scene loses(int id, Membership configured) {
        Actor actor = actors.get(id);
        begin(actor, configured, Quarantine.DAMAGED);
        actor.nowNs += OneCore.TIMES.quarantineNs();
        return this;
    }

    RaftCore core(int id) {
        return actors.get(id).core;
    }

    /** From now on only those hear each other. */
    Scene only(Integer... ids) {
        List<Integer> present = List.of(ids);
        return letPass(mail -> present.contains(mail.from()) && present.contains(mail.to()));
    }

    /** From now on only such mail arrives. */
    Scene letPass(Predicate<Mail> which) {
        passes = which;
        return this;
    }

    /** The time-out of {@code id} comes while the others have just stopped hearing any leader; then everybody talks. */
    Scene timesOut(int id) {
        for (Actor actor : actors.values()) {
            if (actor.core.role() != Role.LEADER) {
                actor.nowNs = Math.max(actor.nowNs, actor.core.nextDeadlineNs() - (actor.id == id ? 0 : 1));
            }
        }
        step(actors.get(id), RaftInput.Passed.TIME, List.of());
        return talk();
    }

    /** A heartbeat of {@code id} is due; then everybody talks. */
    Scene beats(int id) {
        Actor actor = actors.get(id);
        actor.nowNs += OneCore.TIMES.heartbeatNs();
        step(actor, RaftInput.Passed.TIME, List.of());
        return talk();
    }

    /** An operator asks {@code id} for another membership; then everybody talks. */
    MembershipVerdict changes(int id, Membership membership) {
        Actor actor = actors.get(id);
        step(actor, new RaftInput.MembershipAsked(membership), List.of());
        MembershipVerdict verdict = lastMembershipVerdict;
        talk();
        return verdict;
    }

    Scene proposes(int id) {
        step(actors.get(id), new RaftInput.Proposed().set(1, OneCore.ENTRY_BYTES), List.of());
        return talk();
    }

    Scene asks(int id, RaftInput input) {
        step(actors.get(id), input, List.of());
        return talk();
    }

    Scene expectsLeader(int id, long term) {
        assertEquals(Role.LEADER, core(id).role());
        assertEquals(term, core(id).term());
        return this;
    }

    private MembershipVerdict lastMembershipVerdict = MembershipVerdict.NONE;

    private Scene talk() {
        while (!mails.isEmpty()) {
            Mail mail = mails.removeFirst();
            if (passes.test(mail)) {
                RaftInput.Arrived arrived = new RaftInput.Arrived(mail.message());
                if (mail.message() instanceof AppendAsk ask) {
                    for (int i = 0; i < mail.memberships().size(); i++) {
                        if (mail.memberships().get(i) != null) {
                            arrived.with(
                                    ask.prevIndex() + 1 + i, mail.memberships().get(i));
                        }
                    }
                }
                step(actors.get(mail.to()), arrived, mail.memberships());
            }
        }
        return this;
    }

    private void step(Actor actor, RaftInput input, List<Membership> arrived) {
        RaftOutput output = actor.output;
        actor.core.step(input, actor.nowNs, output);
        if (output.membershipVerdict() != MembershipVerdict.NONE) {
            lastMembershipVerdict = output.membershipVerdict();
        }
        if (output.cutFromIndex() != 0) {
            actor.log.subList((int) output.cutFromIndex() - 1, actor.log.size()).clear();
        }
        boolean hasAppended = output.appendSource() != AppendSource.NONE;
        if (hasAppended) {
            for (long index = output.appendFirstIndex(); index <= output.appendLastIndex(); index++) {
                int offset = (int) (index - output.appendFirstIndex()) + output.skipCount();
                actor.log.add(
                        switch (output.appendSource()) {
                            case ARRIVED -> arrived.get(offset);
                            case MEMBERSHIP -> output.appendMembership();
                            default -> null;
                        });
            }
        }
        for (int i = 0; i < output.messageCount(); i++) {
            mails.addLast(mailOf(
                    actor, output.message(i).toMember(), output.message(i).message()));
        }
        long hardSequence = output.hardSequence();
        if (hardSequence != 0) {
            step(actor, new RaftInput.VaultForced(hardSequence), List.of());
        }
        if (hasAppended) {
            step(actor, new RaftInput.Forced().set(actor.log.size(), actor.core.cutCount()), List.of());
        }
    }

    private static Mail mailOf(Actor actor, int toMember, RaftMessage message) {
        if (message instanceof AppendReply reply) {
            return new Mail(actor.id, toMember, new AppendReply().set(reply), List.of());
        }
        if (!(message instanceof AppendAsk ask)) {
            return new Mail(actor.id, toMember, message, List.of());
        }
        List<Membership> said = new ArrayList<>(actor.log.subList((int) ask.prevIndex(), (int) ask.lastIndex()));
        AppendAsk copy = new AppendAsk().set(ask);
        copy.entries(ask.entryTerm(), ask.entryCount(), ask.entryCount() * OneCore.ENTRY_BYTES);
        return new Mail(actor.id, toMember, copy, said);
    }
}
