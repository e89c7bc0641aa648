package dev.steppe.transport.memory;

import dev.steppe.base.Invariant;
import dev.steppe.runtime.OwnerGuard;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.Transport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A network of one lane that moves only when told. An event is one frame delivered, one link that ends, or one attempt
 * to dial; {@link #deliverOne} lets the caller choose which link's next event happens.
 *
 * <p>Owned by the thread that drives it, which is also the only one that may use its transports and links; another
 * thread is a broken invariant. Listeners are called inside {@link #deliverOne}, {@link #deliverAll} and
 * {@link Transport#close()} only.
 *
 * <p>The ready sources stand in an order that follows from the calls alone; nothing here depends on hashes.
 */
public final class MemoryNetwork {
    final Frame.Pool pool = new Frame.Pool();
    final OwnerGuard guard = new OwnerGuard("the network in memory");
    final int frameMaxBytes;
    final int inFlightMaxBytes;

    private final List<Source> ready = new ArrayList<>();
    private final Map<String, MemoryListening> listenings = new LinkedHashMap<>();
    private final List<MemoryDialling> diallings = new ArrayList<>();
    private final List<MemoryLink> links = new ArrayList<>();
    private final List<Cut> cuts = new ArrayList<>();
    private final @Nullable PacketModel packets;
    private FrameJudge judge = FrameJudge.HONEST;
    private FrameTap tap = FrameTap.NONE;
    private long untakenCount;

    private record Cut(PeerIdentity from, PeerIdentity to) {
        boolean concerns(PeerIdentity sender, PeerIdentity receiver) {
            return from.isSameMember(sender) && to.isSameMember(receiver);
        }
    }

    /**
     * An empty network.
     *
     * @param frameMaxBytes longest frame
     * @param inFlightMaxBytes most bytes under way in one direction of a link; a single frame always fits
     */
    public MemoryNetwork(int frameMaxBytes, int inFlightMaxBytes) {
        this(frameMaxBytes, inFlightMaxBytes, null);
    }

    /**
     * An empty network with time in it: what is sent may arrive when {@code packets} says, which the caller tells by
     * {@link #timePassed()}.
     */
    public MemoryNetwork(int frameMaxBytes, int inFlightMaxBytes, @Nullable PacketModel packets) {
        if (frameMaxBytes < 1 || inFlightMaxBytes < frameMaxBytes) {
            throw new IllegalArgumentException(
                    "bounds must satisfy 1 <= frame <= in flight: " + frameMaxBytes + ", " + inFlightMaxBytes);
        }
        this.frameMaxBytes = frameMaxBytes;
        this.inFlightMaxBytes = inFlightMaxBytes;
        this.packets = packets;
    }

    /** A transport for one party. Its addresses are plain names, taken as they are. */
    public Transport join(PeerIdentity self) {
        guard.check();
        return new MemoryTransport(this, self);
    }

    /** From how many sources the next event could come; 0 when nothing can happen. */
    public int readyCount() {
        return ready.size();
    }

    /** Lets one event happen. {@code choice} is taken modulo {@link #readyCount()}; false when nothing can happen. */
    public boolean deliverOne(int choice) {
        guard.check();
        if (ready.isEmpty()) {
            return false;
        }
        Source source = ready.get(Integer.remainderUnsigned(choice, ready.size()));
        source.deliverNext();
        review(source);
        return true;
    }

    /**
     * Lets events happen, the first ready source always next, until nothing can happen or {@code limitCount} events
     * happened; returns how many did. The limit guards against parties that answer each other for ever.
     */
    public int deliverAll(int limitCount) {
        int deliveredCount = 0;
        while (deliveredCount < limitCount && deliverOne(0)) {
            deliveredCount++;
        }
        return deliveredCount;
    }

    /**
     * Holds back everything from one member to another, in whatever incarnation: frames, good-order ends, and dialling,
     * which needs both directions. Held frames arrive after {@link #heal}, unless {@link #sever} loses them.
     */
    public void cut(PeerIdentity from, PeerIdentity to) {
        guard.check();
        if (!isCut(from, to)) {
            cuts.add(new Cut(from, to));
        }
        links.forEach(this::review);
    }

    /** Lets traffic from one member to another pass again and tries waiting diallings anew. */
    public void heal(PeerIdentity from, PeerIdentity to) {
        guard.check();
        cuts.removeIf(cut -> cut.concerns(from, to));
        links.forEach(this::review);
        retryDialling();
    }

    /** Breaks every link between two members at once: what is under way is lost, both sides see their link end. */
    public void sever(PeerIdentity one, PeerIdentity other) {
        guard.check();
        for (MemoryLink link : links) {
            if (link.connects(one, other) || link.connects(other, one)) {
                link.breakNow(new LinkDown(LinkDown.Cause.FAULT, "the connection was severed."));
            }
        }
    }

    /** Lets {@code next} decide about every frame from now on. */
    public void judgeBy(FrameJudge next) {
        guard.check();
        judge = next;
    }

    /** Shows every frame to {@code next} as it is sent, from now on. */
    public void tapBy(FrameTap next) {
        guard.check();
        tap = next;
    }

    /** The clock of the packet model has moved: what is due by now becomes ready. */
    public void timePassed() {
        guard.check();
        for (int i = 0; i < links.size(); i++) {
            review(links.get(i));
        }
    }

    /** When the next frame may arrive that no cut holds back; {@code Long.MAX_VALUE} for never. */
    public long nextArrivalNs() {
        long earliestNs = Long.MAX_VALUE;
        for (int i = 0; i < links.size(); i++) {
            MemoryLink link = links.get(i);
            long arrivalNs = link.nextArrivalNs();
            if (arrivalNs < earliestNs && !isCut(link.peer(), link.self())) {
                earliestNs = arrivalNs;
            }
        }
        return earliestNs;
    }

    /** Makes every dialling that waits try once more; listening and healing do so by themselves. */
    public void retryDialling() {
        guard.check();
        for (MemoryDialling dialling : diallings) {
            dialling.arm();
        }
    }

    FrameJudge judge() {
        return judge;
    }

    FrameTap tap() {
        return tap;
    }

    @Nullable
    PacketModel packets() {
        return packets;
    }

    /** Now, for frames that arrive at a time; on a network without time everything is due. */
    long nowNs() {
        return packets == null ? Long.MAX_VALUE - 1 : packets.nowNs();
    }

    /** Frames for which their receiver had no room, and which were lost for it. */
    public long untakenCount() {
        return untakenCount;
    }

    void countUntaken() {
        untakenCount++;
    }

    boolean isCut(PeerIdentity from, PeerIdentity to) {
        for (int i = 0; i < cuts.size(); i++) {
            if (cuts.get(i).concerns(from, to)) {
                return true;
            }
        }
        return false;
    }

    @Nullable
    MemoryListening listeningAt(String address) {
        return listenings.get(address);
    }

    boolean addListening(MemoryListening listening) {
        boolean added = listenings.putIfAbsent(listening.address(), listening) == null;
        if (added) {
            retryDialling();
        }
        return added;
    }

    void removeListening(MemoryListening listening) {
        listenings.remove(listening.address(), listening);
    }

    void addDialling(MemoryDialling dialling) {
        diallings.add(dialling);
        dialling.arm();
    }

    void removeDialling(MemoryDialling dialling) {
        diallings.remove(dialling);
        review(dialling);
    }

    void addLink(MemoryLink link) {
        links.add(link);
    }

    void removeLink(MemoryLink link) {
        links.remove(link);
        review(link);
    }

    List<MemoryLink> linksOf(MemoryTransport transport) {
        return links.stream().filter(link -> link.belongsTo(transport)).toList();
    }

    List<MemoryDialling> diallingsOf(MemoryTransport transport) {
        return diallings.stream()
                .filter(dialling -> dialling.belongsTo(transport))
                .toList();
    }

    List<MemoryListening> listeningsOf(MemoryTransport transport) {
        return listenings.values().stream()
                .filter(listening -> listening.transport() == transport)
                .toList();
    }

    /** Puts {@code source} among the ready ones or takes it out, whatever is true now. */
    void review(Source source) {
        boolean deliverable = source.isDeliverable();
        int index = source.readyIndex;
        if (deliverable && index == Source.NOT_READY) {
            source.readyIndex = ready.size();
            ready.add(source);
        } else if (!deliverable && index != Source.NOT_READY) {
            if (ready.get(index) != source) {
                throw Invariant.broken("ready source is not where it says: index", index);
            }
            Source last = ready.remove(ready.size() - 1);
            source.readyIndex = Source.NOT_READY;
            if (last != source) {
                ready.set(index, last);
                last.readyIndex = index;
            }
        }
    }
}
