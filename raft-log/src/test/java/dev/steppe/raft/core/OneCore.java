package dev.steppe.raft.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.raft.core.CoreSettings.Times;
import dev.steppe.raft.core.RaftCore.Recovered;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftOutput.Outgoing;
import dev.steppe.raft.core.track.MembershipStack;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.core.track.SnapshotPosition;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.Sender;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.quorum.Membership.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Member 1 of a group of voters, at the hands of an example: what it is told, and what it then wishes. */
final class OneCore {
    static final Times TIMES = new Times(100, 1_000, 2_000);
    static final long LIFE = 11;
    static final int ENTRY_BYTES = 1_000;
    static final long DIRECTORY = 100;
    /** Two whole pieces and a bit, in a core with a window of 300,000 bytes. */
    static final long SNAPSHOT_BYTES = 160_000;

    final RaftOutput output = new RaftOutput();
    final RaftCore core;
    private final int voterCount;
    long nowNs = 10_000;

    /** One of voters that are tied to no directory, but for itself; terms of the entries in the log, from index 1. */
    OneCore(int voterCount, long term, long... entryTerms) {
        this(voters(voterCount).pinned(1, DIRECTORY), Quarantine.NONE, CoreSettings.NO_LEASE, term, entryTerms);
    }

    /** As the others, under any membership, in any state of health, with or without leases; its directory is 100. */
    OneCore(Membership membership, Quarantine quarantine, int maxClockDriftPpm, long term, long... entryTerms) {
        this(
                maxClockDriftPpm,
                new Recovered(
                        term,
                        CoreSettings.NOBODY,
                        quarantine,
                        shape(new LogShape(), entryTerms),
                        new MembershipStack(0, membership),
                        null));
    }

    private OneCore(int maxClockDriftPpm, Recovered recovered) {
        this(TIMES, maxClockDriftPpm, recovered);
    }

    private OneCore(Times times, int maxClockDriftPpm, Recovered recovered) {
        voterCount = recovered.memberships().latest().voterCount();
        CoreSettings settings = new CoreSettings(1, DIRECTORY, LIFE, times, 300_000, maxClockDriftPpm);
        core = new RaftCore(settings, recovered, 5, nowNs);
    }

    /** One of three with an empty log and other time-outs, with leases. */
    static OneCore timed(Times times, Quarantine quarantine) {
        MembershipStack memberships = new MembershipStack(0, voters(3).pinned(1, DIRECTORY));
        return new OneCore(
                times, 0, new Recovered(0, CoreSettings.NOBODY, quarantine, new LogShape(), memberships, null));
    }

    /** One of three whose log begins behind a snapshot of term {@code baseTerm}. */
    static OneCore behindSnapshot(long baseIndex, long baseTerm, long term, long... entryTerms) {
        Membership three = voters(3).pinned(1, DIRECTORY);
        SnapshotPosition snapshot = new SnapshotPosition(baseIndex, baseTerm, SNAPSHOT_BYTES, three);
        LogShape shape = shape(new LogShape(LogShape.STRIDE_BYTES, baseIndex, baseTerm), entryTerms);
        MembershipStack memberships = new MembershipStack(baseIndex, three);
        Recovered recovered = new Recovered(term, CoreSettings.NOBODY, Quarantine.NONE, shape, memberships, snapshot);
        return new OneCore(CoreSettings.NO_LEASE, recovered);
    }

    private static LogShape shape(LogShape shape, long... entryTerms) {
        for (long entryTerm : entryTerms) {
            shape.append(entryTerm, 1, ENTRY_BYTES);
        }
        return shape;
    }

    /** Members 1 to {@code count}, all voters, none pinned. */
    static Membership voters(int count) {
        return Membership.of(
                IntStream.rangeClosed(1, count).mapToObj(OneCore::server).toList(), List.of());
    }

    static Server server(int memberId) {
        return new Server(memberId, 0, "host" + memberId, 9_000);
    }

    OneCore step(RaftInput input) {
        core.step(input, nowNs, output);
        return this;
    }

    OneCore hears(RaftMessage message) {
        return step(new RaftInput.Arrived(message));
    }

    OneCore passes(long durationNs) {
        nowNs += durationNs;
        return step(RaftInput.Passed.TIME);
    }

    OneCore forcesVault() {
        return step(new RaftInput.VaultForced(output.hardSequence()));
    }

    OneCore forces(long index) {
        return step(new RaftInput.Forced().set(index, core.cutCount()));
    }

    OneCore proposes(int entryCount) {
        return step(new RaftInput.Proposed().set(entryCount, entryCount * ENTRY_BYTES));
    }

