package dev.steppe.transport.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameCutterTest {
    private static final int BODY_MAX_BYTES = 4_096;
    private static final long SEED = 20_261_125;

    /** Remembers frames; refuses room when told, and is over when told. */
    private static final class Sink implements FrameSink {
        private final List<String> frames = new ArrayList<>();
        private String bad = "";
        private int roomCount = Integer.MAX_VALUE;
        private int overAfterCount = Integer.MAX_VALUE;

        @Override
        public int bodyMaxBytes() {
            return BODY_MAX_BYTES;
        }

        @Override
        public Verdict onFrame(byte kind, DirectBuffer buffer, int offset, int length) {
            assertEquals("", bad, "a frame after a bad one");
            assertTrue(frames.size() < overAfterCount, "a frame after the end");
            if (roomCount == 0) {
                return Verdict.NO_ROOM;
            }
            roomCount--;
            byte[] body = new byte[length];
            buffer.getBytes(offset, body);
            frames.add(word(kind, body));
            return frames.size() == overAfterCount ? Verdict.OVER : Verdict.TAKEN;
        }

        @Override
        public void onBadFrame(String sentence) {
            assertEquals("", bad, "one bad frame is the end");
            bad = sentence;
        }
    }

    private static String word(byte kind, byte[] body) {
        return kind + ":" + body.length + ":" + Arrays.hashCode(body);
    }

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final List<String> expected = new ArrayList<>();
    private final Sink sink = new Sink();
    private final FrameCutter cutter = new FrameCutter(sink);

    private byte[] stream(int frameCount, int bodyMaxBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < frameCount; i++) {
            byte[] body = new byte[random.nextInt(bodyMaxBytes + 1)];
            random.nextBytes(body);
            byte kind = (byte) (1 + random.nextInt(6));
            expected.add(word(kind, body));
            out.writeBytes(FrameLayout.frame(kind, body));
        }
        return out.toByteArray();
    }

    private void feed(byte[] bytes, int from, int to, boolean direct) {
        // Surrounded by what is none of its business, as in a pooled buffer.
        ByteBuffer in = direct ? ByteBuffer.allocateDirect(to - from + 20) : ByteBuffer.allocate(to - from + 20);
        in.position(7).put(bytes, from, to - from).flip().position(7);
        cutter.take(in);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 11, 12, 13, 500, 5_000, 100_000})
    void cutsTheSameFramesHoweverTheStreamIsCut(int pieceMaxBytes) {
        byte[] bytes = stream(300, pieceMaxBytes < 100 ? 40 : BODY_MAX_BYTES);
        int at = 0;
        while (at < bytes.length) {
            int end = Math.min(bytes.length, at + 1 + random.nextInt(pieceMaxBytes));
            feed(bytes, at, end, random.nextBoolean());
            at = end;
        }
        assertEquals(expected, sink.frames);
        assertEquals(0, cutter.keptBytes());
        assertEquals("", sink.bad);
    }

    @Test
    void offersTheSameFrameAgainUntilThereIsRoom() {
        byte[] bytes = stream(400, 600);
        int at = 0;
        while (at < bytes.length) {
            sink.roomCount = random.nextInt(4);
            int end = Math.min(bytes.length, at + 1 + random.nextInt(2_000));
            feed(bytes, at, end, true);
            at = end;
            while (cutter.isPaused()) {
                int before = sink.frames.size();
                sink.roomCount = random.nextInt(3);
                int room = sink.roomCount;
                cutter.resume();
                assertTrue(sink.frames.size() <= before + room);
            }
        }
        assertEquals(expected, sink.frames);
        assertEquals(0, cutter.keptBytes());
    }

    @Test
    void keepsWhatComesWhilePausedInItsOrder() {
        byte[] bytes = stream(50, 100);
        sink.roomCount = 0;
        for (int at = 0; at < bytes.length; at++) {
            feed(bytes, at, at + 1, false);
        }
        assertTrue(cutter.isPaused());
        assertEquals(List.of(), sink.frames);
        sink.roomCount = Integer.MAX_VALUE;
        cutter.resume();
        assertEquals(expected, sink.frames);
        assertFalse(cutter.isPaused());
    }

    @Test
    void handsOnNothingBehindTheEnd() {
        byte[] bytes = stream(10, 100);
        sink.overAfterCount = 3;
        feed(bytes, 0, bytes.length, true);
        feed(bytes, 0, bytes.length, true);
        assertEquals(expected.subList(0, 3), sink.frames);
        assertEquals("", sink.bad);
    }

    @Test
    void findsEverySingleFlippedBit() {
        byte[] frame = FrameLayout.frame(FrameLayout.DATA, "what was said".getBytes(StandardCharsets.US_ASCII));
        for (int bit = 0; bit < frame.length * Byte.SIZE; bit++) {
            byte[] flipped = frame.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            Sink fresh = new Sink();
            FrameCutter one = new FrameCutter(fresh);
            one.take(ByteBuffer.wrap(flipped));
            // A length that grew makes it wait for more: feed until it must judge.
            for (int more = 0; fresh.bad.isEmpty() && more <= BODY_MAX_BYTES; more++) {
                one.take(ByteBuffer.wrap(new byte[] {0}));
            }
            assertEquals(List.of(), fresh.frames, "bit " + bit);
            assertFalse(fresh.bad.isEmpty(), "bit " + bit);
        }
    }

    @Test
    void judgesALengthBeforeAnythingIsKeptForIt() {
        for (int length : new int[] {BODY_MAX_BYTES + 1, Integer.MAX_VALUE, -1, Integer.MIN_VALUE}) {
            Sink fresh = new Sink();
            FrameCutter one = new FrameCutter(fresh);
            byte[] header = FrameLayout.frame(FrameLayout.DATA, new byte[0]);
            ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putInt(FrameLayout.LENGTH_OFFSET, length);
            one.take(ByteBuffer.wrap(header));
            assertTrue(fresh.bad.startsWith("a frame claims " + length + " bytes"), fresh.bad);
            assertEquals(0, one.keptBytes());
        }
    }

    @Test
    void reservesNoMoreThanTwiceWhatCame() {
        ByteBuffer header = ByteBuffer.wrap(FrameLayout.frame(FrameLayout.DATA, new byte[BODY_MAX_BYTES]));
        header.limit(FrameLayout.HEADER_BYTES + 100);
        new FrameCutter(new Sink()).take(header.duplicate()); // What classes take when they are first used.
        long before = allocatedBytes();
        cutter.take(header);
        long after = allocatedBytes();
        assertEquals(FrameLayout.HEADER_BYTES + 100, cutter.keptBytes());
        assertTrue(after - before < BODY_MAX_BYTES / 2, "allocated " + (after - before));
    }

    /** 10^5 inputs: good streams with some bytes changed, inserted or lost, cut anywhere. */
    @Test
    void survivesAnythingAndBelievesNothingElse() {
        for (int input = 0; input < 100_000; input++) {
            expected.clear();
            byte[] good = stream(1 + random.nextInt(4), 60);
            byte[] bytes = spoil(good);
            Sink fresh = new Sink();
            FrameCutter one = new FrameCutter(fresh);
            int at = 0;
            while (at < bytes.length) {
                int end = Math.min(bytes.length, at + 1 + random.nextInt(80));
                one.take(ByteBuffer.wrap(bytes, at, end - at));
                at = end;
            }
            int sameCount = 0;
            while (sameCount < Math.min(fresh.frames.size(), expected.size())
                    && fresh.frames.get(sameCount).equals(expected.get(sameCount))) {
                sameCount++;
            }
            // A spoilt stream may lose or repeat whole frames of ours; it never makes one.
            for (String frame : fresh.frames.subList(sameCount, fresh.frames.size())) {
                assertTrue(
                        expected.contains(frame),
                        "input " + input + ": " + HexFormat.of().formatHex(bytes));
            }
            assertTrue(one.keptBytes() <= bytes.length);
        }
    }

    private byte[] spoil(byte[] good) {
        byte[] bytes = good.clone();
        for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                default -> {
                    byte[] longer = new byte[bytes.length + 1];
                    System.arraycopy(bytes, 0, longer, 0, at);
                    longer[at] = (byte) random.nextInt(256);
                    System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
                    bytes = longer;
                }
            }
        }
        return bytes;
    }

    private static long allocatedBytes() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
