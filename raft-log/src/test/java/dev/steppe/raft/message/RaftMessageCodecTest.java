package dev.steppe.raft.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;
import dev.steppe.raft.message.RaftMessageDecoder.Verdict;
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
                new VoteAsk(3, 99, 7, true, 5, 120, 6),
                new VoteAsk(3, 99, 7, false, 6, 0, 0),
                new VoteReply(2, -98, 8, 99, 5, true),
                new VoteReply(2, 98, 8, 99, 5, false),
                new AppendAsk()
                        .from(1, 97, 8)
                        .after(120, 6, 119)
                        .entries(7, 3, 96)
                        .round(41),
                new AppendAsk().from(1, 97, 8).after(0, 0, 0).round(42),
                new AppendReply().from(2, 98, 8, 97).round(41).accepting(122, 123),
                new AppendReply().from(2, 98, 8, 97).refusing(120, 60, 5));
    }

    private int encode(RaftMessage message) {
        int headBytes = encoder.encode(message, buffer, OFFSET);
        assertTrue(headBytes <= RaftMessageEncoder.HEAD_MAX_BYTES);
        return headBytes + (message instanceof AppendAsk ask ? ask.entryBytes() : 0);
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
            assertEquals(OFFSET + length - ask.entryBytes(), decoder.entriesOffset());
        } else {
            assertEquals(message.toString(), decoder.message().toString());
        }
        assertEquals(message.fromMember(), decoder.message().fromMember());
        assertEquals(message.incarnation(), decoder.message().incarnation());
        assertEquals(message.term(), decoder.message().term());
        assertEquals(new UnsafeBuffer(first, 0, 36), new UnsafeBuffer(second, 0, 36));
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
        length += message instanceof AppendAsk ask ? ask.entryBytes() : 0;
        assertEquals(Verdict.OTHER_CLUSTER, decoder.decode(buffer, OFFSET, length));
        assertThrows(InvariantBroken.class, decoder::message);
    }

    @Test
    void refusesImpossibleAppends() {
        List<AppendAsk> impossible = List.of(
                new AppendAsk().from(1, 1, 8).after(-1, 6, 0),
                new AppendAsk().from(1, 1, 8).after(5, 0, 0),
                new AppendAsk().from(1, 1, 8).after(0, 3, 0),
                new AppendAsk().from(1, 1, 8).after(5, 9, 0),
                new AppendAsk().from(1, 1, 8).after(5, 6, -1),
                new AppendAsk().from(1, 1, 8).after(5, 6, 0).round(-1),
                new AppendAsk().from(1, 1, 8).after(5, 6, 0).entries(5, 1, 40),
                new AppendAsk().from(1, 1, 8).after(5, 6, 0).entries(9, 1, 40),
                new AppendAsk().from(1, 1, 8).after(5, 6, 0).entries(7, 2, 40),
                new AppendAsk().from(1, 1, 8).after(5, 6, 0).entries(7, -1, 40),
                new AppendAsk().from(1, 1, 8).after(5, 6, 0).entries(7, 0, 0),
                new AppendAsk().from(1, 1, 8).after(Long.MAX_VALUE, 6, 0),
                new AppendAsk().from(0, 1, 8).after(5, 6, 0),
                new AppendAsk().from(1, 1, Long.MAX_VALUE).after(5, 6, 0));
        for (AppendAsk ask : impossible) {
            int length = encode(ask);
            assertEquals(Verdict.MALFORMED, decoder.decode(buffer, OFFSET, length), ask.toString());
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
