package dev.steppe.transport.memory;

import dev.steppe.transport.PeerIdentity;
import org.agrona.DirectBuffer;

/** Sees every frame at the moment it leaves its sender, whatever becomes of it; changes nothing. */
@FunctionalInterface
public interface FrameTap {
    /** Looks at nothing. */
    FrameTap NONE = (from, to, buffer, offset, length) -> {};

    /** A frame that {@code from} has handed over for {@code to}; the buffer is valid during the call only. */
    void sent(PeerIdentity from, PeerIdentity to, DirectBuffer buffer, int offset, int length);
}
