package dev.steppe.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.clock.ManualClock;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.runtime.clock.SystemClocks;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkAudit;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.PeerRole;
import dev.steppe.transport.tls.CertificateMint;
import dev.steppe.transport.tls.CertificateMint.Minted;
import dev.steppe.transport.tls.TlsCredentials;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Too many, too slow, too much: what a transport under TLS does with them while its links go on (reliability N7). */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TcpFloodTest {
    private static final PeerPolicy RAFT = PeerPolicy.sameRegionServers();
    private static final Minted ROOT = CertificateMint.authority("root");
    private static final int IDLE_COUNT = 2_000;

    private final HaltSwitch.Recorder halts = new HaltSwitch.Recorder();
    private final List<AutoCloseable> toClose = new ArrayList<>();
    private final AuditRecord audit = new AuditRecord();
    private final Witness there = new Witness();
    private final Witness here = new Witness();

    @TempDir
    private Path directory;

    @AfterEach
    void endEverything() throws Exception {
        for (int i = toClose.size() - 1; i >= 0; i--) {
            toClose.get(i).close();
        }
        assertEquals(List.of(), halts.halts());
    }

    @Test
    void carriesFramesWhileTwoThousandSocketsComeAndSayNothing() throws Exception {
        ManualClock clock = new ManualClock(0);
        TcpTransport acceptor = transport(1, clock);
        String address = acceptor.listen("127.0.0.1:0", RAFT, there).address();
        transport(2, SystemClocks.nano()).dial(address, PeerPolicy.server(1), here);
        Link out = here.up();
        there.up();
        List<SocketChannel> idle = new ArrayList<>();
        for (int i = 0; i < IDLE_COUNT; i++) {
            idle.add(SocketChannel.open(remote(address)));
            if (i % 100 == 0) {
                assertPasses(out, (byte) (i / 100));
            }
        }
        assertPasses(out, (byte) 77);
        // 99 of the 100 that one address may have were let in beside the link.
        int flooded = IDLE_COUNT - 99;
        for (int i = 0; i < flooded; i++) {
            assertEquals(LinkAudit.Cause.FLOOD, audit.next().cause());
        }
        assertEquals(flooded, acceptor.counters().floodCount());
        clock.advanceNs(TimeUnit.SECONDS.toNanos(5) + 1);
        for (int i = 0; i < 99; i++) {
            LinkAudit.Refusal late = audit.next();
            assertEquals(LinkAudit.Cause.LATE, late.cause());
            assertEquals("TLS was not done in time.", late.sentence());
        }
        for (int i = 0; i < 99; i++) {
            there.refused();
        }
        assertPasses(out, (byte) 78);
        Witness late = new Witness();
        transport(3, SystemClocks.nano()).dial(address, PeerPolicy.server(1), late);
        assertEquals(server(1), late.upAtLast().peer());
        for (SocketChannel socket : idle) {
            socket.close();
        }
    }

    @Test
    void boundsTheConnectionsOfOneAddressAndLetsOthersIn() throws Exception {
        String address = transport(1, SystemClocks.nano())
                .listen("0.0.0.0:0", RAFT, there)
                .address();
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 101; i++) {
            Socket socket = new Socket();
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 2}), 0));
            socket.connect(remote(address));
            sockets.add(socket);
        }
        LinkAudit.Refusal refusal = audit.next();
        assertEquals(LinkAudit.Cause.FLOOD, refusal.cause());
        assertTrue(refusal.address().startsWith("127.0.0.2:"), refusal.address());
        String port = address.substring(address.lastIndexOf(':'));
        transport(2, SystemClocks.nano()).dial("127.0.0.1" + port, PeerPolicy.server(1), here);
        assertEquals(server(1), here.up().peer());
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Test
    void letsAServerInHoweverManyAddressesKnock() throws Exception {
        TcpConfig.Bounds bounds = new TcpConfig.Bounds(8 << 20, 16 << 20, 1_024, 16, 100).withHandshakes(8);
        String address = transport(1, new ManualClock(0), bounds)
                .listen("0.0.0.0:0", RAFT, there)
                .address();
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Socket socket = new Socket();
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) (i + 2)}), 0));
            socket.connect(remote(address));
            sockets.add(socket);
        }
        String port = address.substring(address.lastIndexOf(':'));
        transport(2, SystemClocks.nano()).dial("127.0.0.1" + port, PeerPolicy.server(1), here);
        assertEquals(server(1), here.up().peer());
        for (int i = 0; i < 33; i++) {
            LinkAudit.Refusal refusal = audit.next();
            assertEquals(LinkAudit.Cause.FLOOD, refusal.cause());
            assertEquals("too many handshakes at a time: the oldest that was not done gave way.", refusal.sentence());
            assertTrue(refusal.address().startsWith("127.0.0." + (i + 2) + ":"), refusal.address());
        }
        assertTrue(audit.isEmpty());
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Test
    void letsNoMoreLinksInThanAllowedUntilOneEnds() throws Exception {
        TcpConfig.Bounds bounds = new TcpConfig.Bounds(8 << 20, 16 << 20, 1_024, 1, 100);
        String address = transport(1, SystemClocks.nano(), bounds)
                .listen("127.0.0.1:0", RAFT, there)
                .address();
        transport(2, SystemClocks.nano()).dial(address, PeerPolicy.server(1), here);
        Link first = here.up();
        there.up();
        Witness late = new Witness();
        transport(3, SystemClocks.nano()).dial(address, PeerPolicy.server(1), late);
        LinkAudit.Refusal refusal = audit.next();
        assertEquals(LinkAudit.Cause.FLOOD, refusal.cause());
        assertEquals("too many links.", refusal.sentence());
        assertPasses(first, (byte) 1);
        toClose.remove(toClose.size() - 3).close(); // Of member 2, which dials no more.
        assertEquals(server(1), late.upAtLast().peer());
    }

    @Test
    void reckonsForTheNewestHandshakeFirst() throws Exception {
        TcpLoops loops = loops(SystemClocks.nano());
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(3);
        List<Integer> order = new CopyOnWriteArrayList<>();
        loops.handshakes().execute(() -> {
            busy.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        busy.await();
        for (int i = 1; i <= 3; i++) {
            int number = i;
            loops.handshakes().execute(() -> {
                order.add(number);
                done.countDown();
            });
        }
        go.countDown();
        done.await();
        assertEquals(List.of(3, 2, 1), order);
    }

    @Test
    void reckonsNothingForAConnectionThatIsOver() throws Exception {
        for (boolean isOver : new boolean[] {false, true}) {
            List<Runnable> tasks = new ArrayList<>();
            TlsDoor dialling = new TlsDoor(credentials(2), true, Runnable::run);
            TlsDoor accepting = new TlsDoor(credentials(1), false, tasks::add);
            EmbeddedChannel near = channel(dialling);
            EmbeddedChannel far = channel(accepting);
            near.runPendingTasks();
            for (ByteBuf hello = near.readOutbound(); hello != null; hello = near.readOutbound()) {
                far.writeInbound(hello);
            }
            assertEquals(1, tasks.size());
            if (isOver) {
                accepting.abandon();
            }
            tasks.get(0).run();
            far.runPendingTasks();
            ByteBuf answer = far.readOutbound();
            assertEquals(isOver, answer == null);
            if (answer != null) {
                answer.release();
            }
        }
    }

    private static EmbeddedChannel channel(TlsDoor door) {
        return new EmbeddedChannel(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                door.install(channel.pipeline());
            }
        });
    }

    @Test
    void endsAHandshakeThatComesByteByByteAtItsDeadline() throws Exception {
        ManualClock clock = new ManualClock(0);
        String address = transport(1, clock).listen("127.0.0.1:0", RAFT, there).address();
        try (Socket loris = new Socket()) {
            loris.connect(remote(address));
            byte[] start = {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xFC, 3, 3};
            for (byte one : start) {
                loris.getOutputStream().write(one); // The beginning of a good hello.
            }
            while (audit.isEmpty()) {
                clock.advanceNs(TimeUnit.MILLISECONDS.toNanos(1));
                Thread.onSpinWait();
            }
            LinkAudit.Refusal refusal = audit.next();
            assertEquals(LinkAudit.Cause.LATE, refusal.cause());
            assertEquals("TLS was not done in time.", refusal.sentence());
        }
    }

    @Test
    void stopsReadingWhileTheReceiverHasNoRoomAndLosesNothing() throws Exception {
        Semaphore room = new Semaphore(0);
        CountDownLatch refused = new CountDownLatch(3);
        int frameCount = 2_000;
        CountDownLatch done = new CountDownLatch(frameCount);
        List<Integer> taken = new ArrayList<>();
        TcpTransport acceptor = transport(1, SystemClocks.nano());
        String address = acceptor.listen("127.0.0.1:0", RAFT, new LinkListener() {
                    @Override
                    public void onUp(Link link) {}

                    @Override
                    public boolean onFrame(Link link, DirectBuffer buffer, int offset, int length) {
                        if (!room.tryAcquire()) {
                            refused.countDown();
                            return false;
                        }
                        taken.add(buffer.getInt(offset));
                        done.countDown();
                        return true;
                    }

                    @Override
                    public void onDown(Link link, LinkDown reason) {}

                    @Override
                    public void onRefused(String remote, String sentence) {}
                })
                .address();
        transport(2, SystemClocks.nano()).dial(address, PeerPolicy.server(1), here);
        Link out = here.up();
        for (int i = 0; i < frameCount; i++) {
            UnsafeBuffer frame = new UnsafeBuffer(new byte[1_000]);
            frame.putInt(0, i);
            TcpTransportTest.send(out, frame.byteArray());
        }
        refused.await(); // The same frame was offered again, and again.
        assertEquals(frameCount, done.getCount());
        for (int i = 0; i < frameCount; i++) {
            room.release();
        }
        done.await();
        for (int i = 0; i < frameCount; i++) {
            assertEquals(i, taken.get(i));
        }
        assertTrue(acceptor.counters().pauseCount() > 0);
    }

    @Test
    void keepsLinksOfTwoDirectoriesOfOneMemberSinceNeitherIsEarlier() throws Exception {
        String address = transport(1, SystemClocks.nano())
                .listen("127.0.0.1:0", RAFT, there)
                .address();
        for (long directoryId : new long[] {100, 200}) {
            PeerIdentity life = new PeerIdentity(7, "eu", PeerRole.SERVER, 2, directoryId, 300 - directoryId);
            TcpTransport transport = new TcpTransport(
                    loops(SystemClocks.nano()), life, TcpTransportTest.quick("raft"), credentials(2), audit);
            toClose.add(transport);
            transport.dial(address, PeerPolicy.server(1), here);
            here.up();
            assertEquals(directoryId, there.up().peer().directoryId());
        }
        assertEquals(0, there.waitingCount());
    }

    private void assertPasses(Link out, byte word) throws InterruptedException {
        TcpTransportTest.send(out, new byte[] {word});
        assertArrayEquals(new byte[] {word}, there.frameAtLast());
    }

    private static InetSocketAddress remote(String address) throws IOException {
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private TcpLoops loops(NanoClock clock) {
        TcpLoops loops = new TcpLoops("flood", clock, new SeededEntropy(8), halts);
        toClose.add(loops);
        return loops;
    }

    private TlsCredentials credentials(int member) throws Exception {
        Minted holder = CertificateMint.issue(ROOT, CertificateMint.request().uris("sched://prod/eu/server/" + member));
        return TlsCredentials.open(
                CertificateMint.write(directory.resolve("member-" + member), holder, ROOT), SystemClocks.epoch());
    }

    private TcpTransport transport(int member, NanoClock clock) throws Exception {
        return transport(member, clock, TcpConfig.Bounds.USUAL);
    }

    private TcpTransport transport(int member, NanoClock clock, TcpConfig.Bounds bounds) throws Exception {
        TcpConfig config = TcpTransportTest.quick("raft").withBounds(bounds);
        TcpTransport transport = new TcpTransport(loops(clock), server(member), config, credentials(member), audit);
        toClose.add(transport);
        return transport;
    }

    private static PeerIdentity server(long memberId) {
        return new PeerIdentity(7, "eu", PeerRole.SERVER, memberId, 0);
    }
}
