package dev.steppe.raft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.ChangeWords;
import dev.steppe.raft.api.MembershipChange;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.api.RaftConfig.Options;
import dev.steppe.raft.node.InvokedGroup.Server;
import dev.steppe.raft.node.Ledger.Outcome;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.storage.memory.PageFate;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Members that come, go, hand over and lose their disks. */
class MembershipGroupTest {
    private static final Options OFTEN = Options.DEFAULT.with(new RaftConfig.Snapshots(64 << 10, 16 << 10, 256 << 10));

    private final ChangeWords listener = new ChangeWords();
    private final List<String> words = listener.words;

    /** Asks until it is done: the group may have to settle first. */
    private void change(InvokedGroup group, MembershipChange change) {
        for (int attempt = 0; attempt < 200; attempt++) {
            words.clear();
            assertEquals(ProposeVerdict.ACCEPTED, group.leader().node.changeMembership(change, listener));
            group.until(() -> !words.isEmpty(), "no word about " + change);
            if (words.equals(List.of("done"))) {
                return;
            }
            for (int round = 0; round < 20; round++) {
                group.round();
            }
        }
        throw new AssertionError(change + " is not done: " + words);
    }

    private static void commit(InvokedGroup group, int count) {
        long target = group.ledger.count(Outcome.APPLIED) + count;
        while (group.ledger.count(Outcome.APPLIED) < target) {
            group.ledger.propose(group.leader().node, 100);
            group.round();
        }
    }

    private void grow(InvokedGroup group, int id) {
        Server joined = group.join(id);
        change(group, new MembershipChange.AddLearner(new Membership.Server(id, 0, "server-" + id, 0)));
        group.until(() -> joined.machine.commands.size() > 100, "the learner does not catch up");
        change(group, new MembershipChange.Promote(id));
    }

    @Test
    void growsFromThreeToFiveAndShrinksAgain() {
        InvokedGroup group = new InvokedGroup(3, 91, RaftConfig.Limits.TINY, OFTEN);
        commit(group, 2_000);
        grow(group, 4);
        grow(group, 5);
        assertEquals(5, group.leader().node.status().group().membership().voterCount());
        commit(group, 100);
        group.agree();
        assertTrue(group.servers.get(3).machine.restoreCount > 0, "the learner was not fed a snapshot");
        Server old = group.leader();
        change(group, new MembershipChange.Remove(old.id));
        group.until(() -> !old.leads(), "a removed leader keeps its office");
        old.stop();
        Server next = group.leader();
        int other = group.servers.stream()
                .filter(server -> server.node != null && server != next)
                .findFirst()
                .orElseThrow()
                .id;
        change(group, new MembershipChange.Demote(other));
        change(group, new MembershipChange.Remove(other));
        group.server(other).stop();
        assertEquals(3, next.node.status().group().membership().voterCount());
        commit(group, 100);
        for (Server server : group.servers) {
            if (server.node != null) {
                server.crash(PageFate.LOSE_ALL);
                server.start();
            }
        }
        commit(group, 100);
        assertEquals(3, group.leader().node.status().group().membership().voterCount());
        assertEquals("", group.ledger.fault());
    }

    @Test
    void takesAWipedServerBackOnlyAsANewOne() {
        InvokedGroup group = new InvokedGroup(3, 92, RaftConfig.Limits.TINY, OFTEN);
        commit(group, 500);
        group.until(
                () -> group.leader().node.status().group().membership().servers().stream()
                        .allMatch(server -> server.directoryId() != 0),
                "directories are not pinned");
        Server wiped = group.follower();
        group.wipe(wiped);
        commit(group, 100);
        assertEquals(0, wiped.machine.commands.size(), "a wiped server was fed under its old name");
        change(group, new MembershipChange.Remove(wiped.id));
        change(group, new MembershipChange.AddLearner(new Membership.Server(wiped.id, 0, "server-" + wiped.id, 0)));
        group.until(() -> wiped.machine.commands.size() >= 600, "it does not catch up");
        change(group, new MembershipChange.Promote(wiped.id));
        commit(group, 10);
        group.agree();
    }

