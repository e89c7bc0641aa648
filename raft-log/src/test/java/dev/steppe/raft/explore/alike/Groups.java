package dev.steppe.raft.explore.alike;

import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.quorum.Membership.Server;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Memberships as numbers: six bits each for voters, learners, members that speak from their second directory, and those
 * that are tied to none yet, bit 0 for member 1. A member's first directory has the member's own number, the second one
 * that is {@value #SECOND} greater.
 */
public final class Groups {
    /** So much greater is the number of a member's second directory. */
    public static final int SECOND = 16;

    private static final int WIDTH = 6;
    private static final int MASK = (1 << WIDTH) - 1;

    private final Map<Integer, Membership> memberships = new HashMap<>();

    /** Members 1 to {@code voterCount} vote, and so many after them learn. */
    public static int of(int voterCount, int learnerCount) {
        return ((1 << voterCount) - 1) | (((1 << learnerCount) - 1) << (WIDTH + voterCount));
    }

    /** Bits of those who vote. */
    public static int voterBits(int group) {
        return group & MASK;
    }

    /** Bits of those who learn. */
    public static int learnerBits(int group) {
        return (group >>> WIDTH) & MASK;
    }

    /** Bits of those who speak from their second directory. */
    static int movedBits(int group) {
        return (group >>> (2 * WIDTH)) & MASK;
    }

    /** The same members, none of which is tied to its directory. */
    public static int untied(int group) {
        return group | ((voterBits(group) | learnerBits(group)) << (3 * WIDTH));
    }

    /** Bits of those who may speak from any directory. */
    static int untiedBits(int group) {
        return (group >>> (3 * WIDTH)) & MASK;
    }

    /** How many voters make a majority. */
    public static int majority(int group) {
        return Integer.bitCount(voterBits(group)) / 2 + 1;
    }

    /** Whether a member votes. */
    public static boolean isVoter(int group, int memberId) {
        return ((voterBits(group) >>> (memberId - 1)) & 1) != 0;
    }

    /** With a member as a learner, a voter, or not at all. */
    public static int with(int group, int memberId, boolean votes, boolean learns) {
        int bit = 1 << (memberId - 1);
        int cleared = group & ~(bit | (bit << WIDTH));
        return cleared | (votes ? bit : 0) | (learns ? bit << WIDTH : 0);
    }

    /** What a group's number stands for. */
    public Membership membership(int group) {
        return memberships.computeIfAbsent(group, code -> {
            List<Server> voters = new ArrayList<>();
            List<Server> learners = new ArrayList<>();
            for (int id = 1; id <= WIDTH; id++) {
                boolean isMoved = ((movedBits(code) >>> (id - 1)) & 1) != 0;
                boolean isUntied = ((untiedBits(code) >>> (id - 1)) & 1) != 0;
                long directoryId = isMoved ? id + SECOND : id;
                Server server = new Server(id, isUntied ? 0 : directoryId, "member", id);
                if (isVoter(code, id)) {
                    voters.add(server);
                } else if (((learnerBits(code) >>> (id - 1)) & 1) != 0) {
                    learners.add(server);
                }
            }
            return Membership.of(voters, learners);
        });
    }

    /** The number of a membership. */
    public static int number(Membership membership) {
        int group = 0;
        for (int i = 0; i < membership.serverCount(); i++) {
            int bit = 1 << (membership.memberId(i) - 1);
            group |= i < membership.voterCount() ? bit : bit << WIDTH;
            group |= membership.server(i).directoryId() >= SECOND ? bit << (2 * WIDTH) : 0;
            group |= membership.server(i).directoryId() == 0 ? bit << (3 * WIDTH) : 0;
        }
        return group;
    }

    /** Writes a directory's number: whose it is, and which of them. */
    public static void writeDirectory(long directoryId, StateVector into) {
        into.name(directoryId % SECOND).plain(directoryId / SECOND);
    }

    /** Writes who belongs to a group. */
    public static void write(int group, StateVector into) {
        into.bits(voterBits(group))
                .bits(learnerBits(group))
                .bits(movedBits(group))
                .bits(untiedBits(group));
    }

    /** As words: +1+2+3 vote, ?4 learns, +2' speaks from its second directory, +3~ from any. */
    public static String text(int group) {
        StringBuilder text = new StringBuilder();
        for (int id = 1; id <= WIDTH; id++) {
            boolean learns = ((learnerBits(group) >>> (id - 1)) & 1) != 0;
            text.append(isVoter(group, id) ? "+" + id : learns ? "?" + id : "");
            text.append(((untiedBits(group) >>> (id - 1)) & 1) != 0 ? "~" : "");
            text.append(((movedBits(group) >>> (id - 1)) & 1) != 0 ? "'" : "");
        }
        return text.toString();
    }

    /** The group that such words mean; everyone speaks from the first directory, and is tied to it. */
    public static int parse(String text) {
        int group = 0;
        for (int i = 0; i + 1 < text.length(); i += 2) {
            group = with(group, text.charAt(i + 1) - '0', text.charAt(i) == '+', text.charAt(i) == '?');
        }
        return group;
    }
}
