package dev.steppe.server;

import dev.steppe.raft.api.RaftConfig;
import dev.steppe.runtime.IdleChoice;
import dev.steppe.runtime.ThreadLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;

/**
 * What one server of one region needs to know.
 *
 * @param raft its Raft group and its place in it
 * @param directory log, vault and identity; created if absent
 * @param lanes where clients and other regions are met
 * @param work who runs what
 * @param watcher settings handed to the rollout watcher, uninterpreted
 */
public record ServerConfig(RaftConfig raft, Path directory, Lanes lanes, Work work, SortedMap<String, String> watcher) {

    /** Name of the region. */
    public String region() {
        return raft.region();
    }

    /**
     * The forward lane: clients and regions, never Raft.
     *
     * @param federationId equal for all regions that know each other, and for their clients
     * @param address where this server listens, {@code host:port}; empty = it listens nowhere
     * @param regions every region of the federation with the forward addresses of its servers, this one included
     */
    public record Lanes(long federationId, String address, List<RegionLane> regions) {
        /** No listening, no other region. */
        public static final Lanes NONE = new Lanes(1, "", List.of());

        /** Takes an ordered copy. */
        public Lanes {
            regions = List.copyOf(regions);
        }
    }

    /**
     * One region of the federation.
     *
     * @param servers by member id
     */
    public record RegionLane(String region, List<ServerLane> servers) {
        /** Takes an ordered copy. */
        public RegionLane {
            servers = List.copyOf(servers);
        }
    }

    /** The forward address of one server, {@code host:port}. */
    public record ServerLane(int memberId, String address) {}

    /**
     * Who runs what.
     *
     * @param planners planners of this server, 0..64; 0 = none even while it leads
     * @param heartbeatMs how often a node says that it is there, at the latest; after twice this in silence it is down.
     *     0 = nodes are never timed out
     */
    public record Work(ThreadLayout layout, IdleChoice idle, int planners, long heartbeatMs) {
        /** Refuses numbers out of range. */
        public Work {
            if (planners < 0 || planners > 64 || heartbeatMs < 0) {
                throw new IllegalArgumentException(
                        "planners must be 0..64 and heartbeatMs not negative: " + planners + ", " + heartbeatMs);
            }
        }
    }
}