    /** Becomes a candidate whose own vote is forced. */
    OneCore standsForElection() {
        passes(TIMES.electionMaxNs());
        assertEquals(Role.PRE_CANDIDATE, core.role());
        VoteAsk ask = (VoteAsk) messageTo(2);
        for (int id = 2; id <= majority(); id++) {
            hears(reply(id, core.term(), LIFE, ask.ballotId(), true));
        }
        assertEquals(Role.CANDIDATE, core.role());
        return this;
    }

    /** Wins an election; the empty entry of the term is stored, not forced. */
    OneCore leads() {
        standsForElection();
        VoteAsk ask = (VoteAsk) messageTo(2);
        forcesVault();
        for (int id = 2; id <= majority(); id++) {
            hears(reply(id, core.term(), LIFE, ask.ballotId(), true));
        }
        assertEquals(Role.LEADER, core.role());
        return this;
    }

    /** Wins an election and has its empty entry committed by member 2. */
    OneCore leadsAndHasCommitted() {
        leads();
        long last = core.shape().lastIndex();
        forces(last);
        for (int id = 2; id <= majority(); id++) {
            hears(agreed(id, last, last));
        }
        assertEquals(last, core.commitIndex());
        return this;
    }

    /** Asks for another membership. */
    OneCore changes(Membership membership) {
        return step(new RaftInput.MembershipAsked(membership));
    }

    /** Everything in the log is forced here and at those members. */
    OneCore allHave(int... memberIds) {
        long last = core.shape().lastIndex();
        forces(last);
        for (int memberId : memberIds) {
            hears(agreed(memberId, last, last));
        }
        return this;
    }

    /** A heartbeat passes, and those answer it with all that the log has. */
    OneCore beats(int... memberIds) {
        passes(TIMES.heartbeatNs());
        long round = 0;
        for (int i = 0; i < output.messageCount(); i++) {
            if (output.message(i).message() instanceof AppendAsk ask) {
                round = Math.max(round, ask.roundId());
            }
        }
        long last = core.shape().lastIndex();
        for (int memberId : memberIds) {
            hears(agreedInRound(memberId, last, round));
        }
        return this;
    }

    private int majority() {
        return voterCount / 2 + 1;
    }

    AppendReply agreed(int fromMember, long matchIndex, long storedIndex) {
        return new AppendReply().from(fromMember, 0, 7, core.term(), LIFE).accepting(matchIndex, storedIndex);
    }

    AppendReply agreedInRound(int fromMember, long matchIndex, long roundId) {
        return agreed(fromMember, matchIndex, matchIndex).round(roundId);
    }

    static AppendAsk append(int fromMember, long term, long prevIndex, long prevTerm) {
        return new AppendAsk().from(fromMember, 0, 7, term).after(prevIndex, prevTerm, 0);
    }

    static AppendAsk withEntries(AppendAsk ask, long entryTerm, int count) {
        return ask.entries(entryTerm, count, count * ENTRY_BYTES);
    }

    static VoteAsk voteAsk(int fromMember, long term, boolean preVote, long lastIndex, long lastTerm) {
        return new VoteAsk(new Sender(fromMember, 0, 7, term), preVote, false, 1, lastIndex, lastTerm);
    }

    static VoteReply reply(int fromMember, long term, long askIncarnation, long ballotId, boolean granted) {
        return new VoteReply(new Sender(fromMember, 0, 7, term), askIncarnation, ballotId, granted, false);
    }

    /** The only message, which must be for this member. */
    RaftMessage onlyMessage() {
        assertEquals(1, output.messageCount());
        return output.message(0).message();
    }

    Outgoing outgoingTo(int toMember) {
        for (int i = 0; i < output.messageCount(); i++) {
            if (output.message(i).toMember() == toMember) {
                return output.message(i);
            }
        }
        throw new AssertionError("nothing for member " + toMember);
    }

    /** What of that kind goes to a member; null if there is nothing. */
    <M extends RaftMessage> M letterTo(int toMember, Class<M> kind) {
        for (int i = 0; i < output.messageCount(); i++) {
            RaftMessage message = output.message(i).message();
            if (output.message(i).toMember() == toMember && kind.isInstance(message)) {
                return kind.cast(message);
            }
        }
        return null;
    }

    RaftMessage messageTo(int toMember) {
        return outgoingTo(toMember).message();
    }

    List<AppendAsk> appendsTo(int toMember) {
        List<AppendAsk> found = new ArrayList<>();
        for (int i = 0; i < output.messageCount(); i++) {
            if (output.message(i).toMember() == toMember && output.message(i).message() instanceof AppendAsk ask) {
                found.add(new AppendAsk().set(ask));
            }
        }
        return found;
    }

    boolean granted() {
        return ((VoteReply) onlyMessage()).granted();
    }
}
