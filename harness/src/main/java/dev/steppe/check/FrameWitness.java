package dev.steppe.check;

import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.log.RaftLog;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.log.vault.Quarantine;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.TimeoutNow;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;
import dev.steppe.raft.message.RaftMessageDecoder;
import dev.steppe.raft.node.NodeInspection;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.memory.FrameTap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.agrona.DirectBuffer;

/**
 * R13 and R14: looks at every frame as it leaves and asks whether what it says is on the speaker's disk, and whether
 * the speaker may be counted. U9: whether who asks past a leader was told to by that leader.
 */
final class FrameWitness implements FrameTap {
    private final RaftMessageDecoder decoder;
    private final List<MemberHistory> members;
    /**
     * Rounds of votes, by who asks, in which life, under which number; those that are real and not asked in advance.
     */
    private final Map<Ballot, Long> realBallots = new TreeMap<>();
    /** The last candidacy of each member: an ask may leave when it is over, and the membership another. */
    private final Map<Integer, Candidacy> candidacies = new TreeMap<>();
    /** The terms in which a leader told a member to stand, by that member. */
    private final Map<Integer, Set<Long>> calls = new TreeMap<>();

    private record Candidacy(long incarnation, long term, boolean asVoter) {}

    private record Ballot(int member, long incarnation, long ballotId) implements Comparable<Ballot> {
        @Override
        public int compareTo(Ballot other) {
            int order = Integer.compare(member, other.member);
            order = order != 0 ? order : Long.compare(incarnation, other.incarnation);
            return order != 0 ? order : Long.compare(ballotId, other.ballotId);
        }
    }

    FrameWitness(long clusterId, List<MemberHistory> members) {
        decoder = new RaftMessageDecoder(clusterId, RecordLayout.HEADER_BYTES);
        this.members = members;
    }

    /** To be called whenever the member may have begun a candidacy. */
    void lookAt(MemberHistory member, RaftCore core) {
        Candidacy last = candidacies.get(member.memberId);
        long incarnation = core.settings().incarnation();
        boolean isNew = last == null || last.term() != core.term() || last.incarnation() != incarnation;
        if (core.role() == Role.CANDIDATE && isNew) {
            boolean asVoter =
                    core.membership().isVoter(member.memberId, core.settings().directoryId());
            candidacies.put(member.memberId, new Candidacy(incarnation, core.term(), asVoter));
        }
    }

    /** The member has a new disk, on which its lives are counted anew. */
    void wiped(int memberId) {
        candidacies.remove(memberId);
    }

    @Override
    public void sent(PeerIdentity from, PeerIdentity to, DirectBuffer buffer, int offset, int length) {
        if (decoder.decode(buffer, offset, length) != RaftMessageDecoder.Verdict.DECODED) {
            throw new InvariantViolated("R13", "member " + from.memberId() + " sends what no member can read");
        }
        MemberHistory member = members.get((int) from.memberId() - 1);
        NodeInspection speaker = member.inspection;
        if (speaker == null) {
            throw new InvariantViolated("R13", "member " + from.memberId() + " is dead and speaks");
        }
        RaftMessage message = decoder.message();
        member.directoryId = message.directoryId();
        lookAt(member, speaker.core());
        check(member, speaker, message, (int) to.memberId());
        if (message instanceof TimeoutNow call) {
            calls.computeIfAbsent((int) to.memberId(), id -> new TreeSet<>()).add(call.term());
        } else if (message instanceof VoteAsk ask && ask.transfer()) {
            checkCalled(ask);
        }
        Quarantine onDisk = speaker.vault().quarantine();
        if (speaker.core().isQuarantined() || onDisk == Quarantine.DAMAGED || onDisk == Quarantine.DOUBTFUL) {
            checkQuarantined(member, message);
        }
    }

    private void check(MemberHistory member, NodeInspection speaker, RaftMessage message, int toMember) {
        long durableTerm = Math.max(speaker.vault().term(), durableLogTerm(speaker.log()));
        InvariantViolated.unless(
                message.term() <= durableTerm,
                "R13",
                "a term left before it was forced: member, said, forced",
                member.memberId,
                message.term(),
                durableTerm);
        if (message instanceof AppendReply reply) {
            InvariantViolated.unless(
                    reply.matchIndex() <= speaker.log().forcedIndex(),
                    "R13",
                    "an acknowledgement left before its force: member, said, forced",
                    member.memberId,
                    reply.matchIndex(),
                    speaker.log().forcedIndex());
        } else if (message instanceof VoteAsk ask && !ask.preVote()) {
            realBallots.put(new Ballot(ask.fromMember(), ask.incarnation(), ask.ballotId()), ask.term());
            // Whom a membership that is not committed leaves out asks without a vote of its own.
            if (new Candidacy(ask.incarnation(), ask.term(), true).equals(candidacies.get(ask.fromMember()))) {
                voted(member, speaker, ask.term(), ask.fromMember());
            }
        } else if (message instanceof VoteReply reply && reply.granted()) {
            Long term = realBallots.get(new Ballot(toMember, reply.askIncarnation(), reply.ballotId()));
            if (term != null) {
                voted(member, speaker, term, toMember);
            }
        }
    }

    private void checkCalled(VoteAsk ask) {
        InvariantViolated.unless(
                !ask.preVote() && calls.getOrDefault(ask.fromMember(), Set.of()).contains(ask.term() - 1),
                "U9",
                "asks past a leader that never told it to stand: member, term",
                ask.fromMember(),
                ask.term());
    }

    private static void checkQuarantined(MemberHistory member, RaftMessage message) {
        boolean counts = (message instanceof AppendReply reply && reply.counts())
                || (message instanceof VoteReply vote && vote.granted())
                || message instanceof VoteAsk;
        InvariantViolated.unless(
                !counts, "R14", "a quarantined member counts: member, term", member.memberId, message.term());
    }

    private static void voted(MemberHistory member, NodeInspection speaker, long term, int candidate) {
        member.noteVote(term, candidate);
        boolean isForced = speaker.vault().term() > term
                || (speaker.vault().term() == term && speaker.vault().votedFor() == candidate);
        InvariantViolated.unless(
                isForced,
                "R13",
                "a vote left before it was forced: member, term, candidate",
                member.memberId,
                term,
                candidate);
    }

    private static long durableLogTerm(RaftLog log) {
        return log.forcedIndex() == 0 ? 0 : log.termAt(log.forcedIndex());
    }
}
