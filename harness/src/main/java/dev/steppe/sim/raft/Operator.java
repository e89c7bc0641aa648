package dev.steppe.sim.raft;

import dev.steppe.fault.Chance;
import dev.steppe.fault.Mark;
import dev.steppe.fault.Swarm;
import dev.steppe.raft.api.ChangeListener;
import dev.steppe.raft.api.MembershipChange;
import dev.steppe.raft.api.MembershipChange.AddLearner;
import dev.steppe.raft.api.MembershipChange.Demote;
import dev.steppe.raft.api.MembershipChange.Promote;
import dev.steppe.raft.api.MembershipChange.Remove;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftStatus.Role;
import dev.steppe.raft.quorum.Membership;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who asks for other members and other leaders, at drawn moments, of whoever takes himself for the leader. A reasonable
 * one: it asks for nothing that would leave the group without a sound majority. Servers that it removes go on running
 * and talking until they come back, with what they have or with an empty disk.
 */
final class Operator {
    private static final int VOTERS_MAX = 5;
    private static final int LEARNERS_MAX = 3;

    private final RaftWorld world;
    private final Swarm.Operation operation;
    private final Chance chance;

    Operator(RaftWorld world) {
        this.world = world;
        operation = world.swarm.operation();
        chance = world.chance.split();
    }

    /** Has the first wish after a while, and each next one after another. */
    void start() {
        world.agenda.at(world.nowNs() + 1 + chance.entropy().nextBelow(2 * operation.wishGapNs()), () -> {
            SimMember asked = target();
            if (asked != null) {
                wish(asked);
                asked.wakeConsensus(world.nowNs());
            }
            start();
        });
    }

    private @Nullable SimMember target() {
        List<SimMember> able = world.running().stream()
                .filter(member -> !world.atlas.isAsked(member))
                .toList();
        List<SimMember> leading = able.stream()
                .filter(member -> member.node().status().role() == Role.LEADER)
                .toList();
        if (!leading.isEmpty()) {
            return chance.of(leading);
        }
        return able.isEmpty() || !chance.hits(50) ? null : chance.of(able);
    }

    private void wish(SimMember asked) {
        Membership now = asked.membership();
        if (now == null) {
            return;
        }
        if (chance.hits(operation.transferPermille())) {
            transfer(asked, now);
            return;
        }
        MembershipChange change = draw(now);
        Membership next = change == null ? null : next(now, change);
        if (change != null && next != null && world.atlas.mayBecome(next)) {
            world.tell(asked, "is asked for " + change);
            world.atlas.wished(asked, next);
            if (asked.node().changeMembership(change, new Change(asked, change, next)) != ProposeVerdict.ACCEPTED) {
                world.atlas.decided(asked);
            }
        }
    }

    private void transfer(SimMember asked, Membership now) {
        int targetId = chance.hits(300)
                ? 0
                : now.voters().get(chance.below(now.voterCount())).memberId();
        world.tell(asked, "is asked to hand over to " + targetId);
        ProposeVerdict verdict = asked.node().transferLeadership(targetId, new Transfer());
        if (verdict == ProposeVerdict.ACCEPTED && targetId != 0 && chance.hits(150)) {
            SimMember target = world.member(targetId);
            if (target != asked && target.isUp()) {
                world.coverage.met(Mark.TRANSFER_TARGET_DIED);
                world.kill(target);
                world.reopenLater(target);
            }
        }
    }

    private @Nullable MembershipChange draw(Membership now) {
        int dice = chance.below(10);
        boolean isFull = now.voterCount() >= Math.max(VOTERS_MAX, world.swarm.voterCount());
        if (dice < 4 && !now.learners().isEmpty() && !isFull) {
            return new Promote(chance.of(now.learners()).memberId());
        }
        if (dice < 7 && now.learners().size() < LEARNERS_MAX) {
            return newcomer(now);
        }
        boolean isOfVoters = now.learners().isEmpty() || chance.hits(700);
        int memberId = victim(isOfVoters ? now.voters() : now.learners());
        if (isOfVoters && now.voterCount() == 1) {
            return null;
        }
        return isOfVoters && chance.hits(400) ? new Demote(memberId) : new Remove(memberId);
    }

