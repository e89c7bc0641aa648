package dev.steppe.transport.memory;

import java.util.ArrayDeque;
import java.util.Comparator;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.jspecify.annotations.Nullable;

/** One frame under way; taken from and given back to a pool, so that a warm network allocates nothing. */
final class Frame {
    /** What arrives earlier comes first, and of what arrives together what was sent earlier. */
    static final Comparator<Frame> ORDER = Frame::compare;

    final ExpandableArrayBuffer bytes = new ExpandableArrayBuffer();
    int lengthBytes;
    /** When it may arrive; 0 on a network without time. */
    long arrivalNs;
    /** Place in the order of sending on its link. */
    long sequence;

    boolean duplicated;

    private Frame() {}

    private static int compare(Frame one, Frame other) {
        int order = Long.compare(one.arrivalNs, other.arrivalNs);
        return order != 0 ? order : Long.compare(one.sequence, other.sequence);
    }

    /** The frames of one network that are not under way. */
    static final class Pool {
        private final ArrayDeque<Frame> idle = new ArrayDeque<>();

        Frame take(DirectBuffer buffer, int offset, int length) {
            @Nullable Frame pooled = idle.pollLast();
            Frame frame = pooled == null ? new Frame() : pooled;
            frame.bytes.putBytes(0, buffer, offset, length);
            frame.lengthBytes = length;
            frame.arrivalNs = 0;
            frame.duplicated = false;
            return frame;
        }

        void giveBack(Frame frame) {
            idle.addLast(frame);
        }
    }
}
