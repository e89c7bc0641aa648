package dev.steppe.raft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.ChangeWords;
import dev.steppe.raft.api.MembershipChange;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.api.RaftConfig.Options;
import dev.steppe.raft.log.LogInspection;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.node.InvokedGroup.Server;
import dev.steppe.raft.node.Ledger.Outcome;
import dev.steppe.raft.node.disk.SnapshotAgent;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.rescue.GroupRescue;
import dev.steppe.raft.rescue.NewGroup;
import dev.steppe.raft.rescue.RescueVerdict;
import dev.steppe.raft.snapshot.SnapshotHeader;
import dev.steppe.raft.snapshot.SnapshotShelf;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.raft.storage.memory.PageFate;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.PeerRole;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;

/**
 * A group whose majority is gone for good, and one of which only an older copy is left ({@code reliability.md} U8, U7):
 * it goes on from one directory under a new identity, and nobody of the old group ever has a part in it.
 */
final class RescuedGroupTest {
    private static final Options OFTEN = Options.DEFAULT.with(new RaftConfig.Snapshots(64 << 10, 16 << 10, 256 << 10));
    private static final long NEW = 0x4E3;

    private final InvokedGroup group = new InvokedGroup(3, 97, RaftConfig.Limits.TINY, OFTEN);
    private final ChangeWords listener = new ChangeWords();

    @Test
    void goesOnWithOneOfThreeAndGrowsAgain() throws OperatingFault {
        commit(null, 2_000);
        change(group.leader(), new MembershipChange.AddLearner(new Membership.Server(9, 0, "server-9", 0)));
        group.agree();
        List<Long> before = List.copyOf(group.servers.get(0).machine.commands);
        long hash = group.servers.get(0).machine.stateHash();
        MemoryDisk disk = rescued(endAll().get(1));
        assertEquals(1, membershipCount(disk), "servers of the old group are named in the new one");
        Server alone = group.refound(2, NEW, disk);
        settle(alone);
        assertEquals(hash, alone.machine.stateHash());
        assertEquals(before, alone.machine.commands);
        commit(alone, 200);
        grow(alone, 1);
        grow(alone, 3);
        commit(alone, 100);
        assertEquals(3, alone.node.status().group().membership().voterCount());
        group.agree();
        assertEquals(2_300, alone.machine.commands.size());
    }

    @Test
    void hasNoPartInAnotherHistory() throws OperatingFault {
        commit(null, 800);
        Server copied = group.follower();
        copied.crash(PageFate.KEEP_ALL);
        final MemoryDisk backup = copied.disk.copy();
        copied.start();
        commit(null, 500);
        group.agree();
        List<MemoryDisk> disks = endAll();
        List<Long> lost = List.copyOf(allCommands(disks.get(0), 1));

        Server restored = group.refound(copied.id, NEW, rescued(backup));
        settle(restored);
        List<Long> kept = List.copyOf(restored.machine.commands);
        assertTrue(kept.size() >= 800 && kept.size() < lost.size(), "kept " + kept.size() + " of " + lost.size());
        assertEquals(lost.subList(0, kept.size()), kept);

        int oldId = copied.id == 1 ? 3 : 1;
        assertStranger(oldId, restored);
        assertForeign(disks.get(oldId - 1), oldId);
        assertForeign(backup, copied.id);
        // With an empty directory it is welcome, and gets this history from its first entry.
        commit(restored, 50);
        grow(restored, oldId);
        group.agree();
        assertEquals(kept.size() + 50, restored.machine.commands.size());
    }

    @Test
    void livesBesideTheOldGroupThatCameBack() throws OperatingFault {
        commit(null, 300);
        group.agree();
        List<MemoryDisk> disks = endAll();
        Server alone = group.refound(3, NEW, rescued(disks.get(2)));
        settle(alone);
        List<Server> back = List.of(restart(1, disks.get(0)), restart(2, disks.get(1)));
        group.until(() -> back.stream().anyMatch(Server::leads), "two of three do not elect one of them");
        Server oldLeader = back.stream().filter(Server::leads).findFirst().orElseThrow();
        commit(alone, 100);
        commit(oldLeader, 50);
        for (int round = 0; round < 5_000; round++) {
            group.round();
        }
        assertTrue(alone.leads() && oldLeader.leads());
        assertEquals(400, alone.machine.commands.size());
        back.forEach(server -> assertEquals(350, server.machine.commands.size()));
        assertEquals(1, alone.node.status().group().membership().serverCount());
    }

    /** Commits at {@code leader}, or at whoever leads. */
    private void commit(Server leader, int count) {
        long target = group.ledger.count(Outcome.APPLIED) + count;
        long offeredCount = 0;
        while (group.ledger.count(Outcome.APPLIED) < target) {
            Server at = leader == null ? group.leader() : leader;
            boolean isMoreWanted = offeredCount < count;
            if (isMoreWanted && group.ledger.propose(at.node, 100) == ProposeVerdict.ACCEPTED) {
                offeredCount++;
            }
            group.round();
        }
    }

