package dev.steppe.transport.memory;

import dev.steppe.base.Entropy;
import dev.steppe.base.Invariant;
import dev.steppe.transport.PeerIdentity;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a bad network does with packets, decided at the moment each is sent: how late it arrives, whether it is lost,
 * arrives twice, or overtakes others; and whether a packet of the past comes along with it, even one of a former life
 * of its sender. Each direction between two members has a {@link Nature} of its own.
 *
 * <p>All chance comes from the entropy given here, in whole numbers, so that one seed means one history on every
 * platform. Owned by the thread that drives the network. Source of the kinds and ranges: reliability.md §1b.
 */
public final class PacketModel {
    private static final long PERMILLE = 1_000;
    private static final int KEPT_COUNT = 8;
    private static final int KEPT_MAX_BYTES = 16 * 1024;
    /** A copy comes up to so many mean delays late. */
    private static final int LATE_COPY_FACTOR = 32;

    private final NanoClock clock;
    private final Entropy entropy;
    private final Nature everyNature;
    private final Map<Long, Way> ways = new TreeMap<>();
    private long lostCount;
    private long copiedCount;
    private long replayedCount;
    private long overflowCount;
    private boolean isCalm;

    /**
     * How one direction between two members treats packets.
     *
     * @param lossPermille of packets that never arrive
     * @param copyPermille of packets that arrive a second time, later
     * @param replayPermille of packets that bring an old one of the same direction along
     * @param delayMinNs shortest time under way
     * @param delayMeanNs mean of what is added to it; a few packets take ten times as long
     * @param keepsOrder whether a packet never overtakes an earlier one, as on a connection; copies and replays do
     * @param capacityBytes most bytes under way; a packet beyond it is lost
     */
    public record Nature(
            int lossPermille,
            int copyPermille,
            int replayPermille,
            long delayMinNs,
            long delayMeanNs,
            boolean keepsOrder,
            int capacityBytes) {
        /** Refuses shares and times out of range. */
        public Nature {
            boolean sharesFit = isShare(lossPermille) && isShare(copyPermille) && isShare(replayPermille);
            if (!sharesFit || delayMinNs < 0 || delayMeanNs < 1 || capacityBytes < 1) {
                throw new IllegalArgumentException("a network of an impossible nature: loss " + lossPermille
                        + ", copies "
                        + copyPermille + ", replays " + replayPermille + ", delay " + delayMinNs + " + " + delayMeanNs
                        + " ns, capacity " + capacityBytes);
            }
        }

        /** A healthy network: everything arrives once, in order, after {@code delayNs} and a little. */
        public static Nature healthy(long delayNs) {
            return new Nature(0, 0, 0, delayNs, Math.max(1, delayNs / 4), true, Integer.MAX_VALUE);
        }

        private static boolean isShare(int permille) {
            return permille >= 0 && permille <= PERMILLE;
        }
    }

    /** One direction between two members, over all their lives. */
    private static final class Way {
        private Nature nature;
        private long clogUntilNs = Long.MIN_VALUE;
        private long lastArrivalNs = Long.MIN_VALUE;
        private final byte[][] kept = new byte[KEPT_COUNT][];
        private int keptNext;

        Way(Nature nature) {
            this.nature = nature;
        }
    }

    /** Every direction is of {@code everyNature} until {@link #become} says otherwise. */
    public PacketModel(NanoClock clock, Entropy entropy, Nature everyNature) {
        this.clock = clock;
        this.entropy = entropy;
        this.everyNature = everyNature;
    }

    /** One direction is of {@code nature} from now on; packets under way stay as they are. */
    public void become(PeerIdentity from, PeerIdentity to, Nature nature) {
        way(from, to).nature = nature;
    }

    /** What is sent from one member to another before {@code untilNs} arrives only then. */
    public void clog(PeerIdentity from, PeerIdentity to, long untilNs) {
        way(from, to).clogUntilNs = untilNs;
    }

