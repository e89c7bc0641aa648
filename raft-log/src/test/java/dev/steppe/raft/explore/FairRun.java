package dev.steppe.raft.explore;

import static dev.steppe.raft.explore.said.RuleBroken.check;

import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.explore.alike.CoreFields;
import dev.steppe.raft.explore.alike.Groups;
import dev.steppe.raft.explore.member.Event;
import dev.steppe.raft.explore.member.Member;
import dev.steppe.raft.explore.member.StepResult;
import dev.steppe.raft.explore.said.RuleBroken;
import java.util.ArrayDeque;

/**
 * From one world on everything goes well: whatever was on its way is lost once, then every message arrives, every disk
 * forces, and one member after another times out. After a bounded number of time-outs somebody must lead who takes a
 * proposal, commits it everywhere, and answers a read; else the world is a trap, which no rule about single states
 * sees.
 */
final class FairRun {
    private static final int ATTEMPTS_MAX = 16;
    private static final int MESSAGES_MAX = 10_000;
    private static final int PROPOSAL = 9;
    private static final int READ = 9;

    private final WorldMachine worlds;
    private final int[] members;
    private final ArrayDeque<Integer> mail = new ArrayDeque<>();
    private long readIndex = -1;
    private boolean isAccepted;

    private FairRun(WorldMachine worlds, World first) {
        this.worlds = worlds;
        members = first.members.clone();
    }

    /** Throws {@link RuleBroken} if nothing comes of it. */
    static void from(WorldMachine worlds, World first) {
        new FairRun(worlds, first).run();
    }

    private void run() {
        quiet();
        for (int id = 1; id <= members.length; id++) {
            if (member(id).core().isQuarantined()
                    && CoreFields.isWaiting(member(id).core())) {
                happen(Event.OUTLIVE.at(id, 0));
            }
        }
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            int leader = leaderId();
            if (leader != 0 && isServed(leader)) {
                return;
            }
            timeOut(1 + attempt % members.length);
        }
        check(false, "nothing goes on although everything goes well, up to term", term());
    }

    /** Everybody has lost sight of the leader, and one stands. */
    private void timeOut(int candidateId) {
        for (int id = 1; id <= members.length; id++) {
            if (member(id).core().role() == Role.LEADER) {
                happen(Event.RESIGN.at(id, 0));
            } else {
                happen(Event.TIRE.at(id, 0));
            }
        }
        if (member(candidateId).core().role() != Role.LEADER) {
            happen(Event.TIMEOUT.at(candidateId, 0));
        }
        quiet();
    }

    private boolean isServed(int leader) {
        if (member(leader).core().transferTargetId() != 0) {
            happen(Event.TRANSFER_END.at(leader, 0));
            quiet();
        }
        for (int beat = 0; beat < 4; beat++) {
            happen(Event.STALL.at(leader, 0));
            quiet();
        }
        isAccepted = false;
        readIndex = -1;
        happen(Event.PROPOSE.at(leader, PROPOSAL));
        happen(Event.READ.at(leader, READ));
        quiet();
        happen(Event.HEARTBEAT.at(leader, 0));
        quiet();
        return isAccepted && readIndex >= 0 && isEverywhere(leader);
    }

    private boolean isEverywhere(int leader) {
        RaftCore core = member(leader).core();
        int group = worlds.machine().logs().group(member(leader).log());
        boolean isEverywhere =
                core.role() == Role.LEADER && core.commitIndex() == core.shape().lastIndex();
        for (int id = 1; id <= members.length; id++) {
            int bit = 1 << (id - 1);
            boolean belongs = ((Groups.voterBits(group) | Groups.learnerBits(group)) & bit) != 0;
            boolean hasAll = member(id).log() == member(leader).log()
                    && member(id).core().commitIndex() == core.commitIndex()
                    && !member(id).core().isQuarantined();
            isEverywhere &= !belongs || hasAll;
        }
        return isEverywhere;
    }

    /** Of the latest term that is led; a stranger may be in a later one, and nobody asks it. */
    private int leaderId() {
        int leader = 0;
        for (int id = 1; id <= members.length; id++) {
            boolean leads = member(id).core().role() == Role.LEADER;
            boolean isLatest = leader == 0
                    || member(id).core().term() > member(leader).core().term();
            leader = leads && isLatest ? id : leader;
        }
        return leader;
    }

    private long term() {
        long term = 0;
        for (int id = 1; id <= members.length; id++) {
            term = Math.max(term, member(id).core().term());
        }
        return term;
    }

    /** Until all is forced and nobody has anything to say. */
    private void quiet() {
        int count = 0;
        while (useDisks() || !mail.isEmpty()) {
            check(count++ < MESSAGES_MAX, "the talking does not end in term", term());
            if (!mail.isEmpty()) {
                happen(Event.deliver(mail.remove()));
            }
        }
    }

    private boolean useDisks() {
        boolean isUsed = false;
        for (int id = 1; id <= members.length; id++) {
            Member member = member(id);
            if (!member.waiting().isEmpty()) {
                happen(Event.VAULT.at(id, member.waiting().size()));
            } else if (member.hasNotice()) {
                happen(Event.NOTICE.at(id, 0));
            } else if (member.owesForce()) {
                happen(Event.FORCE.at(id, 0));
            } else if (member.hasStored()) {
                happen(Event.STORED.at(id, 0));
            } else if (member.isReplacing()) {
                happen(Event.INSTALL.at(id, 0));
            } else {
                continue;
            }
            isUsed = true;
        }
        return isUsed;
    }

    private void happen(int event) {
        int at = worlds.memberOf(event) - 1;
        StepResult result = worlds.result(members[at], event);
        if (result.broken() != null) {
            throw new RuleBroken(result.broken());
        }
        members[at] = result.next();
        isAccepted |= result.isAccepted();
        if (!result.hasNoRead() && result.readId() == READ) {
            readIndex = result.readIndex();
        }
        for (int i = 0; i < result.sentCount(); i++) {
            mail.add(result.sent(i));
        }
    }

    private Member member(int id) {
        return worlds.machine().get(members[id - 1]);
    }
}
