package dev.steppe.raft.explore.member;

import dev.steppe.raft.core.CoreSettings;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftInput;
import dev.steppe.raft.core.RaftOutput;
import dev.steppe.raft.core.RaftOutput.AppendSource;
import dev.steppe.raft.core.RaftOutput.MembershipVerdict;
import dev.steppe.raft.core.RaftOutput.Outgoing;
import dev.steppe.raft.core.RaftOutput.ProposalVerdict;
import dev.steppe.raft.core.RaftOutput.TransferEnd;
import dev.steppe.raft.core.RaftOutput.TransferVerdict;
import dev.steppe.raft.core.track.MembershipStack;
import dev.steppe.raft.core.track.SnapshotPosition;
import dev.steppe.raft.explore.alike.CoreFields;
import dev.steppe.raft.explore.alike.Groups;
import dev.steppe.raft.explore.said.LogTree;
import dev.steppe.raft.explore.said.Packet;
import dev.steppe.raft.explore.said.Packets;
import dev.steppe.raft.explore.said.RuleBroken;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.IntArrayList;

/** A member while an event happens to it: carries out what its core wishes, as a shell does. Reused for every event. */
final class MemberDraft {
    static final int NO_OP = 0;
    static final int COMMAND = 1;

    final LogTree logs;
    final Packets packets;
    final Groups groups;
    final SnapshotDisk disk = new SnapshotDisk(this);
    final List<Member.Hard> waiting = new ArrayList<>();
    final List<Member.Held> held = new ArrayList<>();
    final Answers answers = new Answers();
    final RaftOutput output = new RaftOutput();
    Member before;
    int life;
    RaftCore core;
    int log;
    int forced;
    Member.Hard vault;
    Member.Notice notice;
    Member.Past past;
    /** What the core wished to say in this event, whether it has left or waits. */
    final IntArrayList wished = new IntArrayList();

    long steppedNs;
    private final LocalRules rules;

    /** What the world learns of an event. */
    static final class Answers {
        final IntArrayList sent = new IntArrayList();
        long leaderTerm;
        boolean isAccepted;
        int readId;
        long readIndex;
        MembershipVerdict change;
        TransferVerdict transfer;
        TransferEnd transferEnd;
        ProposalVerdict proposal;
        long marks;

        void clear() {
            sent.clear();
            leaderTerm = 0;
            isAccepted = false;
            readId = 0;
            readIndex = StepResult.NO_READ;
            change = MembershipVerdict.NONE;
            transfer = TransferVerdict.NONE;
            transferEnd = TransferEnd.NONE;
            proposal = ProposalVerdict.NONE;
            marks = 0;
        }
    }

    MemberDraft(LogTree logs, Packets packets, Groups groups) {
        this.logs = logs;
        this.packets = packets;
        this.groups = groups;
        rules = new LocalRules(this);
    }

    /** Takes up a member; its core is copied. */
    void take(Member member) {
        before = member;
        life = member.life();
        core = member.core().copy();
        log = member.log();
        forced = member.forced();
        vault = member.vault();
        disk.files = member.files();
        notice = member.notice();
        past = member.past();
        wished.clear();
        waiting.clear();
        waiting.addAll(member.waiting());
        held.clear();
        held.addAll(member.held());
        steppedNs = CoreFields.NOW_NS;
        answers.clear();
    }

    void mark(Mark mark) {
        answers.marks |= mark.bit();
    }

    void step(RaftInput input) {
        step(input, CoreFields.NOW_NS, null, 0);
    }

    /** One step of the core, and everything that it wishes. */
    void step(RaftInput input, long nowNs, Packet packet, long proposedValue) {
        Role roleBefore = core.role();
        long termBefore = core.term();
        long commitBefore = core.commitIndex();
        core.step(input, nowNs, output);
        steppedNs = nowNs;
        rules.afterStep(roleBefore, termBefore, commitBefore);
        boolean isNewLeader = core.role() == Role.LEADER && (roleBefore != Role.LEADER || termBefore != core.term());
        answers.leaderTerm = isNewLeader ? core.term() : answers.leaderTerm;
        note();
        perform(packet, proposedValue);
        rules.afterWishes();
    }

    private void note() {
        answers.isAccepted |= output.proposalVerdict() == ProposalVerdict.ACCEPTED;
        if (output.readCount() > 0) {
            answers.readId = (int) output.readId(0);
            answers.readIndex = output.readIndex(0);
        }
        if (output.proposalVerdict() != ProposalVerdict.NONE) {
            answers.proposal = output.proposalVerdict();
        }
        if (output.membershipVerdict() != MembershipVerdict.NONE) {
            answers.change = output.membershipVerdict();
        }
        if (output.transferVerdict() != TransferVerdict.NONE) {
            answers.transfer = output.transferVerdict();
        }
        if (output.transferEnd() != TransferEnd.NONE) {
            RuleBroken.check(answers.transferEnd == TransferEnd.NONE, "U9 a transfer ends twice", core.term());
            answers.transferEnd = output.transferEnd();
        }
    }

    private void perform(Packet packet, long proposedValue) {
        if (output.hardSequence() != 0) {
            waiting.add(new Member.Hard(
                    output.hardSequence(), output.hardTerm(), output.hardVotedFor(), output.hardQuarantine()));
        }
        if (output.cutFromIndex() != 0) {
            cut();
        }
        for (long index = output.appendFirstIndex();
                output.appendSource() != AppendSource.NONE && index <= output.appendLastIndex();
                index++) {
            append(index, packet, proposedValue);
        }
        disk.perform(packet);
        boolean asksForVote = packet != null && packet.message() instanceof VoteAsk ask && !ask.preVote();
        for (int i = 0; i < output.messageCount(); i++) {
            Outgoing outgoing = output.message(i);
            int number = packets.numberOf(outgoing, log, disk.files.snapshots(), asksForVote);
            wished.addInt(number);
            hold(new Member.Held(number, outgoing.afterVault(), outgoing.afterForced()));
        }
        release();
    }

