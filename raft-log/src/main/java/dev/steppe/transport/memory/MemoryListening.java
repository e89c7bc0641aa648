package dev.steppe.transport.memory;

import dev.steppe.transport.LinkListener;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.Transport;

/** One address of the network that accepts links. */
record MemoryListening(MemoryTransport transport, String address, PeerPolicy policy, LinkListener listener)
        implements Transport.Listening {
    @Override
    public void close() {
        transport.network().guard.check();
        transport.network().removeListening(this);
    }
}
