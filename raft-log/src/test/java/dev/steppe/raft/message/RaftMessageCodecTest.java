package dev.steppe.raft.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.FoundingAsk;
import dev.steppe.raft.message.RaftMessage.FoundingReply;
import dev.steppe.raft.message.RaftMessage.HashReport;
import dev.steppe.raft.message.RaftMessage.HashVerdict;
import dev.steppe.raft.message.RaftMessage.Sender;
import dev.steppe.raft.message.RaftMessage.SnapshotAsk;
import dev.steppe.raft.message.RaftMessage.SnapshotReply;
import dev.steppe.raft.message.RaftMessage.TimeoutNow;
import dev.steppe.raft.message.RaftMessage.TimingWord;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;
import dev.steppe.raft.message.RaftMessageDecoder.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RaftMessageCodecTest {
    private static final long CLUSTER = 0x5354_4550_5045L;
    private static final int ENTRY_HEADER_BYTES = 24;
    private static final int OFFSET = 8;

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[1_024]);
    private final RaftMessageEncoder encoder = new RaftMessageEncoder(CLUSTER);
    private final RaftMessageDecoder decoder = new RaftMessageDecoder(CLUSTER, ENTRY_HEADER_BYTES);

    static List<RaftMessage> messages() {
        return List.of(
                new VoteAsk(new Sender(3, -5, 99, 7), true, false, 5, 120, 6),
                new VoteAsk(new Sender(3, -5, 99, 7), false, true, 6, 0, 0),
                new VoteReply(new Sender(2, 6, 98, 8), 99, 5, true, false),
                new VoteReply(new Sender(2, 6, 98, 8), 99, 5, false, true),
                new TimeoutNow(new Sender(127, 7, 97, 8)),
                new SnapshotAsk(new Sender(1, 7, 97, 8), 90, 6, 1_000, 900, 100),
                new SnapshotAsk(new Sender(1, 7, 97, 8), 90, 8, 1_000, 0, 100),
                new SnapshotReply(new Sender(2, 6, 98, 8), 97, 90, 900, false),
                new SnapshotReply(new Sender(2, 6, 98, 8), 97, 90, 0, true),
                new HashReport(new Sender(2, 6, 98, 8), 64, -3),
                new HashVerdict(new Sender(1, 7, 97, 8), 98, 64, -4, -3),
                new TimingWord(new Sender(1, 7, 97, 8), 1_500_000_000L),
                new FoundingAsk(new Sender(1, 7, 97, 8), 2),
                new FoundingReply(new Sender(2, 6, 98, 8), 7, 97, 2, true),
                new FoundingReply(new Sender(2, 6, 98, 8), 7, 97, 2, false),
                new AppendAsk()
                        .from(1, 7, 97, 8)
                        .after(120, 6, 119)
                        .entries(7, 3, 96)
                        .to(98, true)
                        .round(41),
                new AppendAsk().from(1, 7, 97, 8).after(0, 0, 0).round(42),
                new AppendReply().from(2, 6, 98, 8, 97).round(41).accepting(122, 123),
                new AppendReply().from(2, 6, 98, 8, 97).counting(false).refusing(120, 60, 5));
    }

    private int encode(RaftMessage message) {
        int headBytes = encoder.encode(message, buffer, OFFSET);
        assertTrue(headBytes <= RaftMessageEncoder.HEAD_MAX_BYTES);
        return headBytes + tailBytes(message);
    }

    private static int tailBytes(RaftMessage message) {
        if (message instanceof AppendAsk ask) {
            return ask.entryBytes();
        }
        return message instanceof SnapshotAsk ask ? ask.chunkBytes() : 0;
    }

    @ParameterizedTest
    @MethodSource("messages")
    void bringsBackWhatWentIn(RaftMessage message) {
        int length = encode(message);
        assertEquals(Verdict.DECODED, decoder.decode(buffer, OFFSET, length));
        byte[] first = new byte[length];
        buffer.getBytes(OFFSET, first);
        buffer.setMemory(0, buffer.capacity(), (byte) 0);
        assertEquals(length, encode(decoder.message()));
        byte[] second = new byte[length];
        buffer.getBytes(OFFSET, second);
        if (message instanceof AppendAsk ask) {
            buffer.putBytes(OFFSET, first, 0, length);
            assertEquals(ask.toString(), decoder.message().toString());
        } else {
            assertEquals(message.toString(), decoder.message().toString());
        }
        if (tailBytes(message) > 0) {
            assertEquals(OFFSET + length - tailBytes(message), decoder.bytesOffset());
        }
        assertEquals(message.directoryId(), decoder.message().directoryId());
        assertEquals(message.fromMember(), decoder.message().fromMember());
        assertEquals(message.incarnation(), decoder.message().incarnation());
        assertEquals(message.term(), decoder.message().term());
        assertEquals(new UnsafeBuffer(first, 0, 44), new UnsafeBuffer(second, 0, 44));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void refusesEveryOtherLength(RaftMessage message) {
        int length = encode(message);
        for (int other = 0; other < length + 20; other++) {
            if (other != length) {
                assertEquals(Verdict.MALFORMED, decoder.decode(buffer, OFFSET, other), "length " + other);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void refusesAnotherGroup(RaftMessage message) {
        int length = new RaftMessageEncoder(CLUSTER + 1).encode(message, buffer, OFFSET);
        length += tailBytes(message);
        assertEquals(Verdict.OTHER_CLUSTER, decoder.decode(buffer, OFFSET, length));
        assertThrows(InvariantBroken.class, decoder::message);
    }

    /** A message in front of which stands another kind, schema or version than this release has. */
    @ParameterizedTest
    @MethodSource("messages")
    void refusesKindsAndVersionsFromTheFuture(RaftMessage message) {
        int length = encode(message);
        for (int word = 0; word < 4; word++) {
            int offset = OFFSET + word * Short.BYTES;
            short present = buffer.getShort(offset, ByteOrder.LITTLE_ENDIAN);
            for (int other : new int[] {present + 1, present + 100}) {
                buffer.putShort(offset, (short) other, ByteOrder.LITTLE_ENDIAN);
                boolean isOtherKind = word == 1 && decoder.decode(buffer, OFFSET, length) == Verdict.DECODED;
                assertTrue(
                        isOtherKind || decoder.decode(buffer, OFFSET, length) == Verdict.MALFORMED,
                        "word " + word + " as " + other);
                assertFalse(isOtherKind && other == present + 100, "kind " + other);
            }
            buffer.putShort(offset, present, ByteOrder.LITTLE_ENDIAN);
        }
        assertEquals(Verdict.DECODED, decoder.decode(buffer, OFFSET, length));
    }

    /** Whoever changes what goes over the wire changes the golden file. */
    @Test
    void standInBytesAsTheyAlwaysDid() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (RaftMessage message : messages()) {
            buffer.setMemory(0, buffer.capacity(), (byte) 0);
            byte[] bytes = new byte[encode(message)];
            buffer.getBytes(OFFSET, bytes);
            lines.append(HexFormat.of().formatHex(bytes)).append('\n');
        }
        try (InputStream golden = RaftMessageCodecTest.class.getResourceAsStream("message-0.hex")) {
            assertEquals(new String(golden.readAllBytes(), StandardCharsets.US_ASCII), lines.toString());
        }
    }

    @Test
    void refusesImpossibleAppends() {
        List<AppendAsk> impossible = List.of(
                new AppendAsk().from(1, 7, 1, 8).after(-1, 6, 0),
                new AppendAsk().from(1, 7, 1, 8).after(5, 0, 0),
                new AppendAsk().from(1, 7, 1, 8).after(0, 3, 0),
                new AppendAsk().from(1, 7, 1, 8).after(5, 9, 0),
                new AppendAsk().from(1, 7, 1, 8).after(5, 6, -1),
                new AppendAsk().from(1, 7, 1, 8).after(5, 6, 0).round(-1),
                new AppendAsk().from(1, 7, 1, 8).after(5, 6, 0).entries(5, 1, 40),
                new AppendAsk().from(1, 7, 1, 8).after(5, 6, 0).entries(9, 1, 40),
                new AppendAsk().from(1, 7, 1, 8).after(5, 6, 0).entries(7, 2, 40),
                new AppendAsk().from(1, 7, 1, 8).after(5, 6, 0).entries(7, -1, 40),
                new AppendAsk().from(1, 7, 1, 8).after(5, 6, 0).entries(7, 0, 0),
                new AppendAsk().from(1, 7, 1, 8).after(Long.MAX_VALUE, 6, 0),
                new AppendAsk().from(1, 7, 1, 8).after(5, 6, 0).to(-1, false),
                new AppendAsk().from(128, 7, 1, 8).after(5, 6, 0),
                new AppendAsk().from(1, 7, -1, 8).after(5, 6, 0),
                new AppendAsk().from(0, 7, 1, 8).after(5, 6, 0),
                new AppendAsk().from(1, 7, 1, RaftMessageDecoder.TERM_MAX + 1).after(5, 6, 0));
        for (AppendAsk ask : impossible) {
            int length = encode(ask);
            assertEquals(Verdict.MALFORMED, decoder.decode(buffer, OFFSET, length), ask.toString());
        }
    }

    @Test
    void refusesImpossibleLetters() {
        Sender sender = new Sender(1, 7, 1, 8);
        List<RaftMessage> impossible = List.of(
                new VoteAsk(sender, true, true, 1, 5, 6),
                new VoteAsk(sender, true, false, 0, 5, 6),
                new VoteAsk(sender, false, false, 1, 5, 9),
                new VoteReply(sender, 9, 1, true, true),
                new SnapshotAsk(sender, 0, 6, 1_000, 0, 100),
                new SnapshotAsk(sender, 5, 0, 1_000, 0, 100),
                new SnapshotAsk(sender, 5, 9, 1_000, 0, 100),
                new SnapshotAsk(sender, 5, 6, 1_000, -1, 100),
                new SnapshotAsk(sender, 5, 6, 1_000, 901, 100),
                new SnapshotAsk(sender, 5, 6, 1_000, Long.MAX_VALUE, 100),
                new SnapshotAsk(sender, 5, 6, 1_000, 0, 0),
                new SnapshotReply(sender, 9, 0, 0, true),
                new SnapshotReply(sender, 9, 5, -1, false),
                new HashReport(sender, 0, 4),
                new HashVerdict(sender, 9, 64, 4, 4),
                new TimingWord(sender, 0),
                new FoundingAsk(sender, 0),
                new FoundingReply(sender, 7, 97, 0, true));
        for (RaftMessage message : impossible) {
            int length = encode(message);
            assertEquals(Verdict.MALFORMED, decoder.decode(buffer, OFFSET, length), message.toString());
        }
    }

    /** Whatever bits are turned, decoding ends in a verdict, and what it accepts is within its own rules. */
    @Property(tries = 500)
    void neverFailsOnTurnedBits(@ForAll long seed) {
        Random random = new Random(seed);
        List<RaftMessage> messages = messages();
        int length = encode(messages.get(random.nextInt(messages.size())));
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            int at = OFFSET + random.nextInt(length);
            buffer.putByte(at, (byte) (buffer.getByte(at) ^ (1 << random.nextInt(8))));
        }
        if (decoder.decode(buffer, OFFSET, length) == Verdict.DECODED
                && decoder.message() instanceof AppendReply reply
                && reply.accepted()) {
            assertTrue(reply.matchIndex() >= 0 && reply.matchIndex() <= reply.storedIndex());
        }
    }
}
