package dev.steppe.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steppe.command.CommandArbitraries;
import dev.steppe.command.JobArbitraries;
import dev.steppe.command.MalformedBytes;
import dev.steppe.gateway.GatewayMessage.Assignment;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.rollout.RolloutVerb;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

final class GatewayCodecTest {
    private final GatewayCodec codec = new GatewayCodec();

    @Property(tries = 300)
    void readsWhatItWrote(@ForAll("messages") GatewayMessage message) throws MalformedBytes {
        byte[] bytes = bytes(message);
        // In the middle of a buffer, as frames come.
        byte[] around = new byte[bytes.length + 20];
        System.arraycopy(bytes, 0, around, 13, bytes.length);
        assertEquals(message, codec.decode(new UnsafeBuffer(around), 13, bytes.length));
    }

    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    void refusesEveryMessageThatIsCutOffOrGoesOn(@ForAll("messages") GatewayMessage message) {
        byte[] bytes = bytes(message);
        int step = Math.max(1, bytes.length / 200);
        for (int length = 0; length < bytes.length; length += step) {
            int cut = length;
            assertThrows(MalformedBytes.class, () -> codec.decode(new UnsafeBuffer(bytes), 0, cut));
        }
        byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + 1);
        assertThrows(MalformedBytes.class, () -> codec.decode(new UnsafeBuffer(longer), 0, longer.length));
    }

    /** Whatever bytes come: a message that is written again byte for byte, or a refusal; nothing else is thrown. */
    @Property(tries = 1_000, shrinking = ShrinkingMode.OFF)
    void readsNoBytesInTwoWays(@ForAll("messages") GatewayMessage message, @ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = bytes(message);
        for (int i = random.nextInt(4); i >= 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) (random.nextBoolean() ? random.nextInt(256) : 255);
        }
        try {
            assertArrayEquals(bytes, bytes(codec.decode(new UnsafeBuffer(bytes), 0, bytes.length)));
        } catch (MalformedBytes refused) {
            assertFalse(refused.getMessage().isEmpty());
        }
    }

    /** Bytes of a stranger, after a header that is known. */
    @Property(tries = 1_000, shrinking = ShrinkingMode.OFF)
    void refusesNoise(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        if (bytes.length > 1) {
            bytes[0] = 0;
            bytes[1] = (byte) random.nextInt(18);
        }
        try {
            assertArrayEquals(bytes, bytes(codec.decode(new UnsafeBuffer(bytes), 0, bytes.length)));
        } catch (MalformedBytes refused) {
            assertFalse(refused.getMessage().isEmpty());
        }
    }

    private byte[] bytes(GatewayMessage message) {
        ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        int length = codec.encode(message, buffer, 5);
        byte[] bytes = new byte[length];
        buffer.getBytes(5, bytes);
        return bytes;
    }

    @Provide
    Arbitrary<GatewayMessage> messages() {
        Arbitrary<Long> ids = Arbitraries.longs();
        Arbitrary<List<String>> nodes = JobArbitraries.texts().list().ofMaxSize(4);
        return Arbitraries.oneOf(List.of(
                Combinators.combine(ids, CommandArbitraries.commands()).as(GatewayMessage.Propose::new),
                Combinators.combine(ids, JobArbitraries.anyJobs(), Arbitraries.longs(), Arbitraries.longs())
                        .as(GatewayMessage.Submit::new),
                Combinators.combine(ids, JobArbitraries.keys(), Arbitraries.of(RolloutVerb.class))
                        .as(GatewayMessage.Steer::new),
                Combinators.combine(ids, nodes).as(GatewayMessage.Beat::new),
                Combinators.combine(ids, nodes).as(GatewayMessage.Sync::new),
                Combinators.combine(ids, Arbitraries.longs(), Arbitraries.longs())
                        .as(GatewayMessage.Accepted::new),
                Combinators.combine(ids, JobArbitraries.texts()).as(GatewayMessage.Refused::new),
                ids.map(GatewayMessage.Busy::new),
                Combinators.combine(ids, Arbitraries.integers()).as(GatewayMessage.NotLeader::new),
                Combinators.combine(ids, JobArbitraries.texts()).as(GatewayMessage.Unknown::new),
                Combinators.combine(
                                ids, Arbitraries.longs(), assignments().list().ofMaxSize(4))
                        .as(GatewayMessage.Assigned::new)));
    }

    private static Arbitrary<Assignment> assignments() {
        Arbitrary<AllocationId> ids =
                Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(AllocationId::new);
        Arbitrary<Allocation.Slot> slots = Combinators.combine(
                        JobArbitraries.keys(), JobArbitraries.names(), Arbitraries.integers())
                .as(Allocation.Slot::new);
        return Combinators.combine(
                        ids,
                        JobArbitraries.names(),
                        slots,
                        Arbitraries.longs(),
                        Arbitraries.longs(),
                        Arbitraries.longs())
                .as((id, node, slot, version, spec, health) ->
                        new Assignment(id, node, slot, version, spec, health, health + 1));
    }
}