    @Test
    void handsTheOfficeOverUnderLoad() {
        InvokedGroup group = new InvokedGroup(3, 93);
        commit(group, 50);
        for (int turn = 0; turn < 6; turn++) {
            Server old = group.leader();
            int target = turn % 2 == 0 ? 0 : group.follower().id;
            words.clear();
            for (int i = 0; i < 50; i++) {
                group.ledger.propose(old.node, 100);
            }
            assertEquals(ProposeVerdict.ACCEPTED, old.node.transferLeadership(target, listener));
            group.until(() -> !words.isEmpty(), "no word");
            assertEquals(List.of("done"), words);
            group.until(() -> !old.leads(), "it keeps the office");
            commit(group, 20);
        }
        group.until(() -> group.ledger.count(Outcome.WAITING) == 0, "somebody is left waiting");
        group.agree();
    }

    @Test
    void refillsADamagedMemberAndHaltsWhenAMajorityIsDamaged() {
        InvokedGroup group = new InvokedGroup(3, 94, RaftConfig.Limits.TINY, OFTEN);
        commit(group, 2_000);
        Server damaged = group.follower();
        damaged.crash(PageFate.LOSE_ALL);
        damaged.spoil();
        damaged.start();
        assertTrue(damaged.node.status().group().isQuarantined());
        group.until(() -> !damaged.node.status().group().isQuarantined(), "it is not healed");
        commit(group, 10);
        group.agree();
        group.servers.forEach(server -> server.crash(PageFate.LOSE_ALL));
        group.servers.stream().limit(2).forEach(Server::spoilVault);
        group.servers.forEach(Server::start);
        for (int round = 0; round < 8_000; round++) {
            group.round();
            group.servers.forEach(server -> assertTrue(!server.leads(), "a quorum of damaged members"));
        }
        assertEquals(2, group.servers.get(2).node.status().group().quarantinedVoterCount());
    }

    /** By its configuration it is alone; by its log, of which only the end is rotten, two others can refill it. */
    @Test
    void refillsADamagedMemberOfAGroupThatGrewFromOne() {
        InvokedGroup group = new InvokedGroup(1, 97);
        commit(group, 200);
        grow(group, 2);
        grow(group, 3);
        Server first = group.server(1);
        commit(group, 3_000);
        group.agree();
        first.crash(PageFate.LOSE_ALL);
        first.disk.flipBit("segments/segment-0000000000000001", 200_000, 3);
        commit(group, 10);
        first.start();
        assertTrue(first.node.status().group().isQuarantined(), "the damage was not found");
        group.until(() -> !first.node.status().group().isQuarantined(), "it is not healed");
        commit(group, 10);
        group.agree();
    }

    /** Its log is whole and tells who belongs; its votes are lost. */
    @Test
    void refillsAMemberOfAGroupThatGrewFromOneAlsoWithoutItsVault() {
        InvokedGroup group = new InvokedGroup(1, 98, RaftConfig.Limits.TINY, OFTEN);
        commit(group, 200);
        grow(group, 2);
        grow(group, 3);
        commit(group, 2_000);
        Server first = group.server(1);
        first.crash(PageFate.LOSE_ALL);
        first.spoilVault();
        first.start();
        assertTrue(first.node.status().group().isQuarantined(), "the damage was not found");
        group.until(() -> !first.node.status().group().isQuarantined(), "it is not healed");
        commit(group, 10);
        group.agree();
    }

    /** Three are configured; its log says that two of them have gone, so nobody could refill it. */
    @Test
    void refusesToStartDamagedWhereItsLogSaysThatItIsAlone() {
        InvokedGroup group = new InvokedGroup(3, 99);
        commit(group, 200);
        Server last = group.leader();
        for (int id = 1; id <= 3; id++) {
            if (id != last.id) {
                change(group, new MembershipChange.Demote(id));
                change(group, new MembershipChange.Remove(id));
            }
        }
        commit(group, 3_000);
        last.crash(PageFate.LOSE_ALL);
        last.disk.flipBit("segments/segment-0000000000000001", 200_000, 3);
        OperatingFault refusal = assertThrows(OperatingFault.class, last::open);
        assertTrue(refusal.getMessage().contains("is damaged"), refusal.getMessage());
        assertFalse(
                last.disk.names().stream().anyMatch(name -> name.startsWith("damaged")),
                () -> "something was changed: " + last.disk.names());
    }

    @Test
    void refusesAnImpossibleChangeOnce() {
        InvokedGroup group = new InvokedGroup(3, 95);
        commit(group, 10);
        assertEquals(
                ProposeVerdict.ACCEPTED,
                group.leader().node.changeMembership(new MembershipChange.Promote(9), listener));
        group.until(() -> !words.isEmpty(), "no word");
        commit(group, 10);
        assertEquals(1, words.size(), words::toString);
        assertTrue(words.get(0).startsWith("no such step"), words.get(0));
    }
}