    /** Often one whose disk is no good. */
    private int victim(List<Membership.Server> servers) {
        List<Membership.Server> unsound = servers.stream()
                .filter(server -> !world.atlas.isSound(server.memberId()))
                .toList();
        return chance.of(unsound.isEmpty() || chance.hits(300) ? servers : unsound)
                .memberId();
    }

    /** A server outside the group, started now if it does not run; null if there is none that could join. */
    private @Nullable MembershipChange newcomer(Membership now) {
        List<SimMember> outside = world.members.stream()
                .filter(member -> now.ordinalOf(member.id) < 0)
                .filter(member -> world.atlas.inPlay().stream().allMatch(one -> one.ordinalOf(member.id) < 0))
                .toList();
        if (outside.isEmpty()) {
            return null;
        }
        SimMember server = chance.of(outside);
        boolean isFirstTime = server.membership() == null;
        boolean isWiped = !isFirstTime && (server.isLost || !world.atlas.isSound(server.id) || chance.hits(500));
        if (isWiped && !world.atlas.mayWipe(server)) {
            return null;
        }
        if (isWiped) {
            world.wipe(server);
            server.isLost = false;
        }
        if (isFirstTime || isWiped) {
            world.openAsNewcomer(server);
        }
        if (!server.isUp()) {
            return null;
        }
        // Any directory may speak for a name only as long as there has been one: words of the other may still be under
        // way.
        long directoryId = chance.hits(200) && !server.wasWiped ? 0 : server.directoryId();
        if (!isFirstTime) {
            world.coverage.met(isWiped ? Mark.CAME_BACK_EMPTY : Mark.CAME_BACK);
        }
        return new AddLearner(new Membership.Server(server.id, directoryId, RaftWorld.hostOf(server.id), 0));
    }

    private static @Nullable Membership next(Membership now, MembershipChange change) {
        if (change instanceof AddLearner add) {
            return now.withLearner(add.server());
        } else if (change instanceof Promote promote) {
            return now.promoted(promote.memberId());
        } else if (change instanceof Demote demote) {
            return now.demoted(demote.memberId());
        } else if (change instanceof Remove remove) {
            return now.without(remove.memberId());
        }
        return null;
    }

    /** Waits for the end of a change. */
    private final class Change implements ChangeListener {
        private final SimMember asked;
        private final MembershipChange change;
        private final Membership next;

        Change(SimMember asked, MembershipChange change, Membership next) {
            this.asked = asked;
            this.change = change;
            this.next = next;
        }

        @Override
        public void onDone() {
            end("is done with " + change);
            if (change instanceof AddLearner) {
                world.coverage.met(Mark.LEARNER_ADDED);
            } else if (change instanceof Promote) {
                world.coverage.met(Mark.VOTER_PROMOTED);
            } else if (change instanceof Demote demote) {
                world.coverage.met(Mark.VOTER_DEMOTED);
                noteLeader(demote.memberId());
            } else if (change instanceof Remove remove) {
                world.coverage.met(Mark.MEMBER_REMOVED);
                noteLeader(remove.memberId());
            }
            if (!next.isSteady()) {
                world.coverage.met(Mark.VOTERS_EVEN);
            } else if (next.voterCount() == 1) {
                world.coverage.met(Mark.VOTERS_ONE);
            }
        }

        private void noteLeader(int memberId) {
            world.coverage.met(Mark.LEADER_REMOVED, memberId == asked.id ? 1 : 0);
        }

        @Override
        public void onRefused(String reason) {
            end("refuses " + change + ": " + reason);
            world.coverage.met(Mark.CHANGE_REFUSED);
        }

        @Override
        public void onUnknown(String reason) {
            end("does not know what becomes of " + change);
            world.coverage.met(Mark.CHANGE_UNKNOWN);
        }

        private void end(String what) {
            world.tell(asked, what);
            world.atlas.decided(asked);
        }
    }

    /** Waits for the end of a transfer. */
    private final class Transfer implements ChangeListener {
        @Override
        public void onDone() {
            world.coverage.met(Mark.TRANSFER_DONE);
        }

        @Override
        public void onRefused(String reason) {
            world.coverage.met(reason.contains("in time") ? Mark.TRANSFER_FAILED : Mark.TRANSFER_REFUSED);
        }

        @Override
        public void onUnknown(String reason) {
            world.coverage.met(Mark.TRANSFER_FAILED);
        }
    }
}
