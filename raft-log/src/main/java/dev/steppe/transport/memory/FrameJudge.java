package dev.steppe.transport.memory;

import dev.steppe.transport.PeerIdentity;
import org.agrona.DirectBuffer;

/** The caller's decision about each frame; draws from the caller's own entropy, if from any. */
@FunctionalInterface
public interface FrameJudge {
    /** Delivers everything once. */
    FrameJudge HONEST = (from, to, buffer, offset, length) -> FrameFate.DELIVER;

    /** The fate of a frame about to be delivered. The second copy of a duplicated frame is not duplicated again. */
    FrameFate judge(PeerIdentity from, PeerIdentity to, DirectBuffer buffer, int offset, int length);
}
