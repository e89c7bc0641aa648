package dev.steppe.raft.core;

import dev.steppe.base.Invariant;
import dev.steppe.raft.core.RaftOutput.ProposalVerdict;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;

/**
 * One member's Raft: one way in, one way out. Owned by the consensus agent.
 *
 * <p>Four parts share one {@link Standing}: {@link Election} gives and asks for votes, {@link Following} takes a
 * leader's entries, {@link Leading} feeds followers and commits, {@link Reads} (inside Leading) waits for
 * confirmations. After each input the core looks whether its role has changed and begins or ends a leadership; then
 * whatever is due by time is done; then a leader sends. An input is looked at before the time, so that a leader's
 * message which waited while the process was paused still counts against the election time-out.
 *
 * <p>What always holds: {@code commitIndex <= lastIndex}, {@code forcedIndex <= lastIndex}, {@code matchIndex <
 * nextIndex} for every follower; term and commit index never fall; one vote per term; a committed entry is never cut. A
 * message never reaches a peer before the term that it names is forced here, and an agreement never before the entries
 * that it names are.
 *
 * <p>Not here, and not pretended: snapshots, changes of membership, learners, transfer of leadership.
 *
 * <ol>
 *   <li>Ongaro, Ousterhout: In Search of an Understandable Consensus Algorithm (extended version), 2014.
 *   <li>Ongaro: Consensus: Bridging Theory and Practice, thesis, 2014: §4.2.3 disruption, §6.4 reads, §9.6 pre-vote,
 *       §10.2 writing to the leader's disk in parallel.
 *   <li>Howard, Abraham: Raft does not guarantee liveness in the face of network faults, 2020 (check-quorum).
 * </ol>
 */
public final class RaftCore {
    /** What a voter can be in a term. */
    public enum Role {
        FOLLOWER,
        PRE_CANDIDATE,
        CANDIDATE,
        LEADER
    }

    private final Standing standing;
    private final Election election;
    private final Following following;
    private final Leading leading;
    private long emittedHardSequence;
    private long emittedCommitIndex;

    /**
     * A follower as its disk remembers it.
     *
     * @param settings what never changes
     * @param term last forced term, not below that of the last entry; 0 at the very first start
     * @param votedFor vote given in that term, or {@link CoreSettings#NOBODY}
     * @param shape of the recovered log, all of it forced; the core owns it from now on
     * @param seed for the time-outs; must differ between members
     * @param nowNs not negative, from any origin; every later step has a time that is not earlier
     */
    public RaftCore(CoreSettings settings, long term, int votedFor, LogShape shape, long seed, long nowNs) {
        standing = new Standing(settings, term, votedFor, shape);
        election = new Election(standing, seed, nowNs);
        following = new Following(standing, election);
        leading = new Leading(standing);
    }

    private RaftCore(RaftCore other) {
        standing = other.standing.copy();
        election = other.election.copy(standing);
        following = other.following.copy(standing, election);
        leading = other.leading.copy(standing);
        emittedHardSequence = other.emittedHardSequence;
        emittedCommitIndex = other.emittedCommitIndex;
    }

    /** An independent core in the same state. */
    public RaftCore copy() {
        return new RaftCore(this);
    }

    /** Hash of the whole state, deadlines included; equal for equal states. */
    public long stateHash() {
        long folded = Standing.fold(Standing.fold(standing.fold(0), emittedHardSequence), emittedCommitIndex);
        return leading.fold(following.fold(election.fold(folded)));
    }

    /**
     * One move: takes {@code input} at {@code nowNs} and leaves all wishes in {@code output}, which it empties first.
     */
    public void step(RaftInput input, long nowNs, RaftOutput output) {
        output.clear();
        Role roleBefore = standing.role();
        long termBefore = standing.term();
        int leaderBefore = standing.leaderId();
        take(input, nowNs, output);
        settle(roleBefore, termBefore, nowNs, output);
        expire(nowNs, output);
        if (standing.role() == Role.LEADER) {
            leading.send(nowNs, output);
        }
        if (roleBefore != standing.role() || termBefore != standing.term() || leaderBefore != standing.leaderId()) {
            output.noteRoleChange();
        }
        emit(output);
    }

    /** When to step again, with {@link RaftInput.Passed}, if nothing arrives before; in the time of {@code step}. */
    public long nextDeadlineNs() {
        return standing.role() == Role.LEADER ? leading.nextDeadlineNs() : election.deadlineNs();
    }

    /** Current role. */
    public Role role() {
        return standing.role();
    }

    /** Current term. */
    public long term() {
        return standing.term();
    }

    /** Vote given in the current term, or {@link CoreSettings#NOBODY}. */
    public int votedFor() {
        return standing.votedFor();
    }

    /** Leader of the current term as far as known, or {@link CoreSettings#NOBODY}. */
    public int leaderId() {
        return standing.leaderId();
    }

    /** What the core knows of its log; read only. */
    public LogShape shape() {
        return standing.shape;
    }

