package dev.steppe.raft.node.consensus;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftOutput.Outgoing;
import dev.steppe.raft.log.EntryCursor;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.SnapshotAsk;
import dev.steppe.raft.message.RaftMessageEncoder;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.raft.node.mail.SnapshotWish;
import dev.steppe.transport.Link;
import dev.steppe.transport.OfferVerdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Holds each message until everything that it depends on is durable, or in the case of entries readable, and then sends
 * it: the head encoded, the records copied straight from the mapped log. What a link does not take is lost, as on any
 * network; the core feeds the follower again. It holds at most {@value #HELD_MAX_COUNT} messages. Owned by the
 * consensus agent.
 */
public final class Outbox {
    private static final int HELD_MAX_COUNT = 1 << 11;
    private static final int SENDS_MAX_COUNT = 32;

    private static final long NOTHING_COPIED = -1;

    private final NodeMail mail;
    private final TimingWatch watch;
    private final EntryCursor cursor;
    private final RunCheck runs;
    private final RaftMessageEncoder encoder;
    private final UnsafeBuffer frame;
    private final List<Held> held = new ArrayList<>();
    private final List<Held> free = new ArrayList<>();
    private final BitSet unflushed = new BitSet(NodeMail.MEMBER_ID_MAX + 1);
    /** The entries whose records stand in the frame, checked. */
    private long copiedPrevIndex;

    private long copiedLastIndex = NOTHING_COPIED;
    private int copiedBytes;
    private long vaultForced;
    private long readableIndex;
    private boolean isSilent;

    /** A copy of a message that must wait. */
    private static final class Held {
        private final AppendAsk ask = new AppendAsk();
        private final AppendReply reply = new AppendReply();
        private RaftMessage message = ask;
        private int toMember;
        private long afterVault;
        private long afterForced;

        void set(Outgoing outgoing) {
            toMember = outgoing.toMember();
            afterVault = outgoing.afterVault();
            afterForced = outgoing.afterForced();
            RaftMessage other = outgoing.message();
            if (other instanceof AppendAsk otherAsk) {
                message = ask.set(otherAsk);
            } else if (other instanceof AppendReply otherReply) {
                message = reply.set(otherReply);
            } else {
                message = other;
            }
        }
    }

    /** What reads the log: a cursor, and a check beside it that moves the same cursor. */
    public record Source(EntryCursor cursor, RunCheck runs) {}

    public Outbox(NodeMail mail, TimingWatch watch, Source source, RaftMessageEncoder encoder, int frameMaxBytes) {
        this.mail = mail;
        this.watch = watch;
        cursor = source.cursor();
        runs = source.runs();
        this.encoder = encoder;
        frame = new UnsafeBuffer(ByteBuffer.allocateDirect(frameMaxBytes));
    }

    /** Entries up to {@code index} can be read; falls when entries are cut. */
    public void readable(long index) {
        if (index < readableIndex) {
            copiedLastIndex = NOTHING_COPIED;
        }
        readableIndex = index;
    }

    long readableIndex() {
        return readableIndex;
    }

    void vaultForced(long sequence) {
        vaultForced = sequence;
    }

    long vaultForced() {
        return vaultForced;
    }

    /** Sends a message of the core's output now, or keeps a copy until its conditions hold. */
    public void put(Outgoing outgoing, RaftCore core) {
        if (mayLeave(outgoing.message(), outgoing.afterVault(), outgoing.afterForced(), core)) {
            send(outgoing.message(), outgoing.toMember());
            return;
        }
        if (held.size() == HELD_MAX_COUNT) {
            // The disk hangs. Peers ask again; what is said then is newer than what would be kept here.
            mail.unsentMessageCount.incrementAndGet();
            return;
        }
        Held one = free.isEmpty() ? new Held() : free.remove(free.size() - 1);
        one.set(outgoing);
        held.add(one);
    }

    /** Sends a message about nothing that must be durable first, in a term that is. */
    public void say(RaftMessage message, int toMember) {
        send(message, toMember);
    }

    /** Sends what may leave by now, in the order in which it was put; returns how many messages left the outbox. */
    public int release(RaftCore core) {
        int keptCount = 0;
        int heldCount = held.size();
        for (int i = 0; i < heldCount; i++) {
            Held one = held.get(i);
            boolean isVoid = one.message instanceof AppendAsk ask && !isOfThisOffice(ask, core);
            if (!isVoid && !mayLeave(one.message, one.afterVault, one.afterForced, core)) {
                held.set(keptCount++, one);
                continue;
            }
            if (!isVoid) {
                send(one.message, one.toMember);
            }
            free.add(one);
        }
        for (int i = heldCount - 1; i >= keptCount; i--) {
            held.remove(i);
        }
        return heldCount - keptCount;
    }

    /** Lets everything go that was sent in this turn. */
    void flush() {
        for (int id = unflushed.nextSetBit(0); id >= 0; id = unflushed.nextSetBit(id + 1)) {
            Link link = mail.links.get(id);
            if (link != null) {
                link.flush();
            }
        }
        unflushed.clear();
    }

    /** Forgets everything: this member says nothing any more. */
    void silence() {
        held.clear();
        isSilent = true;
    }

    public void close() {
        cursor.close();
    }

    private boolean mayLeave(RaftMessage message, long afterVault, long afterForced, RaftCore core) {
        boolean isReadable = !(message instanceof AppendAsk ask)
                || ask.entryCount() == 0
                || (ask.lastIndex() <= readableIndex && isOfThisOffice(ask, core));
        return isReadable && vaultForced >= afterVault && core.forcedIndex() >= afterForced;
    }

    /** An append of an earlier leadership may name entries that have been cut since. */
    private static boolean isOfThisOffice(AppendAsk ask, RaftCore core) {
        return core.role() == Role.LEADER && core.term() == ask.term();
    }

    private void send(RaftMessage message, int toMember) {
        Link link = mail.links.get(toMember);
        if (link == null || isSilent) {
            mail.unsentMessageCount.incrementAndGet();
            return;
        }
        if (message instanceof SnapshotAsk ask) {
            // Its bytes are attached, and it leaves, where the file is.
            // Room is kept for what must not be lost: the wish to restore the state.
            if (mail.wishes.waitingCount() >= SENDS_MAX_COUNT
                    || !mail.wishes.offer(new SnapshotWish.Send(ask, toMember))) {
                mail.unsentMessageCount.incrementAndGet();
            }
            return;
        }
        int length;
        if (message instanceof AppendAsk ask && ask.entryCount() > 0) {
            length = encodeWithEntries(ask);
            if (length < 0) {
                mail.unsentMessageCount.incrementAndGet();
                return;
            }
        } else {
            copiedLastIndex = NOTHING_COPIED;
            length = encoder.encode(message, frame, 0);
        }
        unflushed.set(toMember);
        if (link.offer(frame, 0, length) != OfferVerdict.SENT) {
            mail.unsentMessageCount.incrementAndGet();
        } else if (message instanceof AppendAsk ask) {
            watch.asked(toMember, ask.roundId());
        }
    }

    /**
     * Length of the frame. -1 if the log has given up some of the entries, of which the core has yet to hear; -1, and
     * this member stops, if the log does not hold any more what was written. What the frame before carried to another
     * follower is copied and checked once only.
     */
    private int encodeWithEntries(AppendAsk ask) {
        // The head of an append has one length; it is written twice because the bytes of the entries stand in it.
        int headBytes = encoder.encode(ask, frame, 0);
        if (ask.prevIndex() != copiedPrevIndex || ask.lastIndex() != copiedLastIndex) {
            copiedLastIndex = NOTHING_COPIED;
            copiedBytes = runs.begins(ask, readableIndex) ? copyEntries(ask, headBytes) : -1;
            if (copiedBytes < 0) {
                return -1;
            }
            ask.entries(ask.entryTerm(), ask.entryCount(), copiedBytes);
            if (!runs.isSound(ask, frame, headBytes)) {
                mail.faults.offer(new OperatingFault("entries " + (ask.prevIndex() + 1) + " to " + ask.lastIndex()
                        + " of this log are not what was written; check the disk, others go on without this server"));
                return -1;
            }
            copiedPrevIndex = ask.prevIndex();
            copiedLastIndex = ask.lastIndex();
        }
        ask.entries(ask.entryTerm(), ask.entryCount(), copiedBytes);
        encoder.encode(ask, frame, 0);
        return headBytes + copiedBytes;
    }

    /** How many bytes; -1 if the log has given up one of the entries. */
    private int copyEntries(AppendAsk ask, int startOffset) {
        int offset = startOffset;
        for (long index = ask.prevIndex() + 1; index <= ask.lastIndex(); index++) {
            if (!cursor.moveTo(index, readableIndex)) {
                return -1;
            }
            int recordBytes = cursor.recordBytes();
            frame.putBytes(offset, cursor.buffer(), cursor.recordOffset(), recordBytes);
            offset += recordBytes;
        }
        return offset - startOffset;
    }
}
