package dev.steppe.raft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftStatus.Role;
import dev.steppe.raft.node.InvokedGroup.Server;
import dev.steppe.raft.node.Ledger.Outcome;
import dev.steppe.runtime.HaltSwitch;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One member whose state machine has gone another way than the others'. */
class StateWitnessTest {
    private static void load(InvokedGroup group, int count, Server... except) {
        for (int i = 0; i < count; i++) {
            group.servers.stream()
                    .filter(server -> server.leads() && !List.of(except).contains(server))
                    .forEach(server -> group.ledger.propose(server.node, 100));
            group.servers.forEach(server -> server.node.doWork());
            group.network.deliverAll(10_000);
            group.clock.advanceNs(1_000_000);
        }
    }

    private static void assertHalted(Server liar) {
        assertEquals(1, liar.halts.halts().size());
        HaltSwitch.Halt halt = liar.halts.halts().get(0);
        assertEquals(HaltSwitch.BROKEN, halt.exitCode());
        assertTrue(halt.sentence().contains("the state at entry 1024 has the hash"), halt.sentence());
        assertEquals(Role.STOPPED, liar.node.status().role());
        assertEquals(ProposeVerdict.CLOSED, new Ledger().propose(liar.node, 100));
    }

    @Test
    void haltsTheFollowerThatStandsAlone() {
        InvokedGroup group = new InvokedGroup(3, 71);
        Server leader = group.leader();
        Server liar = group.servers.stream()
                .filter(server -> server != leader)
                .findFirst()
                .orElseThrow();
        liar.machine.error = 1;
        load(group, 1_000);
        group.servers.forEach(server -> assertEquals(List.of(), server.halts.halts()));
        load(group, 100);
        assertHalted(liar);
        group.servers.stream().filter(server -> server != liar).forEach(server -> {
            assertEquals(List.of(), server.halts.halts());
        });
        long applied = group.ledger.count(Outcome.APPLIED);
        load(group, 100);
        assertTrue(group.ledger.count(Outcome.APPLIED) > applied + 90, "the others do not go on");
    }

    @Test
    void haltsALeaderThatStandsAloneAndGoesOnWithAnother() {
        InvokedGroup group = new InvokedGroup(3, 72);
        Server liar = group.leader();
        liar.machine.error = 1;
        load(group, 1_100);
        assertHalted(liar);
        load(group, 5_000, liar);
        Server successor = group.servers.stream()
                .filter(server -> server != liar && server.leads())
                .findFirst()
                .orElseThrow();
        assertEquals(List.of(), successor.halts.halts());
        load(group, 100, liar, successor);
        assertEquals("", group.ledger.fault());
        assertEquals(0, group.ledger.count(Outcome.WAITING));
    }

    @Test
    void haltsNobodyWhileAllAgree() {
        InvokedGroup group = new InvokedGroup(3, 73);
        group.leader();
        load(group, 5_000);
        group.agree();
    }
}
