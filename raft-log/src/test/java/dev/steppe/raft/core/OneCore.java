package dev.steppe.raft.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.raft.core.CoreSettings.Times;
import dev.steppe.raft.core.RaftCore.Recovered;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftOutput.Outgoing;
import dev.steppe.raft.core.track.MembershipStack;
import dev.steppe.raft.core.track.Quarantine;
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

    final RaftOutput output = new RaftOutput();
    final RaftCore core;
    private final int voterCount;
    long nowNs = 10_000;

    /** Terms of the entries in the log, from index 1. */
    OneCore(int voterCount, long term, long... entryTerms) {
        this.voterCount = voterCount;
        LogShape shape = new LogShape();
        for (long entryTerm : entryTerms) {
            shape.append(entryTerm, 1, ENTRY_BYTES);
        }
        CoreSettings settings = new CoreSettings(1, 0, LIFE, TIMES, 300_000, CoreSettings.NO_LEASE);
        MembershipStack memberships = new MembershipStack(0, voters(voterCount));
        Recovered recovered = new Recovered(term, CoreSettings.NOBODY, Quarantine.NONE, shape, memberships, null);
        core = new RaftCore(settings, recovered, 5, nowNs);
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
