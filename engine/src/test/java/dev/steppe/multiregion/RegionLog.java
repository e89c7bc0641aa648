package dev.steppe.multiregion;

import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.fsm.EngineFsm;
import dev.steppe.raft.api.machine.EntryPosition;
import dev.steppe.state.StateView;
import java.util.ArrayList;
import java.util.List;

/** A region's log and state machine as an atomic register: what is applied is committed. */
final class RegionLog {
    private final List<StateView> published = new ArrayList<>();
    private final EngineFsm fsm = new EngineFsm(published::add);
    private final EntryPosition at = new EntryPosition();
    private long index;

    RegionLog() {
        fsm.applied(0, 0);
    }

    StateView view() {
        return published.get(published.size() - 1);
    }

    CommandOutcome apply(Command command, long term, long logTimeMs) {
        index++;
        CommandOutcome outcome = fsm.apply(at.at(index, term, logTimeMs), command);
        fsm.applied(index, logTimeMs);
        published.subList(0, published.size() - 1).clear();
        return outcome;
    }
}
