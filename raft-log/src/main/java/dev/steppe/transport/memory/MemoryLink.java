package dev.steppe.transport.memory;

import dev.steppe.base.Invariant;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.OfferVerdict;
import dev.steppe.transport.PeerIdentity;
import java.util.Objects;
import java.util.PriorityQueue;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One end of a link, with the frames that are under way to it. Owned by the thread that drives the network.
 *
 * <p>The end of a link is an event too: in good order it comes behind the frames and can be held by a cut; closed on
 * this side or severed it comes next, and the frames are lost.
 */
final class MemoryLink extends Source implements Link {
    private final MemoryTransport transport;
    private final MemoryNetwork network;
    private final PeerIdentity peer;
    private final LinkListener listener;
    private final @Nullable MemoryDialling dialling;
    private final PriorityQueue<Frame> inbox = new PriorityQueue<>(Frame.ORDER);
    private long inboxBytes;
    private long enqueuedCount;
    private @Nullable MemoryLink otherEnd;
    private @Nullable LinkDown down;
    private boolean downNext;
    private boolean announced;
    private boolean finished;

    MemoryLink(MemoryTransport transport, PeerIdentity peer, LinkListener listener, @Nullable MemoryDialling dialling) {
        this.transport = transport;
        this.network = transport.network();
        this.peer = peer;
        this.listener = listener;
        this.dialling = dialling;
    }

    void join(MemoryLink other) {
        otherEnd = other;
        network.addLink(this);
    }

    void announce() {
        if (down == null) {
            announced = true;
            listener.onUp(this);
        }
    }

    boolean belongsTo(MemoryTransport owner) {
        return transport == owner;
    }

    boolean connects(PeerIdentity self, PeerIdentity other) {
        return self().isSameMember(self) && peer.isSameMember(other);
    }

    PeerIdentity self() {
        return transport.self();
    }

    @Override
    public PeerIdentity peer() {
        return peer;
    }

    @Override
    public int frameMaxBytes() {
        return network.frameMaxBytes;
    }

    @Override
    public OfferVerdict offer(DirectBuffer buffer, int offset, int length) {
        network.guard.check();
        if (length < 1 || length > network.frameMaxBytes) {
            throw Invariant.broken("frame length out of range: length, max", length, network.frameMaxBytes);
        }
        if (isOver()) {
            return OfferVerdict.CLOSED;
        }
        MemoryLink receiver = other();
        if (receiver.inboxBytes > 0 && receiver.inboxBytes + length > network.inFlightMaxBytes) {
            return OfferVerdict.BACK_PRESSURED;
        }
        network.tap().sent(self(), peer, buffer, offset, length);
        if (!receiver.isOver()) {
            PacketModel packets = network.packets();
            if (packets == null) {
                receiver.enqueue(network.pool.take(buffer, offset, length));
            } else {
                packets.send(receiver, buffer, offset, length);
            }
            network.review(receiver);
        }
        return OfferVerdict.SENT;
    }

    @Override
    public void close() {
        network.guard.check();
        if (!isOver()) {
            breakNow(new LinkDown(LinkDown.Cause.CLOSED_HERE, "the link was closed on this side."));
            other().endInOrder();
        }
    }

    /** Ends this side next, whatever is under way to it. */
    void breakNow(LinkDown reason) {
        if (isOver()) {
            return;
        }
        down = down == null ? reason : down;
        downNext = true;
        dropInbox();
        network.review(this);
    }

    private void endInOrder() {
        if (down == null) {
            down = new LinkDown(LinkDown.Cause.CLOSED_BY_PEER, "member " + peer.memberId() + " closed the link.");
            network.review(this);
        }
    }

    @Override
    boolean isDeliverable() {
        if (finished) {
            return false;
        }
        return downNext || (nextArrivalNs() <= network.nowNs() && !network.isCut(peer, self()));
    }

    /** When the next frame, or the end behind the last one, may arrive; {@code Long.MAX_VALUE} for never. */
    long nextArrivalNs() {
        Frame next = inbox.peek();
        if (next != null) {
            return next.arrivalNs;
        }
        return down == null ? Long.MAX_VALUE : Long.MIN_VALUE;
    }

    @Override
    void deliverNext() {
        Frame frame = inbox.poll();
        if (frame == null) {
            finish();
            return;
        }
        inboxBytes -= frame.lengthBytes;
        FrameFate fate = network.judge().judge(peer, self(), frame.bytes, 0, frame.lengthBytes);
        if (fate != FrameFate.DROP && !listener.onFrame(this, frame.bytes, 0, frame.lengthBytes)) {
            network.countUntaken();
        }
        if (fate == FrameFate.DUPLICATE && !frame.duplicated && !isOver()) {
            frame.duplicated = true;
            enqueue(frame);
        } else {
            network.pool.giveBack(frame);
        }
    }

    /** The end itself: tells the listener once and forgets the link. */
    void finish() {
        if (finished) {
            return;
        }
        finished = true;
        network.removeLink(this);
        if (announced) {
            listener.onDown(this, Objects.requireNonNull(down, "a link that ends has a reason"));
        }
        if (dialling != null) {
            dialling.linkEnded();
        }
    }

    /** Whether nothing can come or go any more; an end in good order that has not arrived yet does not count. */
    private boolean isOver() {
        return downNext || finished;
    }

    /** Bytes under way to this side. */
    long inboxBytes() {
        return inboxBytes;
    }

    /** Puts a copy of a frame on its way, to arrive at {@code arrivalNs}. */
    void enqueue(DirectBuffer buffer, int offset, int length, long arrivalNs) {
        Frame frame = network.pool.take(buffer, offset, length);
        frame.arrivalNs = arrivalNs;
        enqueue(frame);
    }

    private void enqueue(Frame frame) {
        frame.sequence = enqueuedCount++;
        inbox.add(frame);
        inboxBytes += frame.lengthBytes;
    }

    private void dropInbox() {
        for (Frame frame = inbox.poll(); frame != null; frame = inbox.poll()) {
            network.pool.giveBack(frame);
        }
        inboxBytes = 0;
    }

    private MemoryLink other() {
        return Objects.requireNonNull(otherEnd, "a link has two ends");
    }
}
