package dev.steppe.raft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftStatus.Role;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.message.RaftMessage.HashReport;
import dev.steppe.raft.message.RaftMessage.HashVerdict;
import dev.steppe.raft.message.RaftMessage.Sender;
import dev.steppe.raft.message.RaftMessageDecoder;
import dev.steppe.raft.message.RaftMessageEncoder;
import dev.steppe.raft.node.InvokedGroup.Server;
import dev.steppe.raft.node.Ledger.Outcome;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.storage.memory.PageFate;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.OfferVerdict;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.PeerRole;
import dev.steppe.transport.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** One member whose state machine has gone another way than the others'. */
class StateWitnessTest {
    private static void load(InvokedGroup group, int count, Server... except) {
        for (int i = 0; i < count; i++) {
            group.servers.stream()
                    .filter(server -> server.node != null
                            && server.leads()
                            && !List.of(except).contains(server))
                    .forEach(server -> group.ledger.propose(server.node, 100));
            group.servers.stream().filter(server -> server.node != null).forEach(server -> server.node.doWork());
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
    void countsNoReportOfAnotherDirectoryThanThePinnedOne() throws OperatingFault {
        InvokedGroup group = new InvokedGroup(3, 74);
        Server leader = group.leader();
        group.until(
                () -> leader.node.status().group().membership().servers().stream()
                        .allMatch(server -> server.directoryId() != 0),
                "directories are not pinned");
        Server away = group.follower();
        Membership membership = leader.node.status().group().membership();
        long pinnedId = membership.servers().get(membership.ordinalOf(away.id)).directoryId();
        long incarnation = leader.node.inspection().core().incarnationOf(away.id);
        away.crash(PageFate.KEEP_ALL);
        Impostor impostor = new Impostor();
        Transport transport = group.network.join(new PeerIdentity(
                InvokedGroup.CLUSTER_ID, "north", PeerRole.SERVER, away.id, pinnedId + 1, incarnation));
        transport.listen("server-" + away.id, PeerPolicy.sameRegionServers(), impostor);
        transport.dial("server-" + leader.id, PeerPolicy.server(leader.id), impostor);
        load(group, 1_100);
        assertTrue(leader.leads() && !impostor.links.isEmpty());
        long term = leader.node.status().term();
        impostor.report(new HashReport(new Sender(away.id, pinnedId + 1, incarnation, term), 1_024, 7));
        load(group, 100);
        assertEquals(List.of(), impostor.verdicts);
        impostor.report(new HashReport(new Sender(away.id, pinnedId, incarnation + 1, term), 1_024, 7));
        load(group, 100);
        assertEquals(List.of(), impostor.verdicts);
        impostor.report(new HashReport(new Sender(away.id, pinnedId, incarnation, term), 1_024, 7));
        load(group, 100);
        assertEquals(1, impostor.verdicts.size(), "the same word of the directory that may speak counts");
        assertEquals(7, impostor.verdicts.get(0).reportedHash());
        assertEquals(List.of(), leader.halts.halts());
    }

    /** Speaks for a member, and hears whether it is told to halt. */
    private static final class Impostor implements LinkListener {
        private final List<Link> links = new ArrayList<>();
        private final List<HashVerdict> verdicts = new ArrayList<>();
        private final RaftMessageDecoder decoder =
                new RaftMessageDecoder(InvokedGroup.CLUSTER_ID, RecordLayout.HEADER_BYTES);

        void report(HashReport report) {
            UnsafeBuffer bytes = new UnsafeBuffer(ByteBuffer.allocateDirect(RaftMessageEncoder.HEAD_MAX_BYTES));
            int length = new RaftMessageEncoder(InvokedGroup.CLUSTER_ID).encode(report, bytes, 0);
            assertEquals(OfferVerdict.SENT, links.get(0).offer(bytes, 0, length));
        }

        @Override
        public void onUp(Link link) {
            links.add(link);
        }

        @Override
        public boolean onFrame(Link link, DirectBuffer buffer, int offset, int length) {
            if (decoder.decode(buffer, offset, length) == RaftMessageDecoder.Verdict.DECODED
                    && decoder.message() instanceof HashVerdict verdict) {
                verdicts.add(verdict);
            }
            return true;
        }

        @Override
        public void onDown(Link link, LinkDown reason) {
            links.remove(link);
        }

        @Override
        public void onRefused(String address, String sentence) {}
    }

    @Test
    void haltsNobodyWhileAllAgree() {
        InvokedGroup group = new InvokedGroup(3, 73);
        group.leader();
        load(group, 5_000);
        group.agree();
    }
}
