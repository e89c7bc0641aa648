package dev.steppe.sim.raft;

import dev.steppe.raft.quorum.Membership;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the group can bear, by every membership that is or may come into force somewhere: never so many damaged disks
 * that a quorum of copies could be hurt, and never one whose entries the others could not do without (TigerBeetle's
 * fault atlas). A group that is led beyond this may stand still, and no checker could tell that from a mistake.
 */
final class Atlas {
    private final RaftWorld world;
    private final Membership first;
    private final List<Wish> wishes = new ArrayList<>();

    /** A membership that a member was asked for, and that it may still begin. */
    private record Wish(SimMember asked, Object life, Membership next) {
        boolean isOver() {
            return !asked.isUp() || asked.node() != life;
        }
    }

    Atlas(RaftWorld world, Membership first) {
        this.world = world;
        this.first = first;
    }

    /** The membership that is committed; the first one before any other is. */
    Membership committed() {
        Membership membership = world.checker.committedMembership();
        return membership == null ? first : membership;
    }

    /** That membership, and those behind it that stand in some log, or that somebody was asked for. */
    List<Membership> inPlay() {
        wishes.removeIf(Wish::isOver);
        List<Membership> all = new ArrayList<>();
        all.add(committed());
        for (SimMember member : world.members) {
            Membership own = member.membership();
            if (own != null && member.membershipIndex() > world.checker.committedIndex()) {
                all.add(own);
            }
        }
        wishes.forEach(wish -> all.add(wish.next()));
        return all;
    }

    /** Somebody living is asked for a membership. */
    void wished(SimMember asked, Membership next) {
        wishes.add(new Wish(asked, asked.node(), next));
    }

    /** What a member was asked for is decided, or stands in its log. */
    void decided(SimMember asked) {
        wishes.removeIf(wish -> wish.asked == asked);
    }

    /** Whether a member was asked and has not answered. */
    boolean isAsked(SimMember member) {
        wishes.removeIf(Wish::isOver);
        return wishes.stream().anyMatch(wish -> wish.asked == member);
    }

    /** Whether the group can count on what this machine has forced under its name. */
    boolean isSound(int memberId) {
        SimMember member = world.member(memberId);
        return !world.checker.isTainted(memberId) && !member.isOut && !member.isLost;
    }

    /** Whether these are a majority of every membership that may count. */
    boolean suffices(List<SimMember> some) {
        for (Membership membership : inPlay()) {
            long voterCount = some.stream()
                    .filter(member -> membership.isVoter(member.id))
                    .count();
            if (voterCount < membership.majorityCount()) {
                return false;
            }
        }
        return true;
    }

    /** Whether a majority would be sound by that membership. */
    boolean mayBecome(Membership next) {
        return unsoundCount(next, 0) <= (next.voterCount() - 1) / 2;
    }

    /** Whether that machine's disk may be damaged. */
    boolean mayDamage(SimMember member) {
        for (Membership membership : inPlay()) {
            if (unsoundCount(membership, member.id) > (membership.voterCount() - 1) / 2) {
                return false;
            }
        }
        return world.checker.isRedundant(member.id);
    }

    /**
     * Whether that machine may lose its disk: as for damage, and nobody would take an empty directory for the one that
     * is lost.
     */
    boolean mayWipe(SimMember member) {
        if (!mayDamage(member) || member.isLost) {
            return false;
        }
        for (SimMember other : world.members) {
            if (other != member && !isPinned(other.membership(), member.id)) {
                return false;
            }
        }
        return isPinned(committed(), member.id);
    }

    private static boolean isPinned(@Nullable Membership membership, int memberId) {
        Membership.Server server = membership == null ? null : membership.find(memberId);
        return server == null || server.directoryId() != 0;
    }

    private int unsoundCount(Membership membership, int moreId) {
        int count = 0;
        for (Membership.Server voter : membership.voters()) {
            boolean isUnsound = voter.memberId() == moreId || !isSound(voter.memberId());
            count += isUnsound ? 1 : 0;
        }
        return count;
    }
}
