package dev.steppe.raft.quorum;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who belongs to a group: voters, and learners that get everything and decide nothing. Immutable; equal if it names the
 * same servers in the same parts. A server has an ordinal: voters first, then learners, each part ascending by id, so
 * that arrays and bit sets can stand for maps. Odd counts of voters are steady; even ones are a state on the way.
 *
 * <p>It holds whatever has at least one voter and no id twice; whether it is small enough is asked with
 * {@link #fits()}.
 */
public final class Membership {
    /** Most voters of a group. */
    public static final int VOTERS_MAX = 7;

    /** Most learners of a group. */
    public static final int LEARNERS_MAX = 8;

    /** Greatest id of a member; the smallest is 1. */
    public static final int MEMBER_ID_MAX = 127;

    /** Longest host name: as long as any name in the DNS. */
    public static final int HOST_CHARS_MAX = 253;

    private final List<Server> servers;
    private final int voterCount;
    private final int[] memberIds;
    private final long fingerprint;

    /**
     * One server of a group.
     *
     * @param memberId 1 to {@link #MEMBER_ID_MAX}
     * @param directoryId the one directory that may speak for this member; 0 = not pinned yet, any may
     * @param host where it is reached; not blank, at most {@value #HOST_CHARS_MAX} characters of ASCII
     * @param port 0 to 65,535
     */
    public record Server(int memberId, long directoryId, String host, int port) {
        /** Refuses what cannot be a server. */
        public Server {
            if (memberId < 1 || memberId > MEMBER_ID_MAX) {
                throw new IllegalArgumentException("a member id is 1 to " + MEMBER_ID_MAX + ", not " + memberId);
            }
            if (host.isBlank()
                    || host.length() > HOST_CHARS_MAX
                    || !host.chars().allMatch(c -> c > ' ' && c < 127)) {
                throw new IllegalArgumentException("no host name: '" + host + "'");
            }
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("no port: " + port);
            }
        }

        /** Whether a directory may speak for this member. */
        public boolean admits(long otherDirectoryId) {
            return directoryId == 0 || directoryId == otherDirectoryId;
        }

        Server pinnedTo(long newDirectoryId) {
            return new Server(memberId, newDirectoryId, host, port);
        }
    }

    private Membership(List<Server> servers, int voterCount) {
        this.servers = servers;
        this.voterCount = voterCount;
        memberIds = servers.stream().mapToInt(Server::memberId).toArray();
        long mixed = voterCount;
        for (Server server : servers) {
            mixed = mixed * 0x9E3779B97F4A7C15L + server.memberId();
            mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L + server.directoryId();
            mixed = (mixed ^ (mixed >>> 29)) * 0x9E3779B97F4A7C15L
                    + server.host().hashCode() * 65_537L
                    + server.port();
        }
        fingerprint = mixed;
    }

    /** A membership of these servers in any order. Refuses no voter at all, and an id that stands twice. */
    public static Membership of(List<Server> voters, List<Server> learners) {
        if (voters.isEmpty()) {
            throw new IllegalArgumentException("a group needs a voter");
        }
        List<Server> servers = new ArrayList<>(ascending(voters));
        servers.addAll(ascending(learners));
        int[] ids = servers.stream().mapToInt(Server::memberId).sorted().toArray();
        for (int i = 1; i < ids.length; i++) {
            if (ids[i] == ids[i - 1]) {
                throw new IllegalArgumentException("member " + ids[i] + " stands twice in " + servers);
            }
        }
        return new Membership(Collections.unmodifiableList(servers), voters.size());
    }

    private static List<Server> ascending(List<Server> servers) {
        return servers.stream()
                .sorted((a, b) -> Integer.compare(a.memberId(), b.memberId()))
                .toList();
    }

    /** All servers by ordinal: voters, then learners. */
    public List<Server> servers() {
        return servers;
    }

    /** The voters, ascending. */
    public List<Server> voters() {
        return servers.subList(0, voterCount);
    }

    /** The learners, ascending. */
    public List<Server> learners() {
        return servers.subList(voterCount, servers.size());
    }

    /** How many servers there are. */
    public int serverCount() {
        return memberIds.length;
    }

    /** How many of them vote; their ordinals are 0 to this less one. */
    public int voterCount() {
        return voterCount;
    }

    /** How many voters make a majority. */
    public int majorityCount() {
        return voterCount / 2 + 1;
    }

    /** Id of the server at {@code ordinal}. */
    public int memberId(int ordinal) {
        return memberIds[ordinal];
    }

    /** The server at {@code ordinal}. */
    public Server server(int ordinal) {
        return servers.get(ordinal);
    }

    /** Ordinal of a member; -1 if it is none. */
    public int ordinalOf(int memberId) {
        for (int i = 0; i < memberIds.length; i++) {
            if (memberIds[i] == memberId) {
                return i;
            }
        }
        return -1;
    }

    /** The server with that id; null if it is no member. */
    public @Nullable Server find(int memberId) {
        int ordinal = ordinalOf(memberId);
        return ordinal < 0 ? null : servers.get(ordinal);
    }

    /** Whether that member votes, whatever its directory. */
    public boolean isVoter(int memberId) {
        int ordinal = ordinalOf(memberId);
        return ordinal >= 0 && ordinal < voterCount;
    }

    /** Whether that member votes and that directory may speak for it. */
    public boolean isVoter(int memberId, long directoryId) {
        int ordinal = ordinalOf(memberId);
        return ordinal >= 0 && ordinal < voterCount && servers.get(ordinal).admits(directoryId);
    }

    /** Whether that is a member, voter or learner, and that directory may speak for it. */
    public boolean admits(int memberId, long directoryId) {
        int ordinal = ordinalOf(memberId);
        return ordinal >= 0 && servers.get(ordinal).admits(directoryId);
    }

    /** Whether the count of voters is odd, as it should be but on the way from one count to another. */
    public boolean isSteady() {
        return voterCount % 2 == 1;
    }

    /** Whether there are no more than {@link #VOTERS_MAX} voters and {@link #LEARNERS_MAX} learners. */
    public boolean fits() {
        return voterCount <= VOTERS_MAX && memberIds.length - voterCount <= LEARNERS_MAX;
    }

    /** This membership with one more learner. */
    public Membership withLearner(Server learner) {
        List<Server> more = new ArrayList<>(learners());
        more.add(learner);
        return of(voters(), more);
    }

    /** This membership without that member; refuses to leave no voter. */
    public Membership without(int memberId) {
        return of(less(voters(), memberId), less(learners(), memberId));
    }

    /** This membership with that learner as a voter. */
    public Membership promoted(int memberId) {
        List<Server> more = new ArrayList<>(voters());
        more.add(learners().get(known(memberId) - voterCount));
        return of(more, less(learners(), memberId));
    }

    /** This membership with that voter as a learner; refuses to leave no voter. */
    public Membership demoted(int memberId) {
        List<Server> more = new ArrayList<>(learners());
        more.add(voters().get(known(memberId)));
        return of(less(voters(), memberId), more);
    }

    /** This membership with that member pinned to a directory. */
    public Membership pinned(int memberId, long directoryId) {
        int ordinal = known(memberId);
        List<Server> pinned = new ArrayList<>(servers);
        pinned.set(ordinal, servers.get(ordinal).pinnedTo(directoryId));
        return new Membership(Collections.unmodifiableList(pinned), voterCount);
    }

    private int known(int memberId) {
        int ordinal = ordinalOf(memberId);
        if (ordinal < 0) {
            throw new IllegalArgumentException("member " + memberId + " is not in " + this);
        }
        return ordinal;
    }

    private static List<Server> less(List<Server> servers, int memberId) {
        return servers.stream().filter(server -> server.memberId() != memberId).toList();
    }

    /** Everything in one number, for hashing; equal in every process. */
    public long fingerprint() {
        return fingerprint;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Membership that && voterCount == that.voterCount && servers.equals(that.servers);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(fingerprint);
    }

    @Override
    public String toString() {
        int[] voterIds = Arrays.copyOf(memberIds, voterCount);
        int[] learnerIds = Arrays.copyOfRange(memberIds, voterCount, memberIds.length);
        return "voters " + Arrays.toString(voterIds) + ", learners " + Arrays.toString(learnerIds);
    }
}
