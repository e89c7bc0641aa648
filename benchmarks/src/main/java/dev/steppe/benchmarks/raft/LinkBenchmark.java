package dev.steppe.benchmarks.raft;

import dev.steppe.base.OperatingFault;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.runtime.clock.SystemClocks;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkAudit;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.OfferVerdict;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.PeerRole;
import dev.steppe.transport.tcp.TcpConfig;
import dev.steppe.transport.tcp.TcpLoops;
import dev.steppe.transport.tcp.TcpTransport;
import dev.steppe.transport.tls.TlsCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a link costs: frames that come back, a fixed number of entries of 256 bytes under way, over loopback, in one
 * process. The worlds in turn: {@code nio} (a bare socket with bare bytes, no frames, no checksum; the least that a
 * link could cost), {@code plain} (a link without TLS, each entry a frame of its own), {@code tls} (the same under TLS
 * 1.3), {@code plain-runs} and {@code tls-runs} (60 entries of 272 bytes to a frame, as an ask of a busy leader carries
 * them). Reported for each: entries a second that passed, there or back; latency there and back; and what all threads
 * of the process allocate for one entry on its way over the link, once.
 *
 * <pre>java -cp benchmarks.jar dev.steppe.benchmarks.raft.LinkBenchmark [windows] [window seconds] [worlds]</pre>
 */
public final class LinkBenchmark {
    private static final int FRAME_BYTES = 256;
    private static final int RUN_COUNT = 60;
    private static final int RUN_BYTES = RUN_COUNT * 272;
    private static final int[] IN_FLIGHT_COUNTS = {1, 64, 1_024};
    private static final long STALL_NS = TimeUnit.SECONDS.toNanos(30);

    private LinkBenchmark() {}

    /** Runs the worlds in turn, window by window, and prints a line for each. */
    public static void main(String[] arguments) throws Exception {
        int windowCount = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
        long windowNs = TimeUnit.SECONDS.toNanos(arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3);
        String worlds = arguments.length > 2 ? arguments[2] : "nio plain tls plain-runs tls-runs";
        Path directory = Files.createTempDirectory("steppe-link");
        KeyMaker keys = new KeyMaker(directory);
        System.out.println("world      in flight  entries/s   p50 us   p99 us   B/entry   cpu us/entry   foreign");
        Map<String, ClosedLoop> loops = new LinkedHashMap<>();
        Map<String, GroupUnderLoad> groups = new LinkedHashMap<>();
        for (String world : worlds.split(" ", -1)) {
            ClosedLoop loop = new ClosedLoop(isOfRuns(world) ? RUN_BYTES : FRAME_BYTES);
            loops.put(world, loop);
            groups.put(world, open(world, loop, keys));
        }
        for (int window = 0; window < windowCount; window++) {
            for (int inFlightCount : IN_FLIGHT_COUNTS) {
                loops.forEach((world, loop) ->
                        measure(world, loop, Objects.requireNonNull(groups.get(world)), inFlightCount, windowNs));
            }
        }
        for (GroupUnderLoad group : groups.values()) {
            group.close();
        }
    }

    private static GroupUnderLoad open(String world, GroupUnderLoad.Acks acks, KeyMaker keys) throws Exception {
        return switch (world) {
            case "nio" -> new NioEcho(acks);
            case "plain", "plain-runs" -> new LinkEcho(acks, null, null);
            case "tls", "tls-runs" -> new LinkEcho(acks, keys.credentials(1), keys.credentials(2));
            default -> throw new IllegalArgumentException("there is no world " + world);
        };
    }

    private static boolean isOfRuns(String world) {
        return world.endsWith("-runs");
    }

    private static void measure(String world, ClosedLoop loop, GroupUnderLoad group, int inFlightCount, long windowNs) {
        int entryCount = isOfRuns(world) ? RUN_COUNT : 1;
        long beforeBytes = AllocationMeter.allBytes();
        long beforeCount = loop.doneCount();
        int frameCount = (inFlightCount + entryCount - 1) / entryCount;
        WindowFigures figures = loop.run(group, frameCount, windowNs, STALL_NS);
        double passed = 2.0 * entryCount * (loop.doneCount() - beforeCount);
        System.out.println(String.format(
                Locale.ROOT,
                "%-10s %9d %10.0f %8.1f %8.1f %9.2f %14.3f %9.2f",
                world,
                inFlightCount,
                2 * entryCount * figures.commitsPerSecond(),
                figures.p50Us(),
                figures.p99Us(),
                (AllocationMeter.allBytes() - beforeBytes) / passed,
                figures.processorUs() / 2 / entryCount,
                figures.foreignShare()));
    }

    /** A link whose other end offers back what comes. */
    private static final class LinkEcho implements GroupUnderLoad {
        private static final TcpConfig CONFIG = TcpConfig.defaults("echo").withPlaintextLoopback();