    /** Waits until it leads and has applied all it has. */
    private void settle(Server server) {
        group.until(
                () -> server.leads()
                        && server.node.status().indexes().appliedIndex()
                                == server.node.status().indexes().lastIndex(),
                "it does not lead");
    }

    /** Every machine dies; what their disks hold, by id. */
    private List<MemoryDisk> endAll() {
        List<MemoryDisk> disks = new ArrayList<>();
        for (Server server : group.servers) {
            server.crash(PageFate.KEEP_ALL);
            disks.add(server.disk);
        }
        group.servers.clear();
        return disks;
    }

    private Server restart(int id, MemoryDisk disk) {
        Server server = group.comeBack(id, disk);
        server.start();
        return server;
    }

    private List<Long> allCommands(MemoryDisk disk, int id) throws OperatingFault {
        Server server = group.refound(id, NEW + id, rescued(disk, NEW + id));
        settle(server);
        List<Long> commands = List.copyOf(server.machine.commands);
        server.stop();
        group.servers.remove(server);
        return commands;
    }

    private static MemoryDisk rescued(MemoryDisk from) throws OperatingFault {
        return rescued(from, NEW);
    }

    private static MemoryDisk rescued(MemoryDisk from, long clusterId) throws OperatingFault {
        MemoryDisk to = new MemoryDisk();
        NewGroup wanted = new NewGroup(clusterId, "server-2", 0, "operator", 0);
        try (var source = from.hold();
                var target = to.hold()) {
            RescueVerdict verdict = GroupRescue.rescue(source, target, wanted, new SeededEntropy(clusterId));
            assertInstanceOf(RescueVerdict.Rescued.class, verdict, verdict::toString);
        }
        return to;
    }

    private static int membershipCount(MemoryDisk disk) throws OperatingFault {
        int[] count = {0};
        try (var directory = disk.hold()) {
            SnapshotShelf shelf = SnapshotShelf.open(directory, NEW);
            boolean isMore = true;
            while (isMore) {
                isMore = shelf.proveNext();
            }
            SnapshotHeader newest = shelf.newest();
            assertNotNull(newest);
            LogInspection.of(directory, SnapshotAgent.logPosition(newest.position()), (index, segment, offset) -> {
                count[0] += RecordLayout.kind(segment, offset) == NodeMail.KIND_MEMBERSHIP ? 1 : 0;
            });
        }
        return count[0];
    }

    private void grow(Server leader, int id) {
        Server joined = group.join(id, leader);
        change(leader, new MembershipChange.AddLearner(new Membership.Server(id, 0, "server-" + id, 0)));
        group.until(() -> joined.machine.commands.equals(leader.machine.commands), "the learner does not catch up");
        change(leader, new MembershipChange.Promote(id));
    }

    /** Asks until it is done: the group may have to settle first. */
    private void change(Server leader, MembershipChange change) {
        for (int attempt = 0; attempt < 200; attempt++) {
            listener.words.clear();
            assertEquals(ProposeVerdict.ACCEPTED, leader.node.changeMembership(change, listener));
            group.until(() -> !listener.words.isEmpty(), "no word about " + change);
            if (listener.words.equals(List.of("done"))) {
                return;
            }
            for (int round = 0; round < 20; round++) {
                group.round();
            }
        }
        throw new AssertionError(change + " is not done: " + listener.words);
    }

    /** A server of the old group that dials the new one is told why it is not heard. */
    private void assertStranger(int id, Server server) {
        List<String> refusals = new ArrayList<>();
        PeerIdentity old = new PeerIdentity(InvokedGroup.CLUSTER_ID, "north", PeerRole.SERVER, id, 7, 7);
        try (var transport = group.network.join(old)) {
            transport.dial("server-" + server.id, PeerPolicy.server(server.id), new LinkListener() {
                @Override
                public void onUp(Link link) {
                    refusals.add("it was let in");
                }

                @Override
                public boolean onFrame(Link link, DirectBuffer buffer, int offset, int length) {
                    refusals.add("it was told something");
                    return true;
                }

                @Override
                public void onDown(Link link, LinkDown reason) {
                    refusals.add("it was let go: " + reason);
                }

                @Override
                public void onRefused(String address, String sentence) {
                    refusals.add(sentence);
                }
            });
            group.until(() -> !refusals.isEmpty(), "nobody answers");
        } catch (OperatingFault fault) {
            throw new AssertionError(fault);
        }
        assertTrue(refusals.get(0).contains("is of cluster"), refusals::toString);
        assertFalse(refusals.get(0).contains("let in"), refusals::toString);
    }

    /** A directory of the old group is none of the new one. */
    private void assertForeign(MemoryDisk disk, int id) {
        MemoryDisk copy = disk.copy();
        AssertionError refusal = assertThrows(AssertionError.class, () -> group.refound(id, NEW, copy));
        group.servers.remove(group.servers.size() - 1);
        String sentence = String.valueOf(refusal.getCause().getMessage());
        assertTrue(sentence.contains("belongs to member " + id + " of cluster " + InvokedGroup.CLUSTER_ID), sentence);
    }
}
