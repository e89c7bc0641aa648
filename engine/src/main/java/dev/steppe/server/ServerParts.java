package dev.steppe.server;

import dev.steppe.command.CommandOutcome;
import dev.steppe.raft.api.RaftServer;
import dev.steppe.runtime.handover.Published;
import dev.steppe.server.duty.DutiesAgent;
import dev.steppe.server.duty.FederationDuties;
import dev.steppe.state.StateView;
import java.util.List;
import org.agrona.concurrent.Agent;
import org.jspecify.annotations.Nullable;

/** What one server is made of, wired but not started. {@code agents} in the order of one round of duty. */
record ServerParts(
        RaftServer<CommandOutcome> raft,
        Published<StateView> published,
        DutiesAgent duties,
        FederationDuties federation,
        @Nullable ForwardLane forward,
        List<Agent> agents) {
    /** Ends the links first: nobody asks a server that is going down. */
    void closeLanes() {
        if (forward != null) {
            forward.close();
        }
    }
}
