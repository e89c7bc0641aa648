package dev.steppe.raft.node.mail;

import dev.steppe.base.Invariant;
import dev.steppe.runtime.handover.ByteMailbox;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/** Writes mails of numbers into one box; owned by one agent. */
public final class MailPen {
    /** What one mail takes in a box, its header and alignment included. */
    static final int MAIL_BYTES = 5 * Long.BYTES;

    private static final int WORDS = 4;

    private final ByteMailbox box;
    private final UnsafeBuffer words = new UnsafeBuffer(new byte[WORDS * Long.BYTES]);

    public MailPen(ByteMailbox box) {
        this.box = box;
    }

    /** Sends; false, and nothing done, when the box is full. */
    public boolean offer(int type, long first, long second, long third, long fourth) {
        words.putLong(0, first, ByteOrder.LITTLE_ENDIAN);
        words.putLong(Long.BYTES, second, ByteOrder.LITTLE_ENDIAN);
        words.putLong(2 * Long.BYTES, third, ByteOrder.LITTLE_ENDIAN);
        words.putLong(3 * Long.BYTES, fourth, ByteOrder.LITTLE_ENDIAN);
        return box.offer(type, words, 0, words.capacity());
    }

    /** Sends what the bounds of this node have made sure there is room for. */
    public void send(int type, long first, long second, long third) {
        if (!offer(type, first, second, third, 0)) {
            throw Invariant.broken("a mailbox is full: type, waiting bytes", type, box.waitingBytes());
        }
    }
}
