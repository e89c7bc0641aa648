package dev.steppe.fsm;

import static dev.steppe.state.StateSamples.job;
import static dev.steppe.state.StateSamples.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.model.job.Job;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.Evaluation.Trigger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NodeCommandsTest {
    private static final Job WEB = job("web", 2, 1000);

    private final FsmWorld world = new FsmWorld();

    @Test
    void registersNodesReadyInOrder() {
        world.nodes(node("n2", 4000), node("n1", 4000));
        assertEquals(0, world.state().node("n2").ordinal());
        assertEquals(1, world.state().node("n1").ordinal());
        assertEquals(NodeStatus.READY, world.state().node("n1").status());
    }

    @Test
    void passesOverANodeThatIsAsItWas() {
        world.nodes(node("n1", 4000));
        world.nodes(node("n1", 4000));
        assertEquals(1, world.state().node("n1").modifyIndex());
    }

    @Test
    void refusesAllNodesOfACommandIfOneBreaksARule() {
        String longId = "n".repeat(70_000);
        world.refuses(
                new Command.RegisterNodes(List.of(node("n1", 4000), node(longId, 4000))),
                CommandOutcome.Refused.Code.INVALID_NODE);
        assertNull(world.state().node("n1"));
        assertNull(world.state().node(longId));
    }

    @Test
    void asksOnceAboutEachJobOnNodesThatGoDown() {
        world.nodes(node("n1", 4000), node("n2", 4000));
        world.runAll(WEB, "n1");
        world.runAll(job("api", 2, 1000), "n2");
        world.runAll(job("db", 1, 1000), "n1");
        world.apply(new Command.SetNodeStatus(List.of("n2", "n1", "nx", "n1"), NodeStatus.DOWN));
        List<String> asked = new ArrayList<>();
        world.view().forEachOpenEvaluation(row -> {
            if (row.createIndex() == world.index()) {
                assertEquals(Trigger.NODE_UPDATE, row.trigger());
                asked.add(row.job().id() + (row.id() - Evaluation.idAt(world.index(), 0)));
            }
        });
        assertEquals(List.of("api0", "db1", "web2"), asked);
        assertEquals(NodeStatus.DOWN, world.state().node("n2").status());
        assertEquals(0, world.view().nodes().page(0).eligible()[0]);
    }

    @Test
    void asksNothingWhenANodeIsHeardOfAgain() {
        world.nodes(node("n1", 4000));
        world.runAll(WEB, "n1");
        world.apply(new Command.SetNodeStatus(List.of("n1"), NodeStatus.DOWN));
        int asked = world.triggers(WEB.key()).size();
        world.apply(new Command.SetNodeStatus(List.of("n1"), NodeStatus.READY), CommandOutcome.Done.class);
        world.apply(new Command.SetNodeStatus(List.of("n1"), NodeStatus.READY), CommandOutcome.Done.class);
        assertEquals(asked, world.triggers(WEB.key()).size());
        assertEquals(world.index() - 1, world.state().node("n1").modifyIndex());
    }

    @Test
    void makesADownNodeReadyWhenItRegistersAgain() {
        world.nodes(node("n1", 4000));
        world.apply(new Command.SetNodeStatus(List.of("n1"), NodeStatus.DOWN));
        world.nodes(node("n1", 4000));
        assertEquals(NodeStatus.READY, world.state().node("n1").status());
        assertEquals(1, world.state().node("n1").specIndex());
    }
}
