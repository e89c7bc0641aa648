package dev.steppe.raft.explore.member;

import static dev.steppe.raft.explore.said.RuleBroken.check;

import dev.steppe.raft.core.CoreSettings;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.explore.alike.Groups;
import dev.steppe.raft.explore.said.LogTree;
import dev.steppe.raft.explore.said.Packet;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;

/** What must hold inside one member, by the names of spec/reliability.md §2: R2, R6, R7, R8, R10, R12, R13, R14. */
final class LocalRules {
    private final MemberDraft draft;

    LocalRules(MemberDraft draft) {
        this.draft = draft;
    }

    /** Before the disk has seen anything of the step. */
    void afterStep(Role roleBefore, long termBefore, long commitBefore) {
        RaftCore core = draft.core;
        check(core.term() >= termBefore, "R6 the term fell", core.term());
        check(core.commitIndex() >= commitBefore, "R6 the commit index fell", core.commitIndex());
        boolean ledAllAlong = roleBefore == Role.LEADER && core.role() == Role.LEADER;
        check(!ledAllAlong || draft.output.cutFromIndex() == 0, "R2 a leader cut its log in term", core.term());
        boolean mayCut = draft.output.cutFromIndex() == 0 || draft.output.cutFromIndex() > commitBefore;
        check(mayCut, "R8 a committed entry is cut", draft.output.cutFromIndex());
    }

    /** Once the wishes are carried out. */
    void afterWishes() {
        RaftCore core = draft.core;
        LogTree logs = draft.logs;
        int base = draft.disk.files.base();
        check(logs.lastIndex(draft.log) == core.shape().lastIndex(), "core and log differ in length", draft.log);
        check(core.shape().baseIndex() == base, "core and log differ in their base", base);
        int newest = draft.disk.files.newest();
        check(base == 0 || base <= logs.lastIndex(newest), "R12 the log begins behind its snapshot", base);
        for (int index = base; index <= logs.lastIndex(draft.log); index++) {
            boolean isEqual = logs.termAt(draft.log, index) == core.shape().termAt(index);
            check(isEqual, "core and log differ in the term at", index);
        }
        check(core.commitIndex() <= logs.lastIndex(draft.log), "R6 commit beyond the log", core.commitIndex());
        boolean isForced = draft.forced == draft.log || core.forcedIndex() <= logs.agreesUpTo(draft.log, draft.forced);
        check(isForced, "R13 the core takes for forced what the disk lacks", core.forcedIndex());
        boolean isFree = !core.isQuarantined() || core.role() == Role.FOLLOWER;
        check(isFree, "R14 a quarantined member stands in term", core.term());
        boolean isKnown = draft.vault.quarantine() == Quarantine.NONE || core.isQuarantined();
        check(isKnown, "R14 a quarantine ends before that is forced, in term", core.term());
        int group = Groups.number(core.membership());
        check(group == logs.group(draft.log), "R11 the membership in force is not the log's latest", group);
    }

    /** What a leader knows of its followers. */
    static void checkMatches(RaftCore was, RaftCore is, int memberCount) {
        if (is.role() != Role.LEADER) {
            return;
        }
        boolean isSameOffice = was.role() == Role.LEADER && was.term() == is.term();
        for (int id = 1; id <= memberCount; id++) {
            long match = is.matchIndexOf(id);
            check(match < 0 || match < is.nextIndexOf(id), "R10 match not below next", match);
            boolean isSameLife = isSameOffice && was.incarnationOf(id) == is.incarnationOf(id);
            boolean isKnown = match >= 0 && was.matchIndexOf(id) >= 0;
            check(!isSameLife || !isKnown || match >= was.matchIndexOf(id), "R10 the match fell to", match);
        }
    }

    /** A term and vote reaches the vault. */
    void onVault(Member.Hard hard) {
        check(hard.term() >= draft.vault.term(), "R6 the forced term fell", hard.term());
        boolean isSecond = hard.term() == draft.vault.term()
                && draft.vault.votedFor() != CoreSettings.NOBODY
                && draft.vault.votedFor() != hard.votedFor();
        check(!isSecond, "R7 a second vote in term", hard.term());
    }

    /** A message leaves this member. */
    void onLeave(Packet packet) {
        RaftMessage message = packet.message();
        boolean isTermForced = message.term() <= Math.max(draft.vault.term(), draft.logs.lastTerm(draft.forced));
        check(isTermForced, "R13 a term leaves before it is forced", message.term());
        if (message instanceof AppendReply reply && reply.accepted()) {
            boolean isHere = draft.logs.agreesUpTo(draft.log, draft.forced) >= reply.matchIndex();
            check(isHere, "R13 an acknowledgement leaves before the force of", reply.matchIndex());
        }
        if (draft.vault.quarantine() != Quarantine.NONE) {
            boolean isVote = message instanceof VoteReply reply && reply.granted();
            boolean counts = message instanceof AppendReply reply && reply.counts();
            boolean isCandidate = message instanceof VoteAsk;
            check(!isVote && !counts && !isCandidate, "R14 a quarantined member takes part in term", message.term());
        }
        if (packet.isVote()) {
            boolean isForced = draft.vault.term() > packet.voteTerm()
                    || (draft.vault.term() == packet.voteTerm() && draft.vault.votedFor() == packet.toMember());
            check(isForced, "R13 a vote leaves before it is forced, of term", packet.voteTerm());
        }
    }
}
