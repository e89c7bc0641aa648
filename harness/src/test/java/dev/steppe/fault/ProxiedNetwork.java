package dev.steppe.fault;

import dev.steppe.base.OperatingFault;
import dev.steppe.cluster.LoopbackPorts;
import dev.steppe.fault.FaultProxy.End;
import dev.steppe.fault.FaultProxy.Toll;
import dev.steppe.fault.FaultProxy.Tolls;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.IntFunction;

/**
 * Real sockets on loopback between members 1 to n, with a proxy between each pair, as the route from the one to the
 * other. The members know each other's true addresses only: a transport of {@link #through} takes the route instead.
 */
final class ProxiedNetwork implements AutoCloseable {
    private static final Toll CLOGGED = Toll.endAfter(0, End.CLOG);

    private final List<Integer> ports;
    private final Map<Pair, FaultProxy> proxies = new ConcurrentSkipListMap<>();
    private final Map<Pair, Tolls> tolls = new TreeMap<>();

    /** Two members, the one that dials first. */
    private record Pair(int low, int high) implements Comparable<Pair> {
        static Pair of(int one, int other) {
            return new Pair(Math.min(one, other), Math.max(one, other));
        }

        @Override
        public int compareTo(Pair other) {
            return low == other.low ? Integer.compare(high, other.high) : Integer.compare(low, other.low);
        }
    }

    ProxiedNetwork(int memberMaxCount) throws OperatingFault {
        ports = LoopbackPorts.draw(memberMaxCount);
        for (int low = 1; low <= memberMaxCount; low++) {
            for (int high = low + 1; high <= memberMaxCount; high++) {
                proxies.put(new Pair(low, high), open(addressOf(high)));
            }
        }
    }

    private static FaultProxy open(String target) {
        try {
            return new FaultProxy(target);
        } catch (IOException e) {
            throw new UncheckedIOException("no proxy before " + target, e);
        }
    }

    int portOf(int member) {
        return ports.get(member - 1);
    }

    private String addressOf(int member) {
        return LoopbackPorts.HOST + ":" + portOf(member);
    }

    /** What stands between two members. */
    FaultProxy between(int one, int other) {
        FaultProxy proxy = proxies.get(Pair.of(one, other));
        if (proxy == null) {
            throw new IllegalArgumentException("no route between " + one + " and " + other);
        }
        return proxy;
    }

    /** Nothing passes from {@code from} to {@code to} until {@link #heal}; nothing is lost, as with TCP. */
    void cut(int from, int to) {
        Pair pair = Pair.of(from, to);
        Tolls now = tolls.getOrDefault(pair, Tolls.FREE);
        impose(pair, from < to ? new Tolls(CLOGGED, now.back()) : new Tolls(now.forth(), CLOGGED));
    }

    /** Nothing passes between the two. */
    void cutBoth(int one, int other) {
        impose(Pair.of(one, other), new Tolls(CLOGGED, CLOGGED));
    }

    void heal(int one, int other) {
        impose(Pair.of(one, other), Tolls.FREE);
    }

    /** Every direction between any two costs that from now on. */
    void imposeAll(Toll toll) {
        List.copyOf(proxies.keySet()).forEach(pair -> impose(pair, new Tolls(toll, toll)));
    }

    /** What everything that a member sends to another costs, and what comes back. */
    void impose(int one, int other, Tolls both) {
        impose(Pair.of(one, other), both);
    }

    private void impose(Pair pair, Tolls both) {
        tolls.put(pair, both);
        between(pair.low(), pair.high()).impose(both);
    }

    /** Each connection between the two from now on bears the toll of its number in each direction. */
    void plan(int one, int other, IntFunction<Tolls> plan) {
        between(one, other).plan(plan);
    }

    void healAll() {
        tolls.clear();
        proxies.values().forEach(FaultProxy::heal);
    }

    /** The transport of a member, on the routes of this network. */
    Transport through(Transport raw) {
        return new Routed(raw);
    }

    @Override
    public void close() {
        proxies.values().forEach(FaultProxy::close);
    }

    private final class Routed implements Transport {
        private final Transport raw;

        Routed(Transport raw) {
            this.raw = raw;
        }

        @Override
        public PeerIdentity self() {
            return raw.self();
        }

        @Override
        public Listening listen(String address, PeerPolicy policy, LinkListener listener) throws OperatingFault {
            return raw.listen(address, policy, listener);
        }

        @Override
        public Dialling dial(String address, PeerPolicy expected, LinkListener listener) throws OperatingFault {
            List<Integer> targets = new ArrayList<>();
            for (int member = 1; member <= ports.size(); member++) {
                if (addressOf(member).equals(address)) {
                    targets.add(member);
                }
            }
            try {
                FaultProxy route = between((int) self().memberId(), targets.get(0));
                return raw.dial(route.address(), expected, listener);
            } catch (IOException e) {
                throw new OperatingFault("the route to " + address + " is closed", e);
            }
        }

        @Override
        public Dialling dialPatiently(String address, PeerPolicy expected, LinkListener listener) {
            try {
                return dial(address, expected, listener);
            } catch (OperatingFault fault) {
                return raw.dialPatiently(address, expected, listener); // No route: it leads nowhere.
            }
        }

        @Override
        public void close() {
            raw.close();
        }
    }
}
