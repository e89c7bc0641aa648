package dev.steppe.transport.tcp;

import dev.steppe.base.Invariant;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.Set;
import org.agrona.collections.MutableInteger;
import org.agrona.collections.Object2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts accepted connections: by remote address, those that are links, and those that have yet to shake hands. Only
 * the address is known when a connection comes, and one that has too many gets no more. Handshakes have a bound of
 * their own, whose room goes to the newest: who knocks and says nothing cannot keep anybody out, however many addresses
 * it has, for whoever means it is done long before its turn to give way. Owned by the event loop.
 */
final class AcceptGate {
    private final TcpConfig.Bounds bounds;
    private final Object2ObjectHashMap<InetAddress, MutableInteger> byAddress = new Object2ObjectHashMap<>();
    /** In the order in which they came. */
    private final Set<TcpConnection> handshakes = new LinkedHashSet<>();

    private int linkCount;

    AcceptGate(TcpConfig.Bounds bounds) {
        this.bounds = bounds;
    }

    /** Counts one more connection from {@code address}; false, and nothing counted, when it has too many. */
    boolean enter(InetAddress address) {
        MutableInteger ofAddress = byAddress.get(address);
        if (ofAddress != null && ofAddress.get() >= bounds.acceptedPerAddressMaxCount()) {
            return false;
        }
        byAddress.computeIfAbsent(address, first -> new MutableInteger()).increment();
        return true;
    }

    /** A connection that entered begins its handshake; returns which other one has to end for it. */
    @Nullable
    TcpConnection begin(TcpConnection connection) {
        handshakes.add(connection);
        return handshakes.size() > bounds.handshakeMaxCount()
                ? handshakes.iterator().next()
                : null;
    }

    /** Whether one more may become a link. */
    boolean hasRoomForLink() {
        return linkCount < bounds.acceptedMaxCount();
    }

    /** A connection that entered is a link now. */
    void up(TcpConnection connection) {
        handshakes.remove(connection);
        linkCount++;
    }

    /** One of the connections from {@code address} is over. */
    void leave(TcpConnection connection, InetAddress address, boolean wasUp) {
        MutableInteger ofAddress = byAddress.get(address);
        if (ofAddress == null) {
            throw Invariant.broken("a connection left that never entered, from", address.toString());
        }
        handshakes.remove(connection);
        if (wasUp) {
            linkCount--;
        }
        if (ofAddress.decrementAndGet() == 0) {
            byAddress.remove(address);
        }
    }
}
