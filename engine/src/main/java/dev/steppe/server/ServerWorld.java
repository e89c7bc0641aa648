package dev.steppe.server;

import dev.steppe.base.Entropy;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.SeededEntropy;
import dev.steppe.runtime.SystemClocks;
import dev.steppe.state.StateView;
import dev.steppe.transport.tcp.TcpLoops;
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

    /** The event loops of the two lanes; may be shared by all servers of a process, never between the lanes. */
    public record Network(TcpLoops raftLoops, TcpLoops forwardLoops) {}

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