    /** Every direction is healthy from now on and no clog holds; for good. */
    public void calm(long delayNs) {
        isCalm = true;
        Nature healthy = Nature.healthy(delayNs);
        for (Way way : ways.values()) {
            way.nature = healthy;
            way.clogUntilNs = Long.MIN_VALUE;
        }
    }

    /** Packets lost by chance so far. */
    public long lostCount() {
        return lostCount;
    }

    /** Packets that arrived, or will, a second time. */
    public long copiedCount() {
        return copiedCount;
    }

    /** Old packets that were sent once more. */
    public long replayedCount() {
        return replayedCount;
    }

    /** Packets lost because too much was under way. */
    public long overflowCount() {
        return overflowCount;
    }

    long nowNs() {
        return clock.nanoTime();
    }

    /** Decides about one packet and puts what arrives of it on its way to {@code receiver}. */
    void send(MemoryLink receiver, DirectBuffer buffer, int offset, int length) {
        Way way = way(receiver.peer(), receiver.self());
        Nature nature = way.nature;
        if (isHit(nature.replayPermille())) {
            replay(way, receiver);
        }
        keep(way, nature, buffer, offset, length);
        if (receiver.inboxBytes() + (long) length > nature.capacityBytes()) {
            overflowCount++;
            return;
        }
        if (isHit(nature.lossPermille())) {
            lostCount++;
            return;
        }
        long arrivalNs = arrivalNs(way, nature);
        if (nature.keepsOrder()) {
            arrivalNs = Math.max(arrivalNs, way.lastArrivalNs);
        }
        way.lastArrivalNs = Math.max(way.lastArrivalNs, arrivalNs);
        receiver.enqueue(buffer, offset, length, arrivalNs);
        if (isHit(nature.copyPermille())) {
            copiedCount++;
            receiver.enqueue(buffer, offset, length, arrivalNs + lateByNs(nature));
        }
    }

    private long arrivalNs(Way way, Nature nature) {
        long spreadNs = entropy.nextBelow(2 * nature.delayMeanNs());
        long delayNs = nature.delayMinNs() + (entropy.nextBelow(64) == 0 ? 10 * spreadNs : spreadNs);
        return Math.max(clock.nanoTime(), way.clogUntilNs) + delayNs;
    }

    private long lateByNs(Nature nature) {
        return entropy.nextBelow(LATE_COPY_FACTOR * nature.delayMeanNs());
    }

    private void replay(Way way, MemoryLink receiver) {
        byte[] old = way.kept[(int) entropy.nextBelow(KEPT_COUNT)];
        if (old != null && receiver.inboxBytes() + (long) old.length <= way.nature.capacityBytes()) {
            replayedCount++;
            receiver.enqueue(new UnsafeBuffer(old), 0, old.length, clock.nanoTime() + lateByNs(way.nature));
        }
    }

    private void keep(Way way, Nature nature, DirectBuffer buffer, int offset, int length) {
        if (nature.replayPermille() == 0 || length > KEPT_MAX_BYTES) {
            return;
        }
        // Not each one: the older ones are the interesting ones.
        if (way.kept[way.keptNext] == null || entropy.nextBelow(16) == 0) {
            byte[] copy = new byte[length];
            buffer.getBytes(offset, copy);
            way.kept[way.keptNext] = copy;
            way.keptNext = (way.keptNext + 1) % KEPT_COUNT;
        }
    }

    private boolean isHit(int permille) {
        return permille > 0 && entropy.nextBelow(PERMILLE) < permille;
    }

    private Way way(PeerIdentity from, PeerIdentity to) {
        long key = from.memberId() << Integer.SIZE | to.memberId();
        Way way = ways.get(key);
        if (way == null) {
            if (from.memberId() > Integer.MAX_VALUE || to.memberId() > Integer.MAX_VALUE) {
                throw Invariant.broken("members out of range: from, to", from.memberId(), to.memberId());
            }
            way = new Way(isCalm ? Nature.healthy(everyNature.delayMinNs()) : everyNature);
            ways.put(key, way);
        }
        return way;
    }
}