    /** A message that will leave anyway need not wait a second time: on its way it can arrive twice. */
    private void hold(Member.Held late) {
        for (Member.Held one : held) {
            boolean leavesFirst = one.afterVault() <= late.afterVault() && one.afterForced() <= late.afterForced();
            if (one.packet() == late.packet() && leavesFirst) {
                return;
            }
        }
        held.add(late);
    }

    private void cut() {
        int kept = logs.prefix(log, output.cutFromIndex() - 1);
        if (logs.lastIndex(log) - logs.lastIndex(kept) >= 2) {
            mark(Mark.CUT_OF_TWO);
        }
        if (logs.agreesUpTo(log, forced) > logs.lastIndex(kept)) {
            mark(Mark.CUT_OF_FORCED);
        }
        if (logs.groupCount(log, logs.lastIndex(kept)) > 0) {
            mark(Mark.CHANGE_CUT);
        }
        log = kept;
    }

    private void append(long index, Packet packet, long proposedValue) {
        long term = output.appendTerm();
        log = switch (output.appendSource()) {
            case ARRIVED -> {
                int at = 2 * ((int) (index - output.appendFirstIndex()) + output.skipCount());
                List<Long> run = packet.run();
                yield logs.append(log, term, run.get(at).intValue(), run.get(at + 1));
            }
            case PROPOSED -> logs.append(log, term, COMMAND, proposedValue);
            case MEMBERSHIP -> logs.append(log, term, LogTree.MEMBERSHIP, Groups.number(output.appendMembership()));
            default -> logs.append(log, term, NO_OP, 0);
        };
    }

    /** Lets go whatever waits for nothing more; a leader's appends die with its office. */
    private void release() {
        int keptCount = 0;
        for (int i = 0; i < held.size(); i++) {
            Member.Held one = held.get(i);
            Packet packet = packets.get(one.packet());
            boolean isVoid = packet.message() instanceof AppendAsk ask && !isOfThisOffice(ask);
            boolean mayGo = vault.sequence() >= one.afterVault() && core.forcedIndex() >= one.afterForced();
            if (!isVoid && !mayGo) {
                held.set(keptCount++, one);
            } else if (!isVoid) {
                rules.onLeave(packet);
                answers.sent.addInt(one.packet());
            }
        }
        while (held.size() > keptCount) {
            held.remove(held.size() - 1);
        }
        if (keptCount > 0) {
            mark(Mark.HELD_BACK);
        }
    }

    private boolean isOfThisOffice(RaftMessage message) {
        return core.role() == Role.LEADER && core.term() == message.term();
    }

    /** A message arrives, with what its entries say of the membership. */
    void hear(Packet packet) {
        RaftInput.Arrived arrived = new RaftInput.Arrived(packet.message());
        for (int i = 0; i < packet.run().size(); i += 2) {
            if (packet.run().get(i) == LogTree.MEMBERSHIP) {
                long index = ((AppendAsk) packet.message()).prevIndex() + 1 + i / 2;
                arrived.with(index, groups.membership(packet.run().get(i + 1).intValue()));
            }
        }
        step(arrived, CoreFields.NOW_NS, packet, 0);
        if (packet.message() instanceof AppendAsk ask && core.leaderId() == ask.fromMember() && ask.roundId() != 0) {
            past = past.hearing(ask.term(), ask.roundId());
        }
    }

    /** The vault has forced the first {@code count} of what waits. */
    void forceVault(int count) {
        Member.Hard last = waiting.get(count - 1);
        rules.onVault(last);
        vault = last;
        waiting.subList(0, count).clear();
        release();
        step(new RaftInput.VaultForced(vault.sequence()));
    }

    /** The disk holds the whole log now. */
    Member.Notice forceLog() {
        forced = log;
        return new Member.Notice(logs.lastIndex(log), core.cutCount());
    }

    /** The core hears of it. */
    void hear(Member.Notice word) {
        if (word.cutCount() != core.cutCount()) {
            mark(Mark.LATE_NOTICE_VOID);
        }
        step(new RaftInput.Forced().set(word.forcedIndex(), word.cutCount()));
    }

    /** Starts again from the disk. */
    void restart(CoreSettings settings) {
        disk.recover();
        log = forced;
        long term = Math.max(vault.term(), logs.lastTerm(forced));
        int vote = term == vault.term() ? vault.votedFor() : CoreSettings.NOBODY;
        vault = vault.recovered();
        waiting.clear();
        held.clear();
        notice = Member.Notice.NONE;
        int base = disk.files.base();
        MembershipStack memberships =
                new MembershipStack(base, groups.membership(logs.group(logs.prefix(forced, base))));
        for (int index = base + 1; index <= logs.lastIndex(forced); index++) {
            int entry = logs.prefix(forced, index);
            if (logs.lastKind(entry) == LogTree.MEMBERSHIP) {
                memberships.push(index, groups.membership((int) logs.lastValue(entry)));
            }
        }
        int snapshot = disk.files.newest();
        SnapshotPosition position = snapshot < 0 ? null : disk.positionOf(snapshot);
        RaftCore.Recovered recovered = new RaftCore.Recovered(
                term, vote, vault.quarantine(), logs.shape(log, base).copy(), memberships, position);
        core = new RaftCore(settings, recovered, 1, CoreFields.NOW_NS);
        steppedNs = CoreFields.NOW_NS;
        answers.clear();
    }
}
