package dev.steppe.sim.raft;

import dev.steppe.check.InvariantViolated;
import dev.steppe.fault.Chance;
import dev.steppe.fault.Mark;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.node.NodeInspection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * After everything: a random majority is healed, the rest stays dead or cut off for good, and no new misfortune comes.
 * Then the majority must commit a command that was asked for only now, and come to rest in one state (TigerBeetle's
 * method). Otherwise the run has failed, and says how everyone stands.
 */
final class LivenessPhase {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long HEALTHY_DELAY_NS = 200_000;

    private final RaftWorld world;
    private final Clients clients;
    private final Chance chance;

    LivenessPhase(RaftWorld world, Clients clients) {
        this.world = world;
        this.clients = clients;
        chance = world.chance.split();
    }

    /** Runs the phase. */
    void run() {
        List<SimMember> core = drawCore();
        world.agenda.clear();
        world.packets.calm(HEALTHY_DELAY_NS);
        world.healAll();
        world.flips.end();
        world.members.stream().filter(member -> !core.contains(member)).forEach(member -> leaveBehind(member, core));
        core.forEach(this::heal);
        world.tell("only " + core.stream().map(member -> member.id).toList() + " is healed");
        clients.reach(core);
        clients.startWithoutSessions();
        long acknowledged = world.clientChecker.acknowledgedCount();
        long endNs = world.nowNs() + PATIENCE_NS;
        world.run(endNs, () -> world.clientChecker.acknowledgedCount() > acknowledged + 2);
        if (world.clientChecker.acknowledgedCount() <= acknowledged + 2) {
            throw new InvariantViolated("LIVENESS", "the healed majority commits nothing: " + standing(core));
        }
        clients.stop();
        world.run(world.nowNs() + PATIENCE_NS, () -> isAtRest(core));
        if (!isAtRest(core)) {
            throw new InvariantViolated("LIVENESS", "the healed majority does not come to rest: " + standing(core));
        }
        world.coverage.met(Mark.CORE_CONVERGED);
    }

    /**
     * A majority of sound voters by every membership that may count, and perhaps some whose disks were damaged, which
     * may still find it out, and learners.
     */
    List<SimMember> drawCore() {
        List<SimMember> sound = new ArrayList<>(world.members.stream()
                .filter(member -> isVoter(member) && world.atlas.isSound(member.id))
                .toList());
        int majorityCount = world.atlas.committed().majorityCount();
        int wantedCount = (int) chance.between(majorityCount, Math.max(majorityCount, sound.size()));
        for (int i = sound.size() - wantedCount; i > 0; i--) {
            int place = chance.below(sound.size());
            SimMember spared = sound.remove(place);
            if (!world.atlas.suffices(sound)) {
                sound.add(place, spared);
            }
        }
        return world.members.stream()
                .filter(member -> sound.contains(member) || (mayCome(member) && chance.hits(500)))
                .toList();
    }

    private boolean isVoter(SimMember member) {
        return world.atlas.inPlay().stream().anyMatch(one -> one.isVoter(member.id));
    }

    /** Whether a member outside the sound majority may be healed with it. */
    private boolean mayCome(SimMember member) {
        boolean isDamaged = world.checker.isTainted(member.id) && !member.isOut && !member.isLost;
        boolean isLearner = world.atlas.committed().ordinalOf(member.id) >= 0 && !isVoter(member);
        return isDamaged || (isLearner && !member.isOut && !member.isLost);
    }

    private void leaveBehind(SimMember member, List<SimMember> core) {
        if (member.isUp() && chance.hits(500)) {
            world.kill(member);
            return;
        }
        for (SimMember one : core) {
            world.cut(member.id - 1, one.id - 1, true);
            world.cut(one.id - 1, member.id - 1, true);
        }
    }

    private void heal(SimMember member) {
        member.spareDisk();
        member.pausedUntilNs = 0;
        if (member.isUp()) {
            member.wake(world.nowNs());
        } else {
            world.agenda.at(world.nowNs() + chance.between(1, TimeUnit.SECONDS.toNanos(1)), () -> world.open(member));
        }
    }

    private boolean isAtRest(List<SimMember> core) {
        NodeInspection first = null;
        long hash = 0;
        for (SimMember member : core) {
            if (member.isOut || world.atlas.committed().ordinalOf(member.id) < 0) {
                continue;
            }
            if (!member.isUp()) {
                return false;
            }
            NodeInspection inspection = member.node().inspection();
            long last = inspection.log().lastIndex();
            boolean isDone = inspection.core().commitIndex() == last
                    && member.machine().appliedIndex() == last
                    && inspection.core().leaderId() > 0;
            boolean isLikeFirst = first == null
                    || (last == first.log().lastIndex() && member.machine().stateHash() == hash);
            if (!isDone || !isLikeFirst) {
                return false;
            }
            first = inspection;
            hash = member.machine().stateHash();
        }
        return true;
    }

    private void tellFeeding(SimMember leader, StringBuilder text) {
        RaftCore raft = leader.node().inspection().core();
        for (SimMember member : world.members) {
            if (raft.role() == RaftCore.Role.LEADER && raft.matchIndexOf(member.id) >= 0) {
                text.append(leader.id)
                        .append(" knows of ")
                        .append(member.id)
                        .append(" life ")
                        .append(raft.incarnationOf(member.id))
                        .append(", match ")
                        .append(raft.matchIndexOf(member.id))
                        .append(", next ")
                        .append(raft.nextIndexOf(member.id))
                        .append("; ");
            }
        }
    }

    private String standing(List<SimMember> core) {
        StringBuilder text = new StringBuilder();
        for (SimMember member : world.members) {
            text.append("member ").append(member.id).append(core.contains(member) ? " (core) " : " (left) ");
            if (member.isUp()) {
                RaftCore raft = member.node().inspection().core();
                text.append(raft.role())
                        .append(" of term ")
                        .append(raft.term())
                        .append(", last ")
                        .append(raft.shape().lastIndex())
                        .append(", forced ")
                        .append(raft.forcedIndex())
                        .append(", committed ")
                        .append(raft.commitIndex())
                        .append(", applied ")
                        .append(member.machine().appliedIndex());
            } else {
                text.append(member.isOut ? "damaged" : "dead");
            }
            text.append("; ");
        }
        core.stream().filter(SimMember::isUp).forEach(member -> tellFeeding(member, text));
        return text.toString();
    }
}
