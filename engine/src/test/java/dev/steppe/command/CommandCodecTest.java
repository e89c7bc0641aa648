package dev.steppe.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

final class CommandCodecTest {
    private static final int OFFSET = 13;

    private final CommandCodec codec = new CommandCodec();
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();

    @Provide
    Arbitrary<Command> commands() {
        return CommandArbitraries.commands();
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void readsWhatItWrote(@ForAll("commands") Command command) throws MalformedBytes {
        int length = codec.encode(command, buffer, OFFSET);
        assertEquals(command, codec.decode(buffer, OFFSET, length));
    }

    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void refusesEveryPrefix(@ForAll("commands") Command command) {
        byte[] bytes = bytes(command);
        for (int length = 0; length < bytes.length; length++) {
            int cut = length;
            // Behind the cut stands what was cut off, as in a mapped log: only the length may be believed.
            assertThrows(MalformedBytes.class, () -> codec.decode(new UnsafeBuffer(bytes), 0, cut));
        }
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void refusesTrailingBytes(@ForAll("commands") Command command) {
        byte[] bytes = bytes(command);
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        assertThrows(MalformedBytes.class, () -> codec.decode(new UnsafeBuffer(longer), 0, longer.length));
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void refusesDamageOrReadsAnotherCommandThatHasTheseBytes(
            @ForAll("commands") Command command, @ForAll("seeds") long seed) {
        byte[] bytes = bytes(command);
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            byte[] damaged = bytes.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                damaged[random.nextInt(damaged.length)] = interesting(random);
            }
            staysCanonical(damaged);
        }
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void refusesNoise(@ForAll("seeds") long seed) {
        Random random = new Random(seed);
        byte[] noise = new byte[random.nextInt(300)];
        random.nextBytes(noise);
        staysCanonical(noise);
        // With a plausible header the noise gets further.
        if (noise.length >= 8) {
            UnsafeBuffer header = new UnsafeBuffer(noise);
            header.putShort(2, (short) (10 + random.nextInt(12)));
            header.putShort(4, (short) 2);
            header.putShort(6, (short) 0);
            for (short blockBytes = 0; blockBytes < 64; blockBytes++) {
                header.putShort(0, blockBytes);
                staysCanonical(noise);
            }
        }
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void allocatesInProportionToTheBytes(@ForAll("commands") Command command, @ForAll("seeds") long seed) {
        byte[] bytes = bytes(command);
        Random random = new Random(seed);
        List<UnsafeBuffer> damaged = new ArrayList<>();
        for (int round = 0; round < 20; round++) {
            byte[] one = bytes.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                one[random.nextInt(one.length)] = (byte) 0xff;
            }
            damaged.add(new UnsafeBuffer(one));
        }
        for (UnsafeBuffer one : damaged) {
            long allocatedBytes = allocatedBytes(one);
            // A refusal and the decoders cost what they cost; a believed lie about a length would cost 64 KiB and up.
            assertTrue(
                    allocatedBytes <= 16_384 + 10L * bytes.length,
                    () -> allocatedBytes + " bytes allocated for " + bytes.length + ": " + command);
        }
    }

    /** What one decoding allocates: the least of some, because the first ones load classes and link call sites. */
    private long allocatedBytes(UnsafeBuffer bytes) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long leastBytes = Long.MAX_VALUE;
        for (int round = 0; round < 4; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            decodeQuietly(bytes);
            leastBytes = Math.min(leastBytes, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return leastBytes;
    }

    @Provide
    Arbitrary<Long> seeds() {
        return Arbitraries.longs();
    }

    private static byte interesting(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> 1;
            case 2 -> (byte) 0xff;
            default -> (byte) random.nextInt();
        };
    }

    /** The bytes are refused, or they are the one form of what is read. */
    private void staysCanonical(byte[] bytes) {
        Command read;
        try {
            read = codec.decode(new UnsafeBuffer(bytes), 0, bytes.length);
        } catch (MalformedBytes e) {
            assertTrue(e.getMessage().length() > 10);
            return;
        }
        assertArrayEquals(bytes, bytes(read));
    }

    private void decodeQuietly(UnsafeBuffer bytes) {
        try {
            codec.decode(bytes, 0, bytes.capacity());
        } catch (MalformedBytes e) {
            assertTrue(e.getMessage().length() > 10);
        }
    }

    private byte[] bytes(Command command) {
        byte[] bytes = new byte[codec.encode(command, buffer, OFFSET)];
        buffer.getBytes(OFFSET, bytes);
        return bytes;
    }
}
