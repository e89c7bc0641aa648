package dev.steppe.cluster;

import dev.steppe.raft.api.RaftConfig;
import dev.steppe.server.ServerConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;

/**
 * Several regions in one process.
 *
 * @param regions names, in the order of their first contact
 * @param serverCount servers of each region: 1, 3, 5 or 7
 * @param directory one directory below it for each server
 * @param timing time-outs of every group
 * @param work who runs what, the same in every server
 * @param watcher settings of the rollout watcher
 */
public record FederationConfig(
        List<String> regions,
        int serverCount,
        Path directory,
        RaftConfig.Timing timing,
        ServerConfig.Work work,
        SortedMap<String, String> watcher) {
    /** Takes an ordered copy. */
    public FederationConfig {
        regions = List.copyOf(regions);
    }
}
