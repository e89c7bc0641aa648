package dev.steppe.raft.api;

import dev.steppe.raft.storage.WriteStrategy;
import java.util.List;

/**
 * What one group and one member of it agree on before they start. The list of members only says how the group begins:
 * from its first change on, the membership in the log holds.
 *
 * @param clusterId identity of the group; two groups with equal ids must never meet. Salts every checksum
 * @param region name of the region; checked in every handshake
 * @param memberId which of {@code members} this server is
 * @param members the first voters: 1, 3, 5 or 7; where this server joins, the present voters, 1 to 7, and itself
 * @param timing time-outs
 * @param limits sizes
 * @param options what may be left as it is
 */
public record RaftConfig(
        long clusterId,
        String region,
        int memberId,
        List<Member> members,
        Timing timing,
        Limits limits,
        Options options) {

    /** Refuses voter counts other than 1, 3, 5, 7, double ids, and a member id that is not in the list. */
    public RaftConfig {
        members = List.copyOf(members);
        int count = members.size();
        boolean isSteady = count == 1 || count == 3 || count == 5 || count == 7;
        if (options.isJoining() ? count < 2 || count > 8 : !isSteady) {
            throw new IllegalArgumentException("a group has 1, 3, 5 or 7 voters, not " + count);
        }
        if (members.stream().mapToInt(Member::id).distinct().count() != count) {
            throw new IllegalArgumentException("two members share an id in " + members);
        }
        if (members.stream().noneMatch(member -> member.id() == memberId)) {
            throw new IllegalArgumentException("member " + memberId + " is not in " + members);
        }
    }

    /** With {@link Options#DEFAULT}. */
    public RaftConfig(long clusterId, String region, int memberId, List<Member> members, Timing timing, Limits limits) {
        this(clusterId, region, memberId, members, timing, limits, Options.DEFAULT);
    }

    /** The same with other options. */
    public RaftConfig with(Options newOptions) {
        return new RaftConfig(clusterId, region, memberId, members, timing, limits, newOptions);
    }

    /** The voters with which the group begins, as far as this server knows. */
    public List<Member> firstVoters() {
        return options.isJoining()
                ? members.stream().filter(member -> member.id() != memberId).toList()
                : members;
    }

    /** Longest payload of one entry, in bytes. */
    public int maxEntryBytes() {
        return limits.maxEntryBytes();
    }

    /**
     * Time-outs in milliseconds.
     *
     * @param heartbeatMs how often an idle leader is heard
     * @param electionMinMs shortest election time-out; the longest is {@code electionMaxMs}, drawn anew per attempt
     * @param isAutomatic the leader chooses the group's shortest time-out between {@code electionMinMs} and
     *     {@code electionMaxMs} from its broadcast time, beginning with the latter; the longest is then twice the
     *     chosen one. All members must be told the same bounds: a lease is as long as the lower one
     */
    public record Timing(long heartbeatMs, long electionMinMs, long electionMaxMs, boolean isAutomatic) {
        /** Heartbeat 100 ms, election 1-2 s (DESIGN §8). */
        public static final Timing DEFAULT = new Timing(100, 1_000, 2_000);

        /** Fixed time-outs. */
        public Timing(long heartbeatMs, long electionMinMs, long electionMaxMs) {
            this(heartbeatMs, electionMinMs, electionMaxMs, false);
        }

        /** The shortest time-out chosen from 500 ms to 5 s, with a heartbeat of 100 ms. */
        public static Timing automatic() {
            return new Timing(100, 500, 5_000, true);
        }

        /** Refuses times that cannot keep a leader: heartbeat must fit twice into the shortest election time-out. */
        public Timing {
            if (heartbeatMs < 1 || electionMinMs < 2 * heartbeatMs || electionMaxMs <= electionMinMs) {
                throw new IllegalArgumentException("times must satisfy 1 <= heartbeat, 2 x heartbeat <= election min"
                        + " < election max: " + heartbeatMs + ", " + electionMinMs + ", " + electionMaxMs);
            }
        }
    }

    /**
     * Sizes in bytes.
     *
     * @param segmentBytes one log segment, a power of two from 64 KiB to 1 GiB
     * @param maxEntryBytes longest payload of one entry
     * @param inFlightBytes most bytes on the way to one follower
     * @param proposalQueueBytes bounded queue of proposals that wait for the log
     */
    public record Limits(int segmentBytes, int maxEntryBytes, int inFlightBytes, int proposalQueueBytes) {
        /** 64 MiB segments, 1 MiB entries, 4 MiB in flight, 8 MiB of waiting proposals. */
        public static final Limits DEFAULT = new Limits(64 << 20, 1 << 20, 4 << 20, 8 << 20);

        /** For tests and demos with many servers on one machine: 4 MiB segments, the rest in proportion. */
        public static final Limits SMALL = new Limits(4 << 20, 1 << 20, 2 << 20, 4 << 20);

        /**
         * For simulated worlds with many servers in one heap: 64 KiB segments, so that prefixes go often, entries of 4
         * KiB; one server takes less than 1 MiB beside its disk.
         */
        public static final Limits TINY = new Limits(64 << 10, 4 << 10, 64 << 10, 64 << 10);

        /** Refuses sizes that do not fit into each other. */
        public Limits {
            if (Integer.bitCount(segmentBytes) != 1 || segmentBytes < 64 << 10 || segmentBytes > 1 << 30) {
                throw new IllegalArgumentException(
                        "segment bytes must be a power of two from 64 KiB to 1 GiB: " + segmentBytes);
            }
            if (maxEntryBytes < 1 || maxEntryBytes > segmentBytes / 4) {
                throw new IllegalArgumentException(
                        "sizes must satisfy 1 <= entry <= segment / 4: " + maxEntryBytes + ", " + segmentBytes);
            }
            if (inFlightBytes < maxEntryBytes || proposalQueueBytes / 2 < maxEntryBytes) {
                throw new IllegalArgumentException(
                        "in flight must hold an entry and the queue two: " + inFlightBytes + ", " + proposalQueueBytes);
            }
        }
    }

    /**
     * What has a good default.
     *
     * @param snapshots when the state is written down and the log's beginning dropped
     * @param maxClockDriftPpm how much faster or slower than another's the monotonic clock of any server may run, in
     *     millionths, for reads without a round of questions; -1, the default, asks a majority for each read
     * @param voterRoundTripMaxMs a server further away is not made a voter; {@link #ANY_DISTANCE} to allow it
     * @param sessionMaxCount most client sessions that are open at once, 1..65536
     * @param isJoining this server is not among the first voters; it waits until a leader feeds it
     * @param strategy how entries get into their segment; the bytes are the same, so members may differ, and one member
     *     from one start to the next
     */
    public record Options(
            Snapshots snapshots,
            int maxClockDriftPpm,
            long voterRoundTripMaxMs,
            int sessionMaxCount,
            boolean isJoining,
            WriteStrategy strategy) {
        /** No limit to how far away a voter may be. */
        public static final long ANY_DISTANCE = Long.MAX_VALUE;

        /** ReadIndex only, voters within 10 ms, 4,096 sessions, one of the first voters, positional writes. */
        public static final Options DEFAULT = new Options(Snapshots.DEFAULT, -1, 10, 4_096, false);

        /** Refuses numbers out of range. */
        public Options {
            if (maxClockDriftPpm < -1 || maxClockDriftPpm >= 1_000_000) {
                throw new IllegalArgumentException("clock drift must be -1 or 0..999999 ppm: " + maxClockDriftPpm);
            }
            if (voterRoundTripMaxMs < 1 || sessionMaxCount < 1 || sessionMaxCount > 65_536) {
                throw new IllegalArgumentException("the round trip must be above 0 and sessions 1..65536: "
                        + voterRoundTripMaxMs + ", " + sessionMaxCount);
            }
        }

        /** With positional writes. */
        public Options(
                Snapshots snapshots,
                int maxClockDriftPpm,
                long voterRoundTripMaxMs,
                int sessionMaxCount,
                boolean isJoining) {
            this(
                    snapshots,
                    maxClockDriftPpm,
                    voterRoundTripMaxMs,
                    sessionMaxCount,
                    isJoining,
                    WriteStrategy.POSITIONAL);
        }

        /** The same for a server that joins. */
        public Options joining() {
            return new Options(snapshots, maxClockDriftPpm, voterRoundTripMaxMs, sessionMaxCount, true, strategy);
        }

        /** The same with other snapshots. */
        public Options with(Snapshots newSnapshots) {
            return new Options(
                    newSnapshots, maxClockDriftPpm, voterRoundTripMaxMs, sessionMaxCount, isJoining, strategy);
        }

        /** The same with entries written in another way. */
        public Options with(WriteStrategy newStrategy) {
            return new Options(
                    snapshots, maxClockDriftPpm, voterRoundTripMaxMs, sessionMaxCount, isJoining, newStrategy);
        }

        /** The same with reads by lease. */
        public Options withLease(int newMaxClockDriftPpm) {
            return new Options(
                    snapshots, newMaxClockDriftPpm, voterRoundTripMaxMs, sessionMaxCount, isJoining, strategy);
        }

        /** The same with voters at another distance. */
        public Options withVotersWithin(long newVoterRoundTripMaxMs) {
            return new Options(
                    snapshots, maxClockDriftPpm, newVoterRoundTripMaxMs, sessionMaxCount, isJoining, strategy);
        }
    }

    /**
     * When a snapshot is taken, and how much of the log stays behind it.
     *
     * @param everyBytes of log since the last snapshot; 0 = only when asked
     * @param keptBytes of log in front of a snapshot that stay, so that a slow follower need not be sent the snapshot
     * @param pinnedMaxBytes of log that stay at most while a learner still catches up
     */
    public record Snapshots(long everyBytes, long keptBytes, long pinnedMaxBytes) {
        /** Every 256 MiB, 64 MiB kept, 1 GiB for learners. */
        public static final Snapshots DEFAULT = new Snapshots(256L << 20, 64L << 20, 1L << 30);

        /** Refuses negative lengths, and less for learners than for all. */
        public Snapshots {
            if (everyBytes < 0 || keptBytes < 0 || pinnedMaxBytes < keptBytes) {
                throw new IllegalArgumentException("lengths must satisfy 0 <= every, 0 <= kept <= pinned: " + everyBytes
                        + ", " + keptBytes + ", " + pinnedMaxBytes);
            }
        }
    }
}
