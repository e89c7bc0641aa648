package dev.steppe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.fault.FaultProxy.End;
import dev.steppe.fault.FaultProxy.Toll;
import dev.steppe.fault.FaultProxy.Tolls;
import dev.steppe.fault.ProxiedGroup.Server;
import dev.steppe.fault.ProxiedGroup.Setting;
import dev.steppe.raft.api.MembershipChange;
import dev.steppe.transport.tls.TlsConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members that come, go and are fed snapshots, over TLS and real files (reliability U2-U5, U9, N4, S17). */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GroupOverTlsTest {
    private static final int COMMAND_COUNT = 1_000;
    private static final long IMAGE_BYTES = (long) COMMAND_COUNT * KeepingMachine.COMMAND_BYTES;

    @TempDir
    private static Path stores;

    private static TlsConfig.KeyStores present;
    private static List<Path> renewals;

    @TempDir
    private Path directory;

    @BeforeAll
    static void makeCertificates() throws Exception {
        KeytoolStores keytool = new KeytoolStores(stores);
        present = keytool.anyServer("present");
        renewals = List.of(
                keytool.anyServer("first").keyStore(),
                keytool.anyServer("second").keyStore());
    }

    private Setting setting(int memberMaxCount) {
        return Setting.of(directory, memberMaxCount, present).withLinkHeartbeat(1_000);
    }

    private static void grow(ProxiedGroup group, int id) throws Exception {
        Server joined = group.join(id);
        group.change(group.learner(id));
        group.await("member " + id + " is fed", () -> joined.machine.commandCount.get() >= COMMAND_COUNT);
        assertEquals(1, joined.machine.restoreCount.get(), "it was fed entries that are gone");
        group.change(new MembershipChange.Promote(id));
    }

    @Test
    void growsFromOneToThreeAndShrinksToOneAgain() throws Exception {
        try (ProxiedGroup group = new ProxiedGroup(setting(3), 1)) {
            group.commit(COMMAND_COUNT);
            group.dropPrefixes();
            grow(group, 2);
            grow(group, 3);
            assertEquals(3, group.leader().membership().voterCount());
            group.commit(100);
            group.agree();
            // The one whom everybody else dials leads, and is removed by its own hand.
            group.transferTo(3);
            group.commit(10);
            Server old = group.server(3);
            group.change(new MembershipChange.Remove(3));
            group.await("a removed leader leaves its office", () -> !old.leads());
            group.drop(old);
            group.transferTo(2);
            // Who is removed has made this link itself, and is let go all the same.
            long acceptedCount = group.network.between(1, 2).acceptedCount();
            group.change(new MembershipChange.Remove(1));
            group.await("it dials again", () -> group.network.between(1, 2).acceptedCount() > acceptedCount);
            group.drop(group.server(1));
            assertEquals(1, group.leader().membership().voterCount());
            group.commit(10);
            Server last = group.leader();
            assertEquals(2, last.id);
            last.stop();
            last.start();
            group.commit(10);
            group.agree();
        }
    }

    /** No connection lives long enough for the whole snapshot: who began at its start each time would never have it. */
    @Test
    void goesOnWithASnapshotWhereItsConnectionBroke() throws Exception {
        try (ProxiedGroup group = new ProxiedGroup(setting(4), 3)) {
            group.commit(COMMAND_COUNT);
            group.dropPrefixes();
            Toll breaking = Toll.endAfter(IMAGE_BYTES * 2 / 5, End.RESET);
            for (int id = 1; id <= 3; id++) {
                int number = id;
                group.network.plan(number, 4, ordinal -> new Tolls(breaking, Toll.FREE));
            }
            Server joined = group.join(4);
            group.change(group.learner(4));
            group.await("the learner is fed", () -> joined.machine.commandCount.get() >= COMMAND_COUNT);
            assertEquals(1, joined.machine.restoreCount.get());
            Server leader = group.leader();
            long fedBytes = group.network.between(leader.id, 4).forthBytes();
            assertTrue(fedBytes > IMAGE_BYTES, "fed " + fedBytes);
            assertTrue(group.network.between(leader.id, 4).acceptedCount() >= 3, "connections broke on the way");
            assertTrue(fedBytes < IMAGE_BYTES * 3 / 2, "what had come was sent again: " + fedBytes);
            group.network.healAll();
            group.change(new MembershipChange.Promote(4));
            group.change(new MembershipChange.Remove(leader.id));
            group.await("a removed leader leaves its office", () -> !leader.leads());
            group.drop(leader);
            assertNotEquals(leader.id, group.leader().id);
            group.transferTo(4);
            group.commit(100);
            group.agree();
        }
    }

    @Test
    @Tag("extended")
    void goesOnWithASnapshotWhileCertificatesAreRenewed() throws Exception {
        try (ProxiedGroup group = new ProxiedGroup(setting(4), 3)) {
            group.commit(COMMAND_COUNT);
            group.dropPrefixes();
            Toll narrow = new Toll(0, IMAGE_BYTES, 0, -1, End.CLOSE);
            Server leader = group.leader();
            FaultProxy route = group.network.between(leader.id, 4);
            for (Server server : group.running()) {
                group.network.impose(server.id, 4, new Tolls(narrow, Toll.FREE));
            }
            group.refusals.clear(); // While it started, not everybody was there to be dialled.
            Server joined = group.join(4);
            group.change(group.learner(4));
            for (int quarter = 1; quarter <= 3; quarter++) {
                long target = IMAGE_BYTES * quarter / 4;
                group.await("the snapshot is on its way", () -> route.forthBytes() > target);
                assertEquals(0, joined.machine.restoreCount.get(), "the snapshot was there before the certificate");
                renew(group, renewals.get(quarter % 2));
            }
            group.await("the learner is fed", () -> joined.machine.commandCount.get() >= COMMAND_COUNT);
            assertEquals(1, route.acceptedCount(), "a link that is trusted lives on");
            assertEquals(List.of(), List.copyOf(group.refusals));
            group.commit(10);
            group.agree();
        }
    }

    private static void renew(ProxiedGroup group, Path store) throws Exception {
        Path copied = Files.copy(store, stores.resolve("next.p12"), StandardCopyOption.REPLACE_EXISTING);
        Files.move(copied, present.keyStore(), StandardCopyOption.ATOMIC_MOVE);
        for (Server server : group.running()) {
            if (server.credentials != null) {
                server.credentials.reload();
            }
        }
    }

    /** The office goes round under load; each target is one that another member may have to dial anew. */
    @Test
    @Tag("extended")
    void handsTheOfficeRoundUnderLoad() throws Exception {
        try (ProxiedGroup group = new ProxiedGroup(setting(3), 3)) {
            for (int turn = 0; turn < 9; turn++) {
                group.commit(200);
                group.transferTo(1 + turn % 3);
            }
            group.commit(10);
            group.agree();
            assertTrue(group.term() < 9 + 10, "term " + group.term());
        }
    }
}
