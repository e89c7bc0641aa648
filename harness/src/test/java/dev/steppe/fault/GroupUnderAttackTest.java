package dev.steppe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.fault.FaultProxy.End;
import dev.steppe.fault.FaultProxy.Toll;
import dev.steppe.fault.ProxiedGroup.Server;
import dev.steppe.fault.ProxiedGroup.Setting;
import dev.steppe.transport.LinkAudit;
import dev.steppe.transport.tcp.TcpConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What nobody in the group has said, and who does not listen (reliability N3, N5-N7): the group goes on. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GroupUnderAttackTest {
    private static final int COMMAND_COUNT = 200;

    private final List<SocketChannel> visitors = new ArrayList<>();

    @TempDir
    private Path directory;

    /** A follower that takes no byte off its connection costs the leader a bounded number of them, and no commit. */
    @Test
    void holdsLittleForAFollowerThatDoesNotRead() throws Exception {
        TcpConfig.Bounds bounds = new TcpConfig.Bounds(1 << 20, 512 << 10, 1_024, 100, 100);
        Setting setting = Setting.of(directory, 3, null).withBounds(bounds).withLinkHeartbeat(60_000);
        try (ProxiedGroup group = new ProxiedGroup(setting, 3)) {
            group.commit(COMMAND_COUNT);
            Server leader = group.leader();
            Server jammed = group.running().stream()
                    .filter(server -> server != leader)
                    .findFirst()
                    .orElseThrow();
            group.network.cutBoth(leader.id, jammed.id);
            group.commit(4_000);
            // What was held somewhere comes now, and is answered by nobody.
            FaultProxy route = group.network.between(leader.id, jammed.id);
            long beforeBytes = bytesFrom(leader, jammed, route);
            group.network.heal(leader.id, jammed.id);
            group.network.cut(jammed.id, leader.id);
            group.commit(100);
            long heldBytes = bytesFrom(leader, jammed, route) - beforeBytes;
            assertTrue(heldBytes < 4L << 20, "16 MiB were committed meanwhile, and " + heldBytes + " held for one");
            group.network.healAll();
            group.commit(10);
            group.agree();
        }
    }

    private static long bytesFrom(Server from, Server to, FaultProxy route) {
        return from.id < to.id ? route.forthBytes() : route.backBytes();
    }

    /** Every link loses its integrity again and again: it ends, is dialled anew, and nothing false is believed. */
    @Test
    @Tag("extended")
    void believesNoBitThatWasFlippedOnTheWay() throws Exception {
        Setting setting = Setting.of(directory, 3, null).withLinkHeartbeat(1_000);
        try (ProxiedGroup group = new ProxiedGroup(setting, 3)) {
            group.commit(COMMAND_COUNT);
            group.network.imposeAll(new Toll(0, 0, 200_001, -1, End.CLOSE));
            group.commit(COMMAND_COUNT);
            group.network.healAll();
            group.commit(10);
            group.agree();
            assertTrue(
                    group.refusals.stream().anyMatch(refusal -> refusal.cause() == LinkAudit.Cause.BAD_FRAME),
                    "no flipped bit was found");
        }
    }

    /** Garbage, lengths that lie, greetings that stop half-way, and idle sockets up to the bound and beyond. */
    @Test
    @Tag("extended")
    void commitsWhileStrangersKnockAtEveryDoor() throws Exception {
        TcpConfig.Bounds bounds = new TcpConfig.Bounds(1 << 20, 1 << 20, 1_024, 300, 100);
        Setting setting = Setting.of(directory, 3, null).withBounds(bounds).withLinkHeartbeat(1_000);
        try (ProxiedGroup group = new ProxiedGroup(setting, 3)) {
            group.commit(COMMAND_COUNT);
            long term = group.term();
            Random random = new Random(5);
            for (int round = 0; round < 10; round++) {
                for (Server server : group.running()) {
                    for (int visit = 0; visit < 40; visit++) {
                        knock(group, server, random, visit);
                    }
                }
                group.commit(COMMAND_COUNT);
            }
            assertTrue(group.refusals.size() > 300, "refused " + group.refusals.size());
            assertTrue(group.term() <= term + 1, "strangers made terms");
            Server leader = group.leader();
            for (Server other : group.running()) {
                if (other != leader) {
                    group.network.between(leader.id, other.id).cutAll(End.RESET);
                }
            }
            group.commit(COMMAND_COUNT);
            group.agree();
        } finally {
            for (SocketChannel visitor : visitors) {
                visitor.close();
            }
        }
    }

    /** From an address of its own, as an attacker's would be. */
    private void knock(ProxiedGroup group, Server server, Random random, int visit) throws IOException {
        SocketChannel visitor = SocketChannel.open();
        visitors.add(visitor);
        visitor.bind(new InetSocketAddress("127.0.0." + (2 + visit % 8), 0));
        visitor.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), group.network.portOf(server.id)));
        visitor.configureBlocking(false);
        byte[] words = new byte[random.nextInt(200)];
        random.nextBytes(words);
        if (visit % 4 == 0 && words.length > 8) {
            // A length of 2 GiB, as if it were the head of a frame.
            ByteBuffer.wrap(words).order(ByteOrder.LITTLE_ENDIAN).putInt(4, Integer.MAX_VALUE);
        }
        try {
            if (visit % 4 != 3) {
                visitor.write(ByteBuffer.wrap(words));
            }
        } catch (IOException refused) {
            assertEquals(false, refused.getMessage().isEmpty()); // Shown the door before it could say a word.
        }
    }
}
