package dev.steppe.fsm;

import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.command.CommandOutcome.Refused.Code;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.node.Node;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.node.NodeRules;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Evaluation.Trigger;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Machines register, are lost and come back. */
final class NodeCommands {
    private NodeCommands() {}

    /**
     * A node that is ready and offers what it offered is passed over: nothing changed. One that breaks a rule refuses
     * all of the command.
     */
    static CommandOutcome register(EntryTx entry, Command.RegisterNodes command) {
        String refusal = NodeRules.refusal(command.nodes());
        if (!refusal.isEmpty()) {
            return entry.refused(Code.INVALID_NODE, refusal);
        }
        for (Node node : command.nodes()) {
            NodeRow before = entry.state().node(node.id());
            if (before == null || !before.isReady() || !before.node().equals(node)) {
                entry.state().putNode(node, NodeStatus.READY, entry.index());
            }
        }
        return entry.done();
    }

    static CommandOutcome setStatus(EntryTx entry, Command.SetNodeStatus command) {
        List<NodeRow> moving = moving(entry, command);
        TreeSet<JobKey> hurt = new TreeSet<>();
        if (command.status() == NodeStatus.DOWN) {
            for (NodeRow node : moving) {
                for (Allocation row : entry.state().liveAllocationsOn(node.ordinal())) {
                    hurt.add(row.slot().job());
                }
            }
        }
        if (hurt.size() > EntryTx.IDS_MAX) {
            return entry.refused(
                    Code.WRONG_STATE,
                    moving.size() + " nodes of " + hurt.size()
                            + " jobs go down at once; name fewer nodes in one entry");
        }
        for (NodeRow node : moving) {
            entry.state().putNode(node.node(), command.status(), entry.index());
        }
        for (JobKey key : hurt) {
            JobVersion job = entry.state().job(key);
            if (job != null) {
                entry.ask(job, Trigger.NODE_UPDATE, 0, 0);
            }
        }
        return entry.done();
    }

    /** The nodes named that are there and in another status, each once. */
    private static List<NodeRow> moving(EntryTx entry, Command.SetNodeStatus command) {
        Set<NodeRow> moving = new LinkedHashSet<>();
        for (String nodeId : command.nodeIds()) {
            NodeRow node = entry.state().node(nodeId);
            if (node != null && node.status() != command.status()) {
                moving.add(node);
            }
        }
        return List.copyOf(moving);
    }
}
