package dev.steppe.server;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.command.CommandOutcome;
import dev.steppe.deploy.DeploymentMachine;
import dev.steppe.fleet.HeartbeatMachine;
import dev.steppe.fsm.EngineFsm;
import dev.steppe.planner.Planner;
import dev.steppe.planner.PlannerConfig;
import dev.steppe.raft.api.RoleListener;
import dev.steppe.raft.node.NodeWorld;
import dev.steppe.raft.node.RaftNode;
import dev.steppe.region.FederationMachine;
import dev.steppe.region.RegionDirectory;
import dev.steppe.region.spi.RolloutIntent;
import dev.steppe.region.spi.RolloutWatcher;
import dev.steppe.region.spi.RolloutWatcherProvider;
import dev.steppe.runtime.handover.Mailbox;
import dev.steppe.runtime.handover.Published;
import dev.steppe.server.ServerConfig.RegionLane;
import dev.steppe.server.ServerConfig.ServerLane;
import dev.steppe.server.duty.ApplierAgent;
import dev.steppe.server.duty.AskDesk;
import dev.steppe.server.duty.AskRules;
import dev.steppe.server.duty.DutiesAgent;
import dev.steppe.server.duty.FederationDuties;
import dev.steppe.server.duty.LeaderDuties;
import dev.steppe.server.duty.PlannerAgent;
import dev.steppe.server.duty.Proposals;
import dev.steppe.server.duty.ViewSink;
import dev.steppe.server.duty.WatcherAgent;
import dev.steppe.state.StateStore;
import dev.steppe.state.StateView;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerRole;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.agrona.concurrent.Agent;
import org.jspecify.annotations.Nullable;

/**
 * Puts one server together, read from top to bottom: log and state, duties, planning, the watcher, the lanes. Nothing
 * runs before {@link RegionServer#open} hands the agents to their host.
 */
final class ServerWiring {
    private static final int MAILS_MAX = 65_536;
    private static final int VIEWS_MAX = 4_096;
    private static final int DUTY_PROPOSALS_MAX = 4_096;
    private static final String NO_WATCHER =
            "no rollout watcher is on the class path of this server: a multi-region job"
                    + " cannot be rolled out; add the plugin, or leave out the Multiregion block";

    private final ServerConfig config;
    private final ServerWorld world;
    private final Mailbox<Runnable> dutyMail = new Mailbox<>(MAILS_MAX);
    private final Roles roles = new Roles();

    private ServerWiring(ServerConfig config, ServerWorld world) {
        this.config = config;
        this.world = world;
    }

    static ServerParts wire(ServerConfig config, ServerWorld world) throws OperatingFault {
        return new ServerWiring(config, world).wire();
    }

    private ServerParts wire() throws OperatingFault {
        Published<StateView> published = new Published<>(new StateStore().view());
        ViewSink views = new ViewSink(published, VIEWS_MAX, world.views()::onView);
        EngineFsm fsm = new EngineFsm(views);
        RaftNode<CommandOutcome> raft = RaftNode.open(config.raft(), config.directory(), nodeWorld(), fsm, roles);
        try {
            return wire(raft, published, views);
        } catch (OperatingFault | RuntimeException fault) {
            raft.close();
            throw fault;
        }
    }

    private NodeWorld nodeWorld() {
        ServerWorld.Network network = world.network();
        if (network == null) {
            return NodeWorld.alone(world.clock(), world.entropy().get(), world.haltSwitch());
        }
        return new NodeWorld(world.clock(), world.entropy().get(), world.haltSwitch(), network::raftLane);
    }

    private ServerParts wire(RaftNode<CommandOutcome> raft, Published<StateView> published, ViewSink views)
            throws OperatingFault {
        Proposals proposals = new Proposals(raft, dutyMail, DUTY_PROPOSALS_MAX);
        RolloutWatcher watcher = watcher();
        FederationMachine machine =
                new FederationMachine(FederationMachine.Timing.DEFAULT, directory(), watcher == null ? NO_WATCHER : "");
        FederationDuties federation =
                new FederationDuties(config.region(), raft, machine, proposals, dutyMail, published);
        ApplierAgent applier = new ApplierAgent(raft, published);
        List<PlannerAgent> planners = new ArrayList<>();
        LeaderDuties leaderDuties =
                new LeaderDuties(proposals, new DeploymentMachine(watcher == null), heartbeats(), planners);
        for (int i = 0; i < config.work().planners(); i++) {
            Planner planner =
                    new Planner(PlannerConfig.DEFAULT.at(i, config.work().planners()));
            planners.add(new PlannerAgent(
                    i,
                    planner,
                    published,
                    applier,
                    (agent, lease, term, conclusion) ->
                            dutyMail.offer(() -> leaderDuties.finished(agent, lease, term, conclusion))));
        }
        AskRules rules = new AskRules(config.raft().maxEntryBytes());
        AskDesk desk = new AskDesk(config.region(), rules, proposals, federation, leaderDuties);
        DutiesAgent duties = new DutiesAgent(
                new DutiesAgent.Parts(raft, dutyMail, views, published, proposals, federation, leaderDuties, desk));
        WatcherAgent watching =
                watcher == null ? null : new WatcherAgent(watcher, raft, intent -> carry(duties, federation, intent));
        ForwardLane forward = forward(duties, federation);
        federation.connect(forward, watching);
        roles.connect(duties, applier);
        return new ServerParts(
                raft, published, duties, federation, forward, agents(raft, duties, applier, planners, watching));
    }

