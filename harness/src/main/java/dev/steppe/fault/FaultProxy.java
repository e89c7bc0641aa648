package dev.steppe.fault;

import dev.steppe.runtime.clock.SystemClocks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on loopback that mistreats what passes: delays it, narrows it, swallows it, flips its bits, breaks the
 * connection at a given byte. For real processes and real sockets, where no simulated network reaches. One thread of
 * its own serves all connections; the methods may be called by any thread and have taken effect when they return.
 *
 * <p>Each connection gets two {@link Toll}s when it is accepted, one for each direction, from the plan that holds then;
 * {@link #heal} lifts the tolls of those that live. What was swallowed stays swallowed.
 */
public final class FaultProxy implements AutoCloseable {
    private static final int CHUNK_BYTES = 16 << 10;
    private static final int HELD_MAX_BYTES = 256 << 10;
    private static final long IDLE_MS = 50;

    private final Selector selector = Selector.open();
    private final ServerSocketChannel listening = ServerSocketChannel.open();
    private final List<Passage> passages = new ArrayList<>();
    private final ConcurrentLinkedQueue<Runnable> orders = new ConcurrentLinkedQueue<>();
    private final AtomicLong acceptedCount = new AtomicLong();
    private final AtomicLong swallowedBytes = new AtomicLong();
    private final AtomicLong flippedBitCount = new AtomicLong();
    private final AtomicLong forthBytes = new AtomicLong();
    private final AtomicLong backBytes = new AtomicLong();
    private final NanoClock clock;
    private final ByteBuffer scratch = ByteBuffer.allocate(CHUNK_BYTES);
    private IntFunction<Tolls> plan = ordinal -> Tolls.FREE;
    private InetSocketAddress target;
    private volatile boolean closed;

    /** What becomes of a connection when a direction has carried {@link Toll#endAfterBytes}. */
    public enum End {
        /** Nothing more passes in this direction; what comes is swallowed and the connection stays open. */
        BLACK_HOLE,
        /** Nothing more is read in this direction, and nothing lost, until the toll is lifted: the sender jams. */
        CLOG,
        /** Both sides are reset. */
        RESET,
        /** Both sides are closed in good order. */
        CLOSE
    }

    /**
     * What one direction of a connection costs.
     *
     * @param delayNs how long each byte is held back
     * @param bytesPerSecond most bytes that pass in a second; 0 for no bound
     * @param flipEveryBytes one bit in so many bytes is turned; 0 for none
     * @param endAfterBytes after so many bytes comes the end; -1 for never
     * @param end which end
     */
    public record Toll(long delayNs, long bytesPerSecond, long flipEveryBytes, long endAfterBytes, End end) {
        /** Everything passes as it came. */
        public static final Toll FREE = new Toll(0, 0, 0, -1, End.CLOSE);

        /** Passes {@code bytes} bytes and then ends so. */
        public static Toll endAfter(long bytes, End end) {
            return new Toll(0, 0, 0, bytes, end);
        }

        /** Holds each byte back for {@code delayNs}. */
        public static Toll delay(long delayNs) {
            return new Toll(delayNs, 0, 0, -1, End.CLOSE);
        }
    }

    /** The tolls of one connection: {@code forth} from who dialled the proxy, {@code back} to it. */
    public record Tolls(Toll forth, Toll back) {
        /** Everything passes both ways. */
        public static final Tolls FREE = new Tolls(Toll.FREE, Toll.FREE);
    }

    /**
     * Starts a proxy before {@code target} that counts time as the platform does.
     *
     * @param target {@code host:port} with a literal host
     */
    public FaultProxy(String target) throws IOException {
        this(target, SystemClocks.nano());
    }

    /** The same with a clock of its own for delays and widths. */
    public FaultProxy(String target, NanoClock clock) throws IOException {
        this.clock = clock;
        this.target = parse(target);
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
        listening.configureBlocking(false);
        listening.register(selector, SelectionKey.OP_ACCEPT);
        Thread thread = new Thread(this::run, "fault-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    /** Where to dial instead of the target. */
    public String address() throws IOException {
        return "127.0.0.1:" + ((InetSocketAddress) listening.getLocalAddress()).getPort();
    }

    /** Connections accepted so far. */
    public long acceptedCount() {
        return acceptedCount.get();
    }

    /** Bytes that came and were not passed on, over all connections. */
    public long swallowedBytes() {
        return swallowedBytes.get();
    }

    /** Bits that were turned, over all connections. */
    public long flippedBitCount() {
        return flippedBitCount.get();
    }

    /** The tolls of all connections from now on, also of those that live; their bytes so far do not count. */
    public void impose(Tolls tolls) {
        order(() -> {
            plan = ordinal -> tolls;
            passages.forEach(passage -> passage.impose(passage.isForth ? tolls.forth() : tolls.back()));
        });
    }

    /** The tolls of connections from now on, by their number from 0 since this call. */
    public void plan(IntFunction<Tolls> tolls) {
        order(() -> {
            int first = (int) acceptedCount.get();
            plan = ordinal -> tolls.apply(ordinal - first);
        });
    }

    /** Leads connections from now on to another target. */
    public void retarget(String other) {
        InetSocketAddress parsed = parse(other);
        order(() -> target = parsed);
    }

    /** Lifts all tolls, of living connections and of those to come. */
    public void heal() {
        order(() -> {
            plan = ordinal -> Tolls.FREE;
            passages.forEach(passage -> passage.impose(Toll.FREE));
        });
    }

    /** Bytes that were read and have not passed yet. */
    public long heldBytes() {
        AtomicLong sum = new AtomicLong();
        order(() -> passages.forEach(passage -> sum.addAndGet(passage.heldBytes)));
        return sum.get();
    }

    /** Bytes that were taken from who dialled, over all connections so far. */
    public long forthBytes() {
        return forthBytes.get();
    }

    /** Bytes that were taken from the target, over all connections so far. */
    public long backBytes() {
        return backBytes.get();
    }

    /** Ends every living connection. */
    public void cutAll(End end) {
        order(() -> List.copyOf(passages).forEach(passage -> passage.end(end)));
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
    }

    /** Lets the proxy's thread do it, and waits until it is done. */
    private void order(Runnable order) {
        CountDownLatch done = new CountDownLatch(1);
        orders.add(() -> {
            order.run();
            done.countDown();
        });
        selector.wakeup();
        try {
            while (!closed && !done.await(IDLE_MS, TimeUnit.MILLISECONDS)) {
                selector.wakeup();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt(); // It will be done all the same.
        }
    }

    private void run() {
        try (selector;
                listening) {
            while (!closed) {
                for (Runnable order = orders.poll(); order != null; order = orders.poll()) {
                    order.run();
                }
                selector.select(waitMs());
                for (SelectionKey key : selector.selectedKeys()) {
                    serve(key);
                }
                selector.selectedKeys().clear();
                List.copyOf(passages).forEach(passage -> passage.pour(clock.nanoTime()));
            }
            List.copyOf(passages).forEach(passage -> passage.end(End.CLOSE));
        } catch (IOException e) {
            throw new UncheckedIOException("the proxy before " + target + " failed", e);
        }
    }

    private long waitMs() {
        long nowNs = clock.nanoTime();
        long untilNs = TimeUnit.MILLISECONDS.toNanos(IDLE_MS);
        for (Passage passage : passages) {
            untilNs = Math.min(untilNs, Math.max(1, passage.dueNs(nowNs) - nowNs));
        }
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(untilNs));
    }

    private void serve(SelectionKey key) throws IOException {
        if (!key.isValid()) {
            return;
        }
        if (key.isAcceptable()) {
            accept();
        } else if (key.attachment() instanceof Passage passage) {
            passage.onReady(key);
        }
    }

    private void accept() throws IOException {
        SocketChannel dialler = listening.accept();
        if (dialler == null) {
            return;
        }
        Tolls tolls = plan.apply((int) acceptedCount.getAndIncrement());
        try {
            // Loopback connects at once or not at all.
            SocketChannel server = SocketChannel.open(target);
            Passage forth = new Passage(dialler, server, true, tolls.forth());
            Passage back = new Passage(server, dialler, false, tolls.back());
            forth.join(back);
            back.join(forth);
        } catch (IOException unreachable) {
            dialler.close(); // The target is not there: whoever dialled sees a connection that ends.
        }
    }

    private static InetSocketAddress parse(String address) {
        int colon = address.lastIndexOf(':');
        return new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    }

    /** One direction of one connection. Owned by the proxy's thread. */
    private final class Passage {
        private final SocketChannel source;
        private final SocketChannel sink;
        private final boolean isForth;
        private final ArrayDeque<Chunk> held = new ArrayDeque<>();
        private Toll toll;
        private @Nullable Passage other;
        private int heldBytes;
        /** Since the toll began to count. */
        private long readBytes;

        private long nextPourNs = clock.nanoTime();
        private boolean sourceDone;
        private boolean over;

        private record Chunk(ByteBuffer bytes, long dueNs) {}

        Passage(SocketChannel source, SocketChannel sink, boolean isForth, Toll toll) throws IOException {
            this.source = source;
            this.sink = sink;
            this.isForth = isForth;
            this.toll = toll;
            source.configureBlocking(false);
            source.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }

        /** Whether the source is not to be read now. */
        private boolean isJammed() {
            boolean isClogged = toll.end == End.CLOG && toll.endAfterBytes >= 0 && readBytes >= toll.endAfterBytes;
            return isClogged || heldBytes >= HELD_MAX_BYTES;
        }

        void join(Passage opposite) throws ClosedChannelException {
            other = opposite;
            source.register(selector, SelectionKey.OP_READ, this);
            passages.add(this);
            endIfDue();
        }

        void impose(Toll imposed) {
            toll = imposed;
            readBytes = 0;
            nextPourNs = clock.nanoTime();
        }

        void onReady(SelectionKey key) {
            try {
                if (isJammed()) {
                    key.interestOps(0);
                    return;
                }
                scratch.clear();
                if (toll.end == End.CLOG && toll.endAfterBytes >= 0) {
                    scratch.limit((int) Math.min(CHUNK_BYTES, toll.endAfterBytes - readBytes));
                }
                int length = source.read(scratch);
                if (length < 0) {
                    sourceDone = true;
                    key.cancel();
                } else if (length > 0) {
                    take(scratch.flip());
                }
            } catch (IOException reset) {
                end(End.RESET); // One side is gone, so is the other.
            }
        }

        private void take(ByteBuffer in) {
            long restBytes = toll.endAfterBytes < 0 ? Long.MAX_VALUE : Math.max(0, toll.endAfterBytes - readBytes);
            int takenBytes = (int) Math.min(in.remaining(), restBytes);
            swallowedBytes.addAndGet(in.remaining() - takenBytes);
            byte[] copy = new byte[takenBytes];
            in.get(copy);
            flip(copy);
            readBytes += takenBytes;
            (isForth ? forthBytes : backBytes).addAndGet(takenBytes);
            if (takenBytes > 0) {
                held.add(new Chunk(ByteBuffer.wrap(copy), clock.nanoTime() + toll.delayNs));
                heldBytes += takenBytes;
            }
        }

        private void flip(byte[] bytes) {
            if (toll.flipEveryBytes > 0) {
                long first = toll.flipEveryBytes - 1 - readBytes % toll.flipEveryBytes;
                for (long at = first; at < bytes.length; at += toll.flipEveryBytes) {
                    bytes[(int) at] ^= (byte) (1 << (readBytes + at) / toll.flipEveryBytes % Byte.SIZE);
                    flippedBitCount.incrementAndGet();
                }
            }
        }

        /** When something may be written; never if nothing waits. */
        long dueNs(long nowNs) {
            Chunk next = held.peek();
            return next == null ? nowNs + TimeUnit.HOURS.toNanos(1) : Math.max(next.dueNs, nextPourNs);
        }

        void pour(long nowNs) {
            try {
                Chunk next = held.peek();
                while (next != null && next.dueNs <= nowNs && nextPourNs <= nowNs && !over) {
                    int length = write(next.bytes);
                    heldBytes -= length;
                    if (toll.bytesPerSecond > 0) {
                        nextPourNs = nowNs + TimeUnit.SECONDS.toNanos(length) / toll.bytesPerSecond;
                    }
                    if (next.bytes.hasRemaining()) {
                        break; // The sink takes no more now, or the toll wants a pause.
                    }
                    held.poll();
                    next = held.peek();
                }
                listenAgain();
                endIfDue();
            } catch (IOException reset) {
                end(End.RESET); // One side is gone, so is the other.
            }
        }

        /** Writes at most what passes in ten milliseconds. */
        private int write(ByteBuffer bytes) throws IOException {
            if (toll.bytesPerSecond == 0) {
                return sink.write(bytes);
            }
            int limit = bytes.limit();
            bytes.limit((int) Math.min(limit, bytes.position() + Math.max(1, toll.bytesPerSecond / 100)));
            int length = sink.write(bytes);
            bytes.limit(limit);
            return length;
        }

        private void listenAgain() {
            @Nullable SelectionKey key = source.keyFor(selector);
            if (key != null && key.isValid() && !isJammed()) {
                key.interestOps(SelectionKey.OP_READ);
            }
        }

        private void endIfDue() {
            if (held.isEmpty() && toll.endAfterBytes >= 0 && readBytes >= toll.endAfterBytes) {
                if (toll.end == End.RESET || toll.end == End.CLOSE) {
                    end(toll.end);
                }
            } else if (held.isEmpty() && sourceDone) {
                end(End.CLOSE);
            }
        }

        void end(End how) {
            if (over || other == null) {
                return;
            }
            over = true;
            other.over = true;
            passages.remove(this);
            passages.remove(other);
            for (SocketChannel side : List.of(source, sink)) {
                try {
                    if (how == End.RESET) {
                        side.setOption(StandardSocketOptions.SO_LINGER, 0);
                    }
                    side.close();
                } catch (IOException gone) {
                    sourceDone = true; // It was closed before, by its own side.
                }
            }
        }
    }
}
