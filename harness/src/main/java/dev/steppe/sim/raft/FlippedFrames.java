package dev.steppe.sim.raft;

import dev.steppe.check.InvariantViolated;
import dev.steppe.fault.Mark;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.frame.FrameCutter;
import dev.steppe.transport.frame.FrameLayout;
import dev.steppe.transport.frame.FrameSink;
import dev.steppe.transport.memory.FrameFate;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Flips up to three bits of a frame as it would lie on the wire (reliability.md N5). The production receiver must see
 * it by the checksum before anybody decodes the frame; then the connection ends, as it would.
 */
final class FlippedFrames {
    private static final int SHARE_PERMILLE = 10;
    private static final int FLIPS_MAX = 3;
    private static final int WIRE_MAX_BYTES = 256 << 10;

    private final RaftWorld world;
    /** Null until the first flips are to come; a stream of its own, so that other runs draw what they drew. */
    private @Nullable SeededEntropy entropy;

    /** The receiving end of one connection. */
    private static final class Receiver implements FrameSink {
        private boolean isRefused;
        private boolean isTaken;

        @Override
        public int bodyMaxBytes() {
            return WIRE_MAX_BYTES;
        }

        @Override
        public Verdict onFrame(byte kind, DirectBuffer buffer, int offset, int length) {
            isTaken = true;
            return Verdict.TAKEN;
        }

        @Override
        public void onBadFrame(String sentence) {
            isRefused = true;
        }
    }

    FlippedFrames(RaftWorld world) {
        this.world = world;
    }

    /** From now on. */
    void begin() {
        if (entropy == null) {
            entropy = world.chance.split().entropy();
        }
    }

    /** No more. */
    void end() {
        entropy = null;
    }

    /** What becomes of a frame that arrives. */
    FrameFate judge(PeerIdentity from, PeerIdentity to, DirectBuffer buffer, int offset, int length) {
        SeededEntropy chance = entropy;
        if (chance == null || chance.nextBelow(1_000) >= SHARE_PERMILLE) {
            return FrameFate.DELIVER;
        }
        byte[] body = new byte[length];
        buffer.getBytes(offset, body);
        byte[] frame = FrameLayout.frame(FrameLayout.DATA, body);
        byte[] flipped = frame.clone();
        for (long i = chance.nextBelow(FLIPS_MAX); i >= 0; i--) {
            int bit = (int) chance.nextBelow(frame.length * (long) Byte.SIZE);
            flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        }
        if (Arrays.equals(frame, flipped)) {
            return FrameFate.DELIVER; // One bit back and forth.
        }
        receive(flipped, frame);
        world.coverage.met(Mark.FRAME_FLIPPED);
        world.agenda.at(world.nowNs(), () -> world.network.sever(from, to));
        return FrameFate.DROP;
    }

    /** A wrong length may ask for more than there is; whatever comes next, it must not become a frame. */
    private static void receive(byte[] flipped, byte[] next) {
        Receiver receiver = new Receiver();
        FrameCutter cutter = new FrameCutter(receiver);
        cutter.take(ByteBuffer.wrap(flipped));
        int wantedBytes = WIRE_MAX_BYTES;
        for (int fedBytes = 0; !receiver.isRefused && fedBytes <= wantedBytes; fedBytes += next.length) {
            cutter.take(ByteBuffer.wrap(next.clone()));
        }
        if (receiver.isTaken || !receiver.isRefused) {
            throw new InvariantViolated("N5", "a frame of " + flipped.length + " bytes was taken with flipped bits");
        }
    }
}