    /** Last entry that is forced here. */
    public long forcedIndex() {
        return standing.forcedIndex();
    }

    /** Last entry that is known here to be committed. */
    public long commitIndex() {
        return standing.commitIndex();
    }

    /** How many cuts of the log were wished so far; a notice of the log repeats it. */
    public long cutCount() {
        return standing.cutCount();
    }

    /** Forced there as far as this leader knows; only while leading. */
    public long matchIndexOf(int ordinal) {
        return leading.matchIndexOf(ordinal);
    }

    /** First entry to send there next; only while leading. */
    public long nextIndexOf(int ordinal) {
        return leading.nextIndexOf(ordinal);
    }

    /** How many rounds of votes this member has begun, pre-votes included. */
    public long electionCount() {
        return election.roundCount();
    }

    /** How often this member stopped hearing a leader that it followed. */
    public long leaderLossCount() {
        return election.leaderLossCount();
    }

    private void take(RaftInput input, long nowNs, RaftOutput output) {
        if (input instanceof RaftInput.Arrived arrived) {
            arrive(arrived.message(), nowNs, output);
        } else if (input instanceof RaftInput.Forced forced) {
            onForced(forced, nowNs, output);
        } else if (input instanceof RaftInput.Proposed proposed) {
            onProposed(proposed, nowNs, output);
        } else if (input instanceof RaftInput.ReadAsked asked) {
            onReadAsked(asked.readId(), output);
        } else if (input instanceof RaftInput.VaultForced vault) {
            standing.vaultForced(vault.hardSequence());
            election.onVaultForced(nowNs, output);
        }
    }

    private void arrive(RaftMessage message, long nowNs, RaftOutput output) {
        boolean fromOtherVoter = standing.settings.voters().ordinalOf(message.fromMember()) >= 0
                && message.fromMember() != standing.settings.memberId();
        if (!fromOtherVoter) {
            return;
        }
        if (message instanceof VoteAsk ask) {
            // Says a later term only if a vote may be given for it: whoever hears a leader stays where it is.
            election.onVoteAsk(ask, nowNs, output);
            return;
        }
        if (message.term() > standing.term()) {
            standing.enterTerm(message.term());
        }
        if (message instanceof AppendAsk ask) {
            following.onAppendAsk(ask, nowNs, output);
        } else if (message instanceof AppendReply reply) {
            boolean forThisOffice = standing.role() == Role.LEADER
                    && reply.term() == standing.term()
                    && reply.askIncarnation() == standing.settings.incarnation();
            if (forThisOffice) {
                leading.onAppendReply(reply, nowNs);
            }
        } else if (message instanceof VoteReply reply) {
            election.onVoteReply(reply, nowNs, output);
        }
    }

    private void onForced(RaftInput.Forced forced, long nowNs, RaftOutput output) {
        if (!standing.forced(forced.forcedIndex(), forced.cutCount())) {
            return;
        }
        if (standing.role() == Role.LEADER) {
            leading.onForced(nowNs);
        } else {
            following.onForced(output);
        }
    }

    private void onProposed(RaftInput.Proposed proposed, long nowNs, RaftOutput output) {
        if (standing.role() == Role.LEADER) {
            leading.onProposed(proposed, nowNs, output);
            output.proposal(ProposalVerdict.ACCEPTED);
        } else {
            output.proposal(ProposalVerdict.NOT_LEADER);
        }
    }

    private void onReadAsked(long readId, RaftOutput output) {
        if (standing.role() == Role.LEADER) {
            leading.onReadAsked(readId, output);
        } else {
            output.read(readId, -1);
        }
    }

    private void expire(long nowNs, RaftOutput output) {
        Role roleBefore = standing.role();
        long termBefore = standing.term();
        if (roleBefore == Role.LEADER) {
            leading.expire(nowNs);
        } else {
            election.expire(nowNs, output);
        }
        settle(roleBefore, termBefore, nowNs, output);
    }

    /** Begins or ends a leadership if the role says so. */
    private void settle(Role roleBefore, long termBefore, long nowNs, RaftOutput output) {
        boolean wasLeader = roleBefore == Role.LEADER;
        boolean isLeader = standing.role() == Role.LEADER;
        if (wasLeader && isLeader && termBefore != standing.term()) {
            throw Invariant.broken("led two terms in one step: first, second", termBefore, standing.term());
        }
        if (wasLeader && !isLeader) {
            leading.end(output);
            election.restartTimer(nowNs);
        } else if (!wasLeader && isLeader) {
            leading.begin(nowNs, output);
        }
    }

    private void emit(RaftOutput output) {
        if (standing.hardSequence() != emittedHardSequence) {
            emittedHardSequence = standing.hardSequence();
            output.hardState(emittedHardSequence, standing.term(), standing.votedFor());
        }
        if (standing.commitIndex() != emittedCommitIndex) {
            emittedCommitIndex = standing.commitIndex();
            output.applyUpTo(emittedCommitIndex);
        }
    }
}
