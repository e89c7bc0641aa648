package dev.steppe.transport.memory;

import dev.steppe.base.OperatingFault;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.Transport;

/** One party of a {@link MemoryNetwork}; owned by the thread that drives the network. */
final class MemoryTransport implements Transport {
    private final MemoryNetwork network;
    private final PeerIdentity self;
    private boolean closed;

    MemoryTransport(MemoryNetwork network, PeerIdentity self) {
        this.network = network;
        this.self = self;
    }

    MemoryNetwork network() {
        return network;
    }

    @Override
    public PeerIdentity self() {
        return self;
    }

    @Override
    public Listening listen(String address, PeerPolicy policy, LinkListener listener) throws OperatingFault {
        checkOpen();
        MemoryListening listening = new MemoryListening(this, address, policy, listener);
        if (!network.addListening(listening)) {
            throw new OperatingFault("address " + address + " is already in use; choose another.");
        }
        return listening;
    }

    @Override
    public Dialling dial(String address, PeerPolicy expected, LinkListener listener) throws OperatingFault {
        checkOpen();
        return dialPatiently(address, expected, listener);
    }

    @Override
    public Dialling dialPatiently(String address, PeerPolicy expected, LinkListener listener) {
        network.guard.check();
        MemoryDialling dialling = new MemoryDialling(this, address, expected, listener);
        if (!closed) {
            network.addDialling(dialling);
        }
        return dialling;
    }

    @Override
    public void close() {
        network.guard.check();
        if (closed) {
            return;
        }
        closed = true;
        network.listeningsOf(this).forEach(MemoryListening::close);
        network.diallingsOf(this).forEach(MemoryDialling::close);
        for (MemoryLink link : network.linksOf(this)) {
            link.close();
            link.finish();
        }
    }

    private void checkOpen() throws OperatingFault {
        network.guard.check();
        if (closed) {
            throw new OperatingFault("the transport of member " + self.memberId() + " is closed.");
        }
    }
}
