package dev.steppe.transport.memory;

import java.util.ArrayDeque;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.jspecify.annotations.Nullable;

/** One frame under way; taken from and given back to a pool, so that a warm network allocates nothing. */
final class Frame {
    final ExpandableArrayBuffer bytes = new ExpandableArrayBuffer();
    int lengthBytes;
    boolean duplicated;

    private Frame() {}

    /** The frames of one network that are not under way. */
    static final class Pool {
        private final ArrayDeque<Frame> idle = new ArrayDeque<>();

        Frame take(DirectBuffer buffer, int offset, int length) {
            @Nullable Frame pooled = idle.pollLast();
            Frame frame = pooled == null ? new Frame() : pooled;
            frame.bytes.putBytes(0, buffer, offset, length);
            frame.lengthBytes = length;
            frame.duplicated = false;
            return frame;
        }

        void giveBack(Frame frame) {
            idle.addLast(frame);
        }
    }
}