        private final List<AutoCloseable> toClose = new ArrayList<>();
        private final Link link;

        LinkEcho(Acks acks, @Nullable TlsCredentials one, @Nullable TlsCredentials two)
                throws OperatingFault, InterruptedException {
            Dialler dialler = new Dialler(acks);
            String address = transport(1, one)
                    .listen("127.0.0.1:0", PeerPolicy.sameRegionServers(), new Echo())
                    .address();
            transport(2, two).dial(address, PeerPolicy.server(1), dialler);
            dialler.up.await();
            link = Objects.requireNonNull(dialler.link);
        }

        private TcpTransport transport(int member, @Nullable TlsCredentials credentials) {
            TcpLoops loops = new TcpLoops(
                    "echo-" + member, SystemClocks.nano(), new SeededEntropy(member), HaltSwitch.process());
            PeerIdentity self = new PeerIdentity(1, KeyMaker.REGION, PeerRole.SERVER, member, 0);
            TcpTransport transport = new TcpTransport(loops, self, CONFIG, credentials, LinkAudit.NONE);
            toClose.add(loops);
            toClose.add(transport);
            return transport;
        }

        @Override
        public boolean offer(DirectBuffer buffer, int offset, int length) {
            return link.offer(buffer, offset, length) == OfferVerdict.SENT;
        }

        @Override
        public int poll() {
            return 0;
        }

        @Override
        public String description() {
            return "a link and its echo, one event loop each";
        }

        @Override
        public void close() throws IOException {
            try {
                for (int i = toClose.size() - 1; i >= 0; i--) {
                    toClose.get(i).close();
                }
            } catch (Exception fault) {
                throw new IOException("cannot close the links", fault);
            }
        }
    }

    /** Offers back what comes; without room it takes nothing, and the link stops reading. */
    private static class Echo implements LinkListener {
        @Override
        public void onUp(Link link) {}

        @Override
        public boolean onFrame(Link link, DirectBuffer buffer, int offset, int length) {
            return link.offer(buffer, offset, length) != OfferVerdict.BACK_PRESSURED;
        }

        @Override
        public void onDown(Link link, LinkDown reason) {}

        @Override
        public void onRefused(String address, String sentence) {
            System.err.println(address + ": " + sentence);
        }
    }

    /** Tells who waits for what came back. */
    private static final class Dialler extends Echo {
        private final GroupUnderLoad.Acks acks;
        private final CountDownLatch up = new CountDownLatch(1);
        private volatile @Nullable Link link;

        Dialler(GroupUnderLoad.Acks acks) {
            this.acks = acks;
        }

        @Override
        public void onUp(Link fresh) {
            link = fresh;
            up.countDown();
        }

        @Override
        public boolean onFrame(Link from, DirectBuffer buffer, int offset, int length) {
            acks.acknowledged(buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN));
            return true;
        }
    }

    /** A bare socket: one thread sends back what it reads, the client writes and reads without waiting. */
    private static final class NioEcho implements GroupUnderLoad {
        private static final int BUFFER_BYTES = 64 << 10;

        private final Acks acks;
        private final ServerSocketChannel listening = ServerSocketChannel.open();
        private final SocketChannel client;
        private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        private final UnsafeBuffer outView = new UnsafeBuffer(out);
        private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

        NioEcho(Acks acks) throws IOException {
            this.acks = acks;
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Thread echo = new Thread(this::echo, "nio-echo");
            echo.setDaemon(true);
            echo.start();
            client = SocketChannel.open(listening.getLocalAddress());
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            client.configureBlocking(false);
        }

        private void echo() {
            ByteBuffer bytes = ByteBuffer.allocateDirect(BUFFER_BYTES);
            try (SocketChannel accepted = listening.accept()) {
                accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
                while (accepted.read(bytes.clear()) >= 0) {
                    bytes.flip();
                    while (bytes.hasRemaining()) {
                        accepted.write(bytes);
                    }
                }
            } catch (IOException end) {
                System.err.println("the echo ended: " + end.getMessage());
            }
        }

        @Override
        public boolean offer(DirectBuffer buffer, int offset, int length) {
            if (out.remaining() < length) {
                return false;
            }
            outView.putBytes(out.position(), buffer, offset, length);
            out.position(out.position() + length);
            return true;
        }

        @Override
        public int poll() {
            try {
                out.flip();
                int written = client.write(out);
                out.compact();
                int read = client.read(in);
                in.flip();
                while (in.remaining() >= FRAME_BYTES) {
                    acks.acknowledged(in.getLong(in.position()));
                    in.position(in.position() + FRAME_BYTES);
                }
                in.compact();
                return written + Math.max(0, read);
            } catch (IOException fault) {
                throw new UncheckedIOException(fault);
            }
        }

        @Override
        public String description() {
            return "a bare socket and its echo";
        }

        @Override
        public void close() throws IOException {
            client.close();
            listening.close();
        }
    }
}
