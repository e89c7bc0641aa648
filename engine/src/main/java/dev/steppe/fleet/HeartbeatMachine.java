package dev.steppe.fleet;

import dev.steppe.command.Command;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.state.StateView;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sets machines down that are not heard of, and ready when they are again. Time is log time. Owned by the duties agent.
 */
public final class HeartbeatMachine {
    /** Nodes in one proposal. */
    private static final int BATCH_MAX_COUNT = 256;
    /** A change that was proposed and is not seen after this long is proposed again. */
    private static final long REPEAT_MS = 5_000;

    private final long silenceMaxMs;
    private final NodeDeadlines deadlines = new NodeDeadlines();
    /** For nodes that are down: until when another heartbeat proposes nothing. */
    private final NodeDeadlines revivals = new NodeDeadlines();

    private @Nullable StateView view;

    /**
     * A machine that does not lead yet.
     *
     * @param ttlMs how often a node says that it is there, at the latest
     * @param graceMs how much later is still in time
     */
    public HeartbeatMachine(long ttlMs, long graceMs) {
        if (ttlMs < 1 || graceMs < 0) {
            throw new IllegalArgumentException(
                    "ttlMs must be positive and graceMs not negative: " + ttlMs + ", " + graceMs);
        }
        silenceMaxMs = ttlMs + graceMs;
    }

    /** This server leads: every node that is ready has its full time from now. */
    public void start(StateView newView, long nowMs) {
        stop();
        view = newView;
        followAll(newView, nowMs);
    }

    /** This server leads no more: forgets everything. */
    public void stop() {
        deadlines.clear();
        revivals.clear();
        view = null;
    }

    /** A state was published, in order; views may be left out. */
    public void published(StateView newView, long nowMs) {
        StateView before = view;
        if (before == null || newView.index() <= before.index()) {
            return;
        }
        view = newView;
        if (newView.journal().sinceIndex() > before.index()) {
            followAll(newView, nowMs);
        } else {
            for (int ordinal : newView.journal().nodeOrdinals()) {
                follow(newView.nodeAt(ordinal), nowMs);
            }
        }
    }

    private void followAll(StateView newView, long nowMs) {
        for (int ordinal = 0; ordinal < newView.nodes().nodeCount(); ordinal++) {
            follow(newView.nodeAt(ordinal), nowMs);
        }
    }

    /** A node that is ready has a deadline; one that became ready, or is new, has its full time. */
    private void follow(NodeRow row, long nowMs) {
        if (!row.isReady()) {
            deadlines.set(row.ordinal(), Long.MAX_VALUE);
        } else if (!deadlines.isArmed(row.ordinal())) {
            deadlines.set(row.ordinal(), nowMs + silenceMaxMs);
            revivals.set(row.ordinal(), Long.MAX_VALUE);
        }
    }

    /** These nodes are heard of; answers those that are not registered. Proposes those ready that are down. */
    public List<String> heard(List<String> nodeIds, long nowMs, Consumer<Command> proposals) {
        StateView current = view;
        if (current == null) {
            return List.of();
        }
        List<String> unknown = new ArrayList<>();
        List<String> revived = new ArrayList<>();
        for (String nodeId : nodeIds) {
            NodeRow row = current.node(nodeId);
            if (row == null) {
                unknown.add(nodeId);
            } else if (row.isReady()) {
                deadlines.set(row.ordinal(), nowMs + silenceMaxMs);
            } else if (!revivals.isArmed(row.ordinal()) || revivals.isDue(row.ordinal(), nowMs)) {
                revivals.set(row.ordinal(), nowMs + REPEAT_MS);
                revived.add(nodeId);
            }
        }
        propose(revived, NodeStatus.READY, proposals);
        return unknown;
    }

    /** The time of {@link #nextDeadlineMs()} has come: nodes that were silent too long go down. */
    public void onTime(long nowMs, Consumer<Command> proposals) {
        StateView current = view;
        if (current == null || nowMs < deadlines.earliestMs()) {
            return;
        }
        List<String> silent = new ArrayList<>();
        for (int due = deadlines.nextDue(0, nowMs); due >= 0; due = deadlines.nextDue(due + 1, nowMs)) {
            deadlines.set(due, nowMs + REPEAT_MS);
            silent.add(current.nodeAt(due).node().id());
        }
        deadlines.scan();
        propose(silent, NodeStatus.DOWN, proposals);
    }

    /** When to be called again if nothing happens, log time; {@code Long.MAX_VALUE} = never. */
    public long nextDeadlineMs() {
        return deadlines.earliestMs();
    }

    private static void propose(List<String> nodeIds, NodeStatus status, Consumer<Command> proposals) {
        for (int from = 0; from < nodeIds.size(); from += BATCH_MAX_COUNT) {
            int to = Math.min(nodeIds.size(), from + BATCH_MAX_COUNT);
            proposals.accept(new Command.SetNodeStatus(nodeIds.subList(from, to), status));
        }
    }
}
