package dev.steppe.server;

import dev.steppe.api.Engine;
import dev.steppe.api.EngineConfig;
import dev.steppe.api.EngineProvider;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.Member;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.runtime.IdleChoice;
import dev.steppe.runtime.ThreadLayout;
import java.util.List;
import java.util.TreeMap;

/** Makes embedded engines: one server, one voter, no network. */
public final class EmbeddedEngineProvider implements EngineProvider {
    @Override
    public Engine open(EngineConfig config) throws OperatingFault {
        // A single voter elects itself at once; the times only say how long its disk may hang before it steps down.
        RaftConfig raft = new RaftConfig(
                1,
                config.region(),
                1,
                List.of(new Member(1, "localhost", 0)),
                RaftConfig.Timing.DEFAULT,
                RaftConfig.Limits.DEFAULT);
        ThreadLayout layout = switch (config.threads()) {
            case DEDICATED -> ThreadLayout.DEDICATED;
            case SHARED -> ThreadLayout.SHARED;
            case INVOKED -> ThreadLayout.INVOKED;
        };
        ServerConfig server = new ServerConfig(
                raft,
                config.directory(),
                ServerConfig.Lanes.NONE,
                new ServerConfig.Work(layout, IdleChoice.BACK_OFF, config.planners(), config.heartbeatMs()),
                new TreeMap<>());
        ServerWorld world = ServerWorld.real();
        return new EmbeddedEngine(RegionServer.open(server, world), world.wallClock());
    }
}
