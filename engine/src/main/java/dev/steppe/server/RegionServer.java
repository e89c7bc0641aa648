package dev.steppe.server;

import dev.steppe.base.OperatingFault;
import dev.steppe.gateway.GatewayMessage.Answer;
import dev.steppe.gateway.GatewayMessage.Ask;
import dev.steppe.raft.api.RaftStatus;
import dev.steppe.runtime.AgentHost;
import dev.steppe.server.duty.DutiesAgent;
import dev.steppe.state.StateView;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One running server of one region. Methods may be called from any thread and do not block, unless they say otherwise;
 * {@link #doWork} belongs to the one thread that drives the invoked layout.
 */
public final class RegionServer implements AutoCloseable {
    private final ServerParts parts;
    private final AgentHost host;
    private volatile boolean ended;

    private RegionServer(ServerParts parts, AgentHost host) {
        this.parts = parts;
        this.host = host;
    }

    /**
     * Opens or recovers the server in its directory and starts its agents. Blocks while the log is recovered. Refuses a
     * directory that another process holds, or that belongs to another cluster or member.
     */
    public static RegionServer open(ServerConfig config, ServerWorld world) throws OperatingFault {
        ServerParts parts = ServerWiring.wire(config, world);
        AgentHost host = AgentHost.start(
                config.region() + "-" + config.raft().memberId(),
                config.work().layout(),
                config.work().idle(),
                world.haltSwitch(),
                parts.agents());
        return new RegionServer(parts, host);
    }

    /** A consistent picture of its Raft member. */
    public RaftStatus status() {
        return parts.raft().status();
    }

    /** The newest published state. */
    public StateView view() {
        return parts.published().get();
    }

    /** Whether its agents still work. */
    public boolean isRunning() {
        return host.isRunning();
    }

    /**
     * Asks what a client may ask, and {@code SetNodeStatus}. False means back-pressure: nothing was taken. Else
     * {@code answered} is called once, on the duties agent or, at the latest, on the thread that closes this server; it
     * must not block.
     */
    public boolean ask(Ask ask, Consumer<Answer> answered) {
        return post(duties -> duties.take(ask, false, answered));
    }

    /** Lets the duties agent run {@code work}, once; false when its mailbox is full, or the server has ended. */
    boolean post(Consumer<DutiesAgent> work) {
        if (!isRunning() || !parts.duties().post(() -> work.accept(parts.duties()))) {
            return false;
        }
        if (ended) {
            end(); // The server was closed in between: its agent does not look any more.
        }
        return true;
    }

    /**
     * Request and answer pairs that {@code region} saw of the registration of {@code rolloutId} before it was run; 0
     * unless this server registered it (the newest 256 are kept).
     */
    public int registrationRoundTrips(String rolloutId, String region) {
        return parts.federation().registrationPairs(rolloutId, region);
    }

    /** Why rollouts are not watched here, one sentence; null while they are. */
    public @Nullable String watcherAbsence() {
        String absence = parts.federation().watcherAbsence();
        return absence.isEmpty() ? null : absence;
    }

    /** One round of every agent; only in the invoked layout. */
    public int doWork() {
        return host.doWork();
    }

    /**
     * Ends every agent, link and thread of this server, answers whoever still waits, and releases its directory. Blocks
     * until they have. Idempotent. Refused with {@code IllegalStateException} on an agent of this server: no thread can
     * wait for its own end.
     */
    @Override
    public void close() {
        if (host.isOnDuty()) {
            throw new IllegalStateException("an agent of this server cannot close it: use a thread of your own");
        }
        parts.closeLanes();
        host.close();
        parts.raft().close();
        ended = true;
        end();
    }

    private synchronized void end() {
        parts.duties().end();
    }
}
