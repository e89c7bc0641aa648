package dev.steppe.raft.node.consensus;

import dev.steppe.raft.agreement.HashComparison;
import dev.steppe.raft.agreement.HashComparison.Divergence;
import dev.steppe.raft.agreement.HashComparison.Odd;
import dev.steppe.raft.agreement.HashMarks;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.message.RaftMessage.HashReport;
import dev.steppe.raft.message.RaftMessage.HashVerdict;
import dev.steppe.raft.message.RaftMessage.Sender;
import dev.steppe.raft.node.mail.NodeMail;
import org.jspecify.annotations.Nullable;

/**
 * Lets the members compare what their logs made of them ({@code reliability.md} H1): each tells its leader the hash of
 * its state at every mark, the leader tells whoever differs from a majority, and who differs halts. The messages go
 * past the core: they decide nothing in Raft, and one that is lost is made up for by the next mark. Owned by the
 * consensus agent.
 */
public final class StateWitness {
    private final Self self;
    private final Outbox outbox;
    private final HashMarks marks = new HashMarks();
    private final HashComparison.Word word = new HashComparison.Word();
    private HashComparison comparison = new HashComparison();
    private long comparedTerm;
    private long[] incarnations = new long[NodeMail.MEMBER_ID_MAX + 1];

    /** Who this member is. */
    public record Self(int memberId, long directoryId, long incarnation) {
        Sender in(long term) {
            return new Sender(memberId, directoryId, incarnation, term);
        }
    }

    public StateWitness(Self self, Outbox outbox) {
        this.self = self;
        this.outbox = outbox;
    }

    /**
     * The state of this member has the hash {@code hash} at the mark {@code index}.
     *
     * @return why this member must halt; null if it need not
     */
    @Nullable
    public String marked(long index, long hash, RaftCore core) {
        marks.note(index, hash);
        if (core.role() == Role.LEADER) {
            return compare(self.memberId(), index, hash, core);
        }
        // A term leaves only once it is forced; a report that is left out is made good by the next.
        if (core.leaderId() > 0 && core.isHardStateForced()) {
            outbox.say(new HashReport(self.in(core.term()), index, hash), core.leaderId());
        }
        return null;
    }

    /** Another member has told its hash; returns why this one must halt, or null. */
    @Nullable
    String onReport(HashReport report, RaftCore core) {
        boolean isForThisOffice = core.role() == Role.LEADER && report.term() == core.term();
        if (!isForThisOffice
                || !isOfPresentLife(report, core)
                || report.index() < 1
                || !HashMarks.isMark(report.index())) {
            return null;
        }
        incarnations[report.fromMember()] = report.incarnation();
        if (marks.has(report.index())) {
            String sentence = compare(self.memberId(), report.index(), marks.hashAt(report.index()), core);
            if (sentence != null) {
                return sentence;
            }
        }
        return compare(report.fromMember(), report.index(), report.stateHash(), core);
    }

    /** From the directory that may speak for that member, in the life that the core knows; others are not counted. */
    private static boolean isOfPresentLife(HashReport report, RaftCore core) {
        return core.membership().admits(report.fromMember(), report.directoryId())
                && report.incarnation() == core.incarnationOf(report.fromMember());
    }

    /** The leader says that this member differs; returns why it must halt, or null if that is no word of its leader. */
    @Nullable
    String onVerdict(HashVerdict verdict, RaftCore core) {
        boolean isOfLeader = verdict.fromMember() == core.leaderId()
                && verdict.term() == core.term()
                && verdict.askIncarnation() == self.incarnation();
        boolean isOfThisState = marks.has(verdict.index()) && marks.hashAt(verdict.index()) == verdict.reportedHash();
        return isOfLeader && isOfThisState
                ? sentence(verdict.index(), verdict.reportedHash(), verdict.majorityHash())
                : null;
    }

    private @Nullable String compare(int memberId, long index, long hash, RaftCore core) {
        if (comparedTerm != core.term()) {
            comparedTerm = core.term();
            comparison = new HashComparison();
        }
        // One in quarantine is compared with the majority, and is no part of it.
        boolean isVoter = core.membership().isVoter(memberId) && (memberId == self.memberId() || core.counts(memberId));
        int voterCount = core.membership().voterCount();
        Divergence divergence = comparison.take(index, word.set(memberId, isVoter, hash), voterCount);
        return divergence == null ? null : tell(divergence, core);
    }

    private @Nullable String tell(Divergence divergence, RaftCore core) {
        String own = null;
        for (Odd odd : divergence.odd()) {
            if (odd.memberId() == self.memberId()) {
                own = divergence.hasMajority()
                        ? sentence(divergence.index(), odd.hash(), divergence.majorityHash())
                        : "no majority has the same state at entry " + divergence.index() + ", here it has the hash "
                                + Long.toHexString(odd.hash());
            } else if (divergence.hasMajority()) {
                HashVerdict verdict = new HashVerdict(
                        self.in(core.term()),
                        incarnations[odd.memberId()],
                        divergence.index(),
                        divergence.majorityHash(),
                        odd.hash());
                outbox.say(verdict, odd.memberId());
            }
        }
        return own;
    }

    private static String sentence(long index, long ownHash, long majorityHash) {
        return "the state at entry " + index + " has the hash " + Long.toHexString(ownHash)
                + " here, but a majority has " + Long.toHexString(majorityHash)
                + "; this server is not used any more, keep its directory and find out why";
    }
}
