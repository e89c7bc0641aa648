package dev.steppe.multiregion;

import dev.steppe.command.Command;
import dev.steppe.deploy.DeploymentMachine;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.Resources;
import dev.steppe.model.node.Node;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.region.FederationMachine;
import dev.steppe.region.FederationOutput;
import dev.steppe.region.RegionDirectory;
import dev.steppe.region.WatcherSeat;
import dev.steppe.state.StateView;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One region of the world: a log, two servers of which at most one leads, and a worker. */
final class WorldRegion {
    /** One server. */
    static final class Server {
        final int memberId;
        final FederationMachine federation;
        final WatcherSeat seat;
        final DeploymentMachine deployments = new DeploymentMachine(false);
        final FederationOutput output = new FederationOutput();

        Server(int memberId, RegionDirectory directory, WatcherSettings settings) {
            this.memberId = memberId;
            federation = new FederationMachine(FederationMachine.Timing.DEFAULT, directory, "");
            seat = new WatcherSeat(new MultiregionWatcher(settings), federation);
        }
    }

    final String name;
    final RegionLog log = new RegionLog();
    final RegionWorker worker = new RegionWorker();
    final List<Server> servers;
    /** Every region has a clock of its own; none is ever compared with another's. */
    final long clockOffsetMs;

    /** Whether the worker looked at the newest state. */
    boolean isOffered;
    /** Whether the worker has something in the bag. */
    boolean isWorkDue;

    boolean isWatcherSilent;
    int silencedCount;

    long term = 1;

    @Nullable
    Server leader;

    WorldRegion(String name, int position, List<String> regions, WatcherSettings settings) {
        this.name = name;
        clockOffsetMs = position * 1_000_003L;
        TreeMap<String, List<Integer>> members = new TreeMap<>();
        regions.forEach(region -> members.put(region, List.of(1, 2)));
        servers = List.of(
                new Server(1, new RegionDirectory(name, 1, members), settings),
                new Server(2, new RegionDirectory(name, 2, members), settings));
        Node node = new Node(
                RegionWorker.NODE,
                RegionWorker.NODE,
                "dc1",
                "",
                new TreeMap<>(),
                new TreeMap<>(),
                new Resources(1_000_000, 1_000_000, 1_000_000));
        log.apply(new Command.RegisterNodes(List.of(node)), term, 0);
    }

    Server server(int memberId) {
        return servers.get(memberId - 1);
    }

    StateView view() {
        return log.view();
    }

    /** The newest deployment of the rollout here, or null. */
    @Nullable
    Deployment part(String rolloutId) {
        Deployment newest = null;
        for (Deployment deployment : view().deploymentsOfJob(WorldJobs.APP)) {
            RolloutMembership membership = deployment.membership();
            if (membership != null && membership.rolloutId().equals(rolloutId)) {
                newest = deployment;
            }
        }
        return newest;
    }

    boolean hasOpenDeployment() {
        boolean[] open = new boolean[1];
        view().forEachOpenDeployment(deployment -> open[0] = true);
        return open[0];
    }

    /** The release that is wanted here; empty if the job does not exist. */
    String release() {
        JobVersion job = view().job(WorldJobs.APP);
        return job == null ? "" : WorldJobs.release(job.spec());
    }
}
