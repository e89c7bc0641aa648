package dev.steppe.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.runtime.clock.SystemClocks;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkAudit;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.PeerRole;
import dev.steppe.transport.frame.FrameLayout;
import dev.steppe.transport.tls.CertificateMint;
import dev.steppe.transport.tls.CertificateMint.Minted;
import dev.steppe.transport.tls.TlsCredentials;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A record of TLS costs the platform nearly 3 kB, however little it holds: so they are few, full and read whole. */
@Tag("portable")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TlsRecordsTest {
    private static final Minted ROOT = CertificateMint.authority("root");
    private static final int APPLICATION_DATA = 23;

    private final HaltSwitch.Recorder halts = new HaltSwitch.Recorder();
    private final TcpLoops loops = new TcpLoops("tls-records", SystemClocks.nano(), new SeededEntropy(8), halts);
    private final List<AutoCloseable> toClose = new ArrayList<>(List.of(loops));
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
    void handsOnWholeRecordsWhereverTheStreamIsCut() {
        byte[] stream = concat(record(20, 1), record(23, 16_640), record(22, 0), record(23, 700), record(24, 9_000));
        for (int pieceBytes : new int[] {1, 4, 5, 6, 699, 16_645, stream.length}) {
            EmbeddedChannel channel = new EmbeddedChannel(new TlsDoor.Records());
            byte[] heard = {};
            for (int from = 0; from < stream.length; from += pieceBytes) {
                int end = Math.min(stream.length, from + pieceBytes);
                channel.writeInbound(Unpooled.directBuffer().writeBytes(stream, from, end - from));
                byte[] news = drain(channel);
                assertWholeRecords(news);
                heard = concat(heard, news);
            }
            assertArrayEquals(stream, heard, "in pieces of " + pieceBytes);
            channel.finishAndReleaseAll();
        }
    }

    @Test
    void handsOnAtOnceWhatIsNoRecord() {
        byte[][] starts = {{19, 3, 3, 0, 9}, {25, 3, 3, 0, 9}, {22, 2, 3, 0, 9}, {23, 3, 3, 0x41, 1}};
        for (byte[] start : starts) {
            EmbeddedChannel channel = new EmbeddedChannel(new TlsDoor.Records());
            channel.writeInbound(Unpooled.wrappedBuffer(start, 0, 4));
            assertNull(channel.readInbound());
            channel.writeInbound(Unpooled.wrappedBuffer(start, 4, 1));
            assertArrayEquals(start, drain(channel));
            channel.finishAndReleaseAll();
        }
    }

    @Test
    void leavesAloneWhatIsStillRead() {
        EmbeddedChannel channel = new EmbeddedChannel(new TlsDoor.Records());
        byte[] first = record(23, 100);
        byte[] second = record(22, 2_000);
        channel.writeInbound(Unpooled.wrappedBuffer(concat(first, Arrays.copyOf(second, 30))));
        ByteBuf kept = channel.readInbound();
        channel.writeInbound(Unpooled.wrappedBuffer(Arrays.copyOfRange(second, 30, second.length)));
        assertArrayEquals(second, drain(channel));
        assertArrayEquals(first, bytesOf(kept));
        channel.finishAndReleaseAll();
    }

    @Test
    void fillsOneRecordWithABatch() throws Exception {
        AtomicInteger records = new AtomicInteger();
        Link out = linkThrough(records);
        int beforeCount = records.get();
        byte[] frame = new byte[LoopBuffers.BATCH_BYTES - FrameLayout.HEADER_BYTES];
        TcpTransportTest.send(out, frame);
        assertArrayEquals(frame, there.frame());
        assertEquals(1, records.get() - beforeCount);
    }

    @Test
    void cutsALongFrameIntoFullRecords() throws Exception {
        AtomicInteger records = new AtomicInteger();
        Link out = linkThrough(records);
        int beforeCount = records.get();
        byte[] frame = new byte[8 * LoopBuffers.BATCH_BYTES - FrameLayout.HEADER_BYTES];
        loops.executeAndWait(() -> TcpTransportTest.send(out, frame));
        assertArrayEquals(frame, there.frame());
        assertEquals(8, records.get() - beforeCount);
    }

    @Test
    void putsIntoOneRecordWhatOneTurnOffers() throws Exception {
        AtomicInteger records = new AtomicInteger();
        Link out = linkThrough(records);
        int beforeCount = records.get();
        loops.executeAndWait(() -> offer(out, 0, 30));
        expect(0, 30);
        assertEquals(1, records.get() - beforeCount, "without a flush they leave behind the task");
        loops.executeAndWait(() -> {
            offer(out, 30, 40);
            out.flush();
            out.flush();
            offer(out, 40, 60);
            out.flush();
        });
        expect(30, 60);
        assertEquals(3, records.get() - beforeCount);
    }

    @Test
    void keepsTheOrderOfShortAndLongFramesOfOneTurn() throws Exception {
        Link out = linkThrough(new AtomicInteger());
        int[] lengths = {1, 9_000, 9_000, 100_000, 5, 16_340, 16_341, 7, 2_000_000, 3};
        loops.executeAndWait(() -> {
            for (int length : lengths) {
                TcpTransportTest.send(out, new byte[length]);
            }
        });
        TcpTransportTest.send(out, new byte[11]); // Another thread, another way.
        for (int length : lengths) {
            assertEquals(length, there.frame().length);
        }
        assertEquals(11, there.frame().length);
    }

    private static void offer(Link out, int from, int end) {
        for (int i = from; i < end; i++) {
            TcpTransportTest.send(out, new byte[] {(byte) i, 1});
        }
    }

    private void expect(int from, int end) throws InterruptedException {
        for (int i = from; i < end; i++) {
            assertArrayEquals(new byte[] {(byte) i, 1}, there.frame());
        }
    }

    /** A link of member 2 to member 1, whose records of data on the way there are counted. */
    private Link linkThrough(AtomicInteger records) throws Exception {
        String address = transport(1)
                .listen("127.0.0.1:0", PeerPolicy.sameRegionServers(), there)
                .address();
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        ServerSocket tap = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        toClose.add(tap);
        start(() -> {
            Socket near = tap.accept();
            Socket far = new Socket(InetAddress.getLoopbackAddress(), port);
            toClose.add(near);
            toClose.add(far);
            near.setTcpNoDelay(true);
            far.setTcpNoDelay(true);
            start(() -> far.getInputStream().transferTo(near.getOutputStream()));
            pass(near, far, records);
        });
        transport(2).dial("127.0.0.1:" + tap.getLocalPort(), PeerPolicy.server(1), here);
        there.up();
        return here.up();
    }

    private static void pass(Socket near, Socket far, AtomicInteger records) throws IOException {
        DataInputStream in = new DataInputStream(near.getInputStream());
        byte[] header = new byte[TlsDoor.Records.HEADER_BYTES];
        while (in.readNBytes(header, 0, header.length) == header.length) {
            byte[] body =
                    in.readNBytes(Short.toUnsignedInt(ByteBuffer.wrap(header).getShort(3)));
            if (header[0] == APPLICATION_DATA) {
                records.incrementAndGet();
            }
            far.getOutputStream().write(concat(header, body));
        }
    }

    @FunctionalInterface
    private interface Piping {
        void run() throws IOException;
    }

    private static void start(Piping piping) {
        Thread thread = new Thread(() -> {
            try {
                piping.run();
            } catch (IOException closed) {
                throw new UncheckedIOException("the tap ended", closed);
            }
        });
        thread.setUncaughtExceptionHandler((ended, ignored) -> {}); // The sockets close at the end of the test.
        thread.setDaemon(true);
        thread.start();
    }

    private TcpTransport transport(int member) throws Exception {
        Minted holder = CertificateMint.issue(ROOT, CertificateMint.request().uris("sched://prod/eu/server/" + member));
        TlsCredentials credentials = TlsCredentials.open(
                CertificateMint.write(directory.resolve("member-" + member), holder, ROOT), SystemClocks.epoch());
        PeerIdentity self = new PeerIdentity(7, "eu", PeerRole.SERVER, member, 0);
        TcpTransport transport =
                new TcpTransport(loops, self, TcpTransportTest.quick("raft"), credentials, LinkAudit.NONE);
        toClose.add(transport);
        return transport;
    }

    private static byte[] record(int type, int bodyBytes) {
        byte[] bytes = new byte[TlsDoor.Records.HEADER_BYTES + bodyBytes];
        Arrays.fill(bytes, (byte) bodyBytes);
        ByteBuffer.wrap(bytes).put((byte) type).put((byte) 3).put((byte) 3).putShort((short) bodyBytes);
        return bytes;
    }

    private static void assertWholeRecords(byte[] bytes) {
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
            rest.position(rest.position() + 5 + Short.toUnsignedInt(rest.getShort(rest.position() + 3)));
        }
    }

    private static byte[] drain(EmbeddedChannel channel) {
        byte[] all = {};
        ByteBuf next = channel.readInbound();
        while (next != null) {
            all = concat(all, bytesOf(next));
            next = channel.readInbound();
        }
        return all;
    }

    private static byte[] bytesOf(ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        buffer.release();
        return bytes;
    }

    private static byte[] concat(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(
                Arrays.stream(parts).mapToInt(part -> part.length).sum());
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }
}
