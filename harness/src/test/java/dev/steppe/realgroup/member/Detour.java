package dev.steppe.realgroup.member;

import dev.steppe.base.OperatingFault;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.Transport;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The production transport under other names. Members know each other by names that say nothing of where they are; this
 * one dials the proxy that stands before the member of that name, and listens wherever the system has room.
 */
final class Detour implements Transport {
    private final Transport transport;
    private final Map<String, String> proxies;
    private final AtomicReference<String> listening;

    /**
     * Before {@code transport}.
     *
     * @param proxies what to dial, by name
     * @param listening told where this member is reached
     */
    Detour(Transport transport, Map<String, String> proxies, AtomicReference<String> listening) {
        this.transport = transport;
        this.proxies = proxies;
        this.listening = listening;
    }

    /** How a member is called in every membership. */
    static String nameOf(int memberId) {
        return "member-" + memberId;
    }

    @Override
    public PeerIdentity self() {
        return transport.self();
    }

    @Override
    public Listening listen(String address, PeerPolicy policy, LinkListener listener) throws OperatingFault {
        Listening bound = transport.listen("127.0.0.1:0", policy, listener);
        listening.set(bound.address());
        return bound;
    }

    @Override
    public Dialling dial(String address, PeerPolicy expected, LinkListener listener) throws OperatingFault {
        String proxy = proxies.get(address);
        if (proxy == null) {
            throw new OperatingFault("no proxy stands before " + address);
        }
        return transport.dial(proxy, expected, listener);
    }

    @Override
    public Dialling dialPatiently(String address, PeerPolicy expected, LinkListener listener) {
        return transport.dialPatiently(proxies.getOrDefault(address, address), expected, listener);
    }

    @Override
    public void close() {
        transport.close();
    }
}
