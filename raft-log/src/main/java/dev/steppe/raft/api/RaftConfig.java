package dev.steppe.raft.api;

import java.util.List;

/**
 * What one group and one member of it agree on before they start.
 *
 * @param clusterId identity of the group; two groups with equal ids must never meet. Salts every checksum
 * @param region name of the region; checked in every handshake
 * @param memberId which of {@code members} this server is
 * @param members all voters: 1, 3, 5 or 7
 * @param timing time-outs
 * @param limits sizes
 */
public record RaftConfig(
        long clusterId, String region, int memberId, List<Member> members, Timing timing, Limits limits) {

    /** Refuses voter counts other than 1, 3, 5, 7, double ids, and a member id that is not in the list. */
    public RaftConfig {
        members = List.copyOf(members);
        int count = members.size();
        if (count != 1 && count != 3 && count != 5 && count != 7) {
            throw new IllegalArgumentException("a group has 1, 3, 5 or 7 voters, not " + count);
        }
        if (members.stream().mapToInt(Member::id).distinct().count() != count) {
            throw new IllegalArgumentException("two members share an id in " + members);
        }
        if (members.stream().noneMatch(member -> member.id() == memberId)) {
            throw new IllegalArgumentException("member " + memberId + " is not in " + members);
        }
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
     */
    public record Timing(long heartbeatMs, long electionMinMs, long electionMaxMs) {
        /** Heartbeat 100 ms, election 1-2 s (DESIGN §8). */
        public static final Timing DEFAULT = new Timing(100, 1_000, 2_000);

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
     * @param segmentBytes one log segment, a power of two from 1 MiB to 1 GiB
     * @param maxEntryBytes longest payload of one entry
     * @param inFlightBytes most bytes on the way to one follower
     * @param proposalQueueBytes bounded queue of proposals that wait for the log
     */
    public record Limits(int segmentBytes, int maxEntryBytes, int inFlightBytes, int proposalQueueBytes) {
        /** 64 MiB segments, 1 MiB entries, 4 MiB in flight, 8 MiB of waiting proposals. */
        public static final Limits DEFAULT = new Limits(64 << 20, 1 << 20, 4 << 20, 8 << 20);

        /** For tests and demos with many servers on one machine: 4 MiB segments, the rest in proportion. */
        public static final Limits SMALL = new Limits(4 << 20, 1 << 20, 2 << 20, 4 << 20);

        /** Refuses sizes that do not fit into each other. */
        public Limits {
            if (Integer.bitCount(segmentBytes) != 1 || segmentBytes < 1 << 20 || segmentBytes > 1 << 30) {
                throw new IllegalArgumentException(
                        "segment bytes must be a power of two from 1 MiB to 1 GiB: " + segmentBytes);
            }
            if (maxEntryBytes < 1 || maxEntryBytes > segmentBytes / 2) {
                throw new IllegalArgumentException(
                        "sizes must satisfy 1 <= entry <= segment / 2: " + maxEntryBytes + ", " + segmentBytes);
            }
            if (inFlightBytes < maxEntryBytes || proposalQueueBytes / 2 < maxEntryBytes) {
                throw new IllegalArgumentException(
                        "in flight must hold an entry and the queue two: " + inFlightBytes + ", " + proposalQueueBytes);
            }
        }
    }
}
