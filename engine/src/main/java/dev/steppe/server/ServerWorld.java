package dev.steppe.server;

import dev.steppe.base.Entropy;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.runtime.clock.SystemClocks;
import dev.steppe.state.StateView;
import dev.steppe.transport.LinkAudit;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.tcp.TcpConfig;
import dev.steppe.transport.tcp.TcpLoops;
import dev.steppe.transport.tcp.TcpTransport;
import dev.steppe.transport.tls.TlsCredentials;
import java.util.function.Supplier;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * What a server gets from outside instead of reaching for it.
 *
 * @param clock monotonic; every time-out counts on it
 * @param wallClock for people only
 * @param entropy a new source of chance for each owner; asked only while servers are composed, by one thread
 * @param haltSwitch pressed when going on would be wrong
 * @param network null: the server speaks to nobody (one voter, no lanes)
 * @param views told of each view
 */
public record ServerWorld(
        NanoClock clock,
        EpochClock wallClock,
        Supplier<Entropy> entropy,
        HaltSwitch haltSwitch,
        @Nullable Network network,
        ViewListener views) {

    /**
     * How a server reaches others. The event loops may be shared by all servers of a process, never between the lanes.
     *
     * @param credentials the server's TLS material, for both lanes; null for plaintext, which loopback addresses only
     *     are allowed
     * @param audit told of every connection that was refused
     */
    public record Network(
            TcpLoops raftLoops,
            TcpLoops forwardLoops,
            @Nullable TlsCredentials credentials,
            LinkAudit audit) {

        /** Plaintext between loopback addresses: demos and tests on one machine. */
        public static Network plaintextOnLoopback(TcpLoops raftLoops, TcpLoops forwardLoops) {
            return new Network(raftLoops, forwardLoops, null, LinkAudit.NONE);
        }

        TcpTransport raftLane(PeerIdentity self) {
            return lane("raft", raftLoops, self);
        }

        TcpTransport forwardLane(PeerIdentity self) {
            return lane("forward", forwardLoops, self);
        }

        private TcpTransport lane(String name, TcpLoops loops, PeerIdentity self) {
            TcpConfig secured = TcpConfig.defaults(name);
            TcpConfig config = credentials == null ? secured.withPlaintextLoopback() : secured;
            return new TcpTransport(loops, self, config, credentials, audit);
        }
    }

    /** Told of each view before anybody else, on the apply agent: must be quick and must not throw. */
    @FunctionalInterface
    public interface ViewListener {
        /** {@code view} was applied by this server; its journal continues the view before. */
        void onView(StateView view);
    }

    /** The platform's clocks and chance, no network, a process that halts when it must. */
    public static ServerWorld real() {
        return new ServerWorld(
                SystemClocks.nano(),
                SystemClocks.epoch(),
                SeededEntropy::fromSystem,
                HaltSwitch.process(),
                null,
                view -> {});
    }

    /** The same with chance that follows from {@code seed}; each owner gets a stream of its own. */
    public ServerWorld seeded(long seed) {
        SeededEntropy root = new SeededEntropy(seed);
        return new ServerWorld(clock, wallClock, root::split, haltSwitch, network, views);
    }

    /** The same with a network and somebody who is told of views. */
    public ServerWorld with(Network newNetwork, ViewListener newViews) {
        return new ServerWorld(clock, wallClock, entropy, haltSwitch, newNetwork, newViews);
    }
}
