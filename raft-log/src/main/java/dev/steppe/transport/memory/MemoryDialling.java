package dev.steppe.transport.memory;

import dev.steppe.transport.LinkListener;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.Transport;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one link to an address. An attempt is one event of the network; an attempt that failed waits until something
 * changed (a listening, a healing, an explicit retry), so that a silent network comes to rest.
 */
final class MemoryDialling extends Source implements Transport.Dialling {
    private final MemoryTransport transport;
    private final String address;
    private final PeerPolicy expected;
    private final LinkListener listener;
    private @Nullable MemoryLink link;
    private boolean armed;
    private boolean closed;

    MemoryDialling(MemoryTransport transport, String address, PeerPolicy expected, LinkListener listener) {
        this.transport = transport;
        this.address = address;
        this.expected = expected;
        this.listener = listener;
    }

    boolean belongsTo(MemoryTransport owner) {
        return transport == owner;
    }

    /** Allows one more attempt, unless a link is up. */
    void arm() {
        armed = link == null && !closed;
        transport.network().review(this);
    }

    /** The link that was up has ended. */
    void linkEnded() {
        link = null;
        arm();
    }

    @Override
    boolean isDeliverable() {
        return armed && !closed;
    }

    @Override
    void deliverNext() {
        armed = false;
        MemoryNetwork network = transport.network();
        MemoryListening listening = network.listeningAt(address);
        if (listening == null) {
            listener.onRefused(address, "nobody listens at " + address + ".");
            return;
        }
        PeerIdentity self = transport.self();
        PeerIdentity peer = listening.transport().self();
        if (network.isCut(self, peer) || network.isCut(peer, self)) {
            listener.onRefused(address, address + " did not answer.");
            return;
        }
        Optional<String> refusal = listening.policy().admission(peer, self);
        if (refusal.isEmpty()) {
            refusal = expected.admission(self, peer);
        }
        if (refusal.isPresent()) {
            listening.listener().onRefused("member " + self.memberId(), refusal.get());
            listener.onRefused(address, refusal.get());
            return;
        }
        connect(listening);
    }

    private void connect(MemoryListening listening) {
        MemoryLink accepted = new MemoryLink(listening.transport(), transport.self(), listening.listener(), null);
        MemoryLink dialled = new MemoryLink(transport, listening.transport().self(), listener, this);
        accepted.join(dialled);
        dialled.join(accepted);
        link = dialled;
        accepted.announce();
        dialled.announce();
    }

    @Override
    public void close() {
        MemoryNetwork network = transport.network();
        network.guard.check();
        if (closed) {
            return;
        }
        closed = true;
        if (link != null) {
            link.close();
        }
        network.removeDialling(this);
    }
}