    private @Nullable HeartbeatMachine heartbeats() {
        long ttlMs = config.work().heartbeatMs();
        return ttlMs == 0 ? null : new HeartbeatMachine(ttlMs, ttlMs);
    }

    /** Intents come like asks of an outsider: a plugin that wants too much takes no room from anybody else's news. */
    private static boolean carry(DutiesAgent duties, FederationDuties federation, RolloutIntent intent) {
        return duties.post(() -> federation.onIntent(intent));
    }

    private static List<Agent> agents(
            RaftNode<CommandOutcome> raft,
            DutiesAgent duties,
            ApplierAgent applier,
            List<PlannerAgent> planners,
            @Nullable WatcherAgent watching) {
        List<Agent> agents = new ArrayList<>(raft.agents());
        agents.add(duties);
        agents.addAll(planners);
        agents.add(applier);
        if (watching != null) {
            agents.add(watching);
        }
        return agents;
    }

    private @Nullable RolloutWatcher watcher() throws OperatingFault {
        List<RolloutWatcherProvider> providers = new ArrayList<>();
        ServiceLoader.load(RolloutWatcherProvider.class, ServerWiring.class.getClassLoader())
                .forEach(providers::add);
        if (providers.size() > 1) {
            throw new OperatingFault("more than one rollout watcher is on the class path: leave one of "
                    + providers.stream().map(RolloutWatcherProvider::name).toList());
        }
        if (providers.isEmpty()) {
            return null;
        }
        RolloutWatcherProvider provider = providers.get(0);
        if (provider.spiVersion() != RolloutWatcherProvider.SPI_VERSION) {
            throw new OperatingFault("the rollout watcher " + provider.name() + " was made for version "
                    + provider.spiVersion() + " of the interface, this server has " + RolloutWatcherProvider.SPI_VERSION
                    + ": use one that was made for it");
        }
        return provider.create(config.watcher());
    }

    private RegionDirectory directory() {
        TreeMap<String, List<Integer>> servers = new TreeMap<>();
        servers.put(
                config.region(),
                config.raft().members().stream().map(member -> member.id()).toList());
        for (RegionLane region : config.lanes().regions()) {
            servers.put(
                    region.region(),
                    region.servers().stream().map(ServerLane::memberId).toList());
        }
        return new RegionDirectory(config.region(), config.raft().memberId(), servers);
    }

    private @Nullable ForwardLane forward(DutiesAgent duties, FederationDuties federation) throws OperatingFault {
        ServerWorld.Network network = world.network();
        if (network == null || config.lanes().address().isEmpty()) {
            return null;
        }
        PeerIdentity self = new PeerIdentity(
                config.lanes().federationId(),
                config.region(),
                PeerRole.SERVER,
                config.raft().memberId(),
                world.wallClock().time());
        ForwardLane forward = new ForwardLane(config, network.forwardLane(self), duties, federation);
        try {
            forward.open();
            return forward;
        } catch (OperatingFault | RuntimeException fault) {
            forward.close();
            throw fault;
        }
    }

    /** Carries changes of role from the apply agent to those who act on them. */
    private static final class Roles implements RoleListener {
        private @Nullable DutiesAgent duties;
        private @Nullable ApplierAgent applier;

        void connect(DutiesAgent newDuties, ApplierAgent newApplier) {
            duties = newDuties;
            applier = newApplier;
        }

        @Override
        public void onLeader(long term) {
            tell(term, agent -> agent.lead(term));
        }

        @Override
        public void onFollower(long term, int leaderId) {
            tell(term, agent -> agent.follow(leaderId));
        }

        private void tell(long term, Consumer<DutiesAgent> change) {
            DutiesAgent told = duties;
            ApplierAgent toldToo = applier;
            if (told == null || toldToo == null) {
                return; // Not running yet: nobody can lead before the agents have started.
            }
            if (!toldToo.changeTerm(term) || !told.tell(() -> change.accept(told))) {
                throw Invariant.broken("no room for a change of role: term", term);
            }
        }
    }
}
