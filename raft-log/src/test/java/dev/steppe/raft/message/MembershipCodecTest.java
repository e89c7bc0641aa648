package dev.steppe.raft.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.quorum.Membership.Server;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class MembershipCodecTest {
    private static final int OFFSET = 24;

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[OFFSET + MembershipCodec.BYTES_MAX + 64]);
    private final MembershipCodec codec = new MembershipCodec();

    private static Membership drawn(Random random) {
        List<Integer> ids =
                new ArrayList<>(random.ints(1, 128).distinct().limit(15).boxed().toList());
        List<Server> voters = new ArrayList<>();
        List<Server> learners = new ArrayList<>();
        for (int i = 1 + random.nextInt(7); i > 0; i--) {
            voters.add(drawn(ids.remove(0), random));
        }
        for (int i = random.nextInt(9); i > 0; i--) {
            learners.add(drawn(ids.remove(0), random));
        }
        return Membership.of(voters, learners);
    }

    private static Server drawn(int memberId, Random random) {
        long directoryId = random.nextBoolean() ? random.nextLong() : 0;
        return new Server(
                memberId,
                directoryId,
                "h".repeat(1 + random.nextInt(Membership.HOST_CHARS_MAX)),
                random.nextInt(65_536));
    }

    @Property(tries = 200)
    void bringsBackWhatWentIn(@ForAll long seed) {
        Membership membership = drawn(new Random(seed));
        int length = codec.encode(membership, buffer, OFFSET);
        assertEquals(MembershipCodec.lengthOf(membership), length);
        assertTrue(length <= MembershipCodec.BYTES_MAX);
        Membership again = codec.decode(buffer, OFFSET, length);
        assertEquals(membership, again);
        assertEquals(membership.fingerprint(), again.fingerprint());
    }

    /** Whatever bits are turned and wherever it ends: none, or one that is written in exactly these bytes. */
    @Property(tries = 500)
    void readsOneWayOfWritingOnly(@ForAll long seed) {
        Random random = new Random(seed);
        int length = codec.encode(drawn(random), buffer, OFFSET);
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
            int at = OFFSET + random.nextInt(random.nextBoolean() ? Math.min(length, 40) : length);
            buffer.putByte(at, (byte) (buffer.getByte(at) ^ (1 << random.nextInt(8))));
        }
        int saidLength = random.nextInt(4) == 0 ? random.nextInt(length + 40) : length;
        Membership read = codec.decode(buffer, OFFSET, saidLength);
        if (read != null) {
            byte[] before = new byte[saidLength];
            buffer.getBytes(OFFSET, before);
            assertEquals(saidLength, codec.encode(read, buffer, OFFSET));
            byte[] after = new byte[saidLength];
            buffer.getBytes(OFFSET, after);
            assertEquals(HexFormat.of().formatHex(before), HexFormat.of().formatHex(after));
        }
    }

    @Test
    void refusesEveryOtherLength() {
        int length = codec.encode(drawn(new Random(4)), buffer, OFFSET);
        for (int other = 0; other < length + 40; other++) {
            if (other != length) {
                assertNull(codec.decode(buffer, OFFSET, other), "length " + other);
            }
        }
    }

    @Test
    void writesNothingThatDoesNotFit() {
        List<Server> voters = new ArrayList<>();
        for (int id = 1; id <= 8; id++) {
            voters.add(new Server(id, 0, "a", 1));
        }
        Membership tooMany = Membership.of(voters, List.of());
        assertThrows(IllegalArgumentException.class, () -> codec.encode(tooMany, buffer, OFFSET));
    }

    @Test
    void standsInBytesAsItAlwaysDid() {
        Membership membership =
                Membership.of(List.of(new Server(2, 0x0102, "b.x", 9_001)), List.of(new Server(1, 0, "a", 0)));
        byte[] bytes = new byte[codec.encode(membership, buffer, OFFSET)];
        buffer.getBytes(OFFSET, bytes);
        assertEquals(
                "0000060001000000" + "0c000200" + "02010000000000002923020103622e78" + "0000000000000000000001000161",
                HexFormat.of().formatHex(bytes));
    }
}
