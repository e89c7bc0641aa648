package dev.steppe.raft.core;

import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.quorum.Membership.Server;
import java.util.Random;

/**
 * Whoever runs the simulated group: adds, promotes, demotes and removes servers, hands the office over, takes
 * snapshots, and loses disks. Loses no more of them at a time than a group survives, for what a majority has lost is
 * lost.
 */
final class SimOperator {
    private static final int VOTERS_MAX = 5;

    private final SimWorld world;
    private final Random random;
    /** What this world does, by lot: some change nothing, some all the time. */
    private final boolean changesMembership;

    private final boolean handsOver;
    private final boolean takesSnapshots;
    private final boolean losesDisks;

    SimOperator(SimWorld world) {
        this.world = world;
        random = world.random;
        changesMembership = random.nextInt(4) != 0;
        handsOver = random.nextInt(3) == 0;
        takesSnapshots = random.nextInt(3) != 0;
        losesDisks = random.nextInt(3) == 0;
    }

    /** One deed, perhaps at a member that is up. */
    void act(SimMember member) {
        int choice = random.nextInt(8);
        if (choice < 3 && takesSnapshots) {
            member.takeSnapshot();
        } else if (choice < 6 && changesMembership) {
            change(member);
        } else if (choice == 6 && handsOver) {
            int targetId = random.nextInt(world.members.size() + 1);
            member.step(new RaftInput.TransferAsked(targetId), null, null);
        }
    }

    private void change(SimMember leader) {
        if (leader.core.role() != Role.LEADER) {
            return;
        }
        Membership now = leader.core.membership();
        SimMember about = world.members.get(random.nextInt(world.members.size()));
        Membership next = changed(now, about);
        if (next != null && isSurvivable(next)) {
            leader.change(next);
        }
    }

    private Membership changed(Membership now, SimMember about) {
        boolean isMember = now.ordinalOf(about.id) >= 0;
        if (!isMember) {
            long directoryId = random.nextBoolean() ? about.directoryId : 0;
            return now.withLearner(new Server(about.id, directoryId, "host" + about.id, 9_000));
        }
        boolean isReplaced = !now.admits(about.id, about.directoryId);
        if (now.isVoter(about.id)) {
            if (now.voterCount() == 1) {
                return null;
            }
            return isReplaced || random.nextBoolean() ? now.without(about.id) : now.demoted(about.id);
        }
        if (isReplaced || random.nextInt(4) == 0) {
            return now.without(about.id);
        }
        return now.voterCount() < VOTERS_MAX ? now.promoted(about.id) : null;
    }

    /** Loses what a member has on its disk, if the group can bear it. */
    void lose(SimMember member) {
        if (!losesDisks) {
            return;
        }
        SimMember leader = world.leader();
        boolean isAgreed = leader != null
                && world.members.stream()
                        .allMatch(one -> one.isUp() && one.core.membership().equals(leader.core.membership()));
        int choice = random.nextInt(4);
        if (choice == 0) {
            doubtAll();
        } else if (isAgreed && isBearable(leader.core.membership(), member)) {
            Server server = leader.core.membership().find(member.id);
            boolean isPinned = server == null || server.directoryId() != 0;
            member.crash();
            if (choice == 1 && isPinned) {
                member.replaceDirectory();
            } else {
                member.damage(random.nextBoolean());
            }
            world.startLater(member);
        }
    }

    /** All lose power at once, and nobody can say what the bytes behind its last batch are. */
    private void doubtAll() {
        for (SimMember member : world.members) {
            if (member.isUp()) {
                member.crash();
            }
            if (member.forcedQuarantine == Quarantine.NONE) {
                member.forcedQuarantine = Quarantine.DOUBTFUL;
            }
            world.startLater(member);
        }
    }

    private boolean isBearable(Membership membership, SimMember lost) {
        int healthy = healthyVoterCount(membership);
        boolean wasHealthy = membership.isVoter(lost.id) && isHealthy(membership, lost);
        return healthy - (wasHealthy ? 1 : 0) >= membership.majorityCount();
    }

    private boolean isSurvivable(Membership membership) {
        return healthyVoterCount(membership) >= membership.majorityCount();
    }

    private int healthyVoterCount(Membership membership) {
        int count = 0;
        for (int i = 0; i < membership.voterCount(); i++) {
            count += isHealthy(membership, world.member(membership.memberId(i))) ? 1 : 0;
        }
        return count;
    }

    private static boolean isHealthy(Membership membership, SimMember member) {
        return member.forcedQuarantine != Quarantine.DAMAGED && membership.admits(member.id, member.directoryId);
    }
}
