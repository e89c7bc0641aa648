package dev.steppe.transport.tcp;

import dev.steppe.base.Invariant;
import java.net.InetAddress;
import org.agrona.collections.MutableInteger;
import org.agrona.collections.Object2ObjectHashMap;

/**
 * Counts accepted connections, in all and by remote address, and says no before anything was made for one more. Holds
 * as many addresses as connections at most. Owned by the event loop.
 */
final class AcceptGate {
    private final TcpConfig.Bounds bounds;
    private final Object2ObjectHashMap<InetAddress, MutableInteger> byAddress = new Object2ObjectHashMap<>();
    private int acceptedCount;

    AcceptGate(TcpConfig.Bounds bounds) {
        this.bounds = bounds;
    }

    /** Counts one more connection from {@code address}; false, and nothing counted, when a bound is reached. */
    boolean enter(InetAddress address) {
        MutableInteger ofAddress = byAddress.get(address);
        boolean full = acceptedCount >= bounds.acceptedMaxCount()
                || (ofAddress != null && ofAddress.get() >= bounds.acceptedPerAddressMaxCount());
        if (full) {
            return false;
        }
        acceptedCount++;
        byAddress.computeIfAbsent(address, first -> new MutableInteger()).increment();
        return true;
    }

    /** One of the connections from {@code address} is over. */
    void leave(InetAddress address) {
        MutableInteger ofAddress = byAddress.get(address);
        if (ofAddress == null || acceptedCount == 0) {
            throw Invariant.broken("a connection left that never entered, from", address.toString());
        }
        acceptedCount--;
        if (ofAddress.decrementAndGet() == 0) {
            byAddress.remove(address);
        }
    }
}
