package dev.steppe.raft.node;

import dev.steppe.base.Entropy;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.Transport;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * What a node takes from the world around it.
 *
 * @param clock monotonic, never the wall clock
 * @param entropy for the time-outs and for the id of a new directory; asked only by the thread that opens the node
 * @param haltSwitch pressed after a fault of the disk or a broken invariant
 * @param transports makes the node's own transport, once its incarnation is known; the node closes it. Null for a voter
 *     that is alone for ever: it listens nowhere, and nobody can join it
 */
public record NodeWorld(
        NanoClock clock,
        Entropy entropy,
        HaltSwitch haltSwitch,
        @Nullable TransportMaker transports) {

    /** A world without peers, for a group of one voter. */
    public static NodeWorld alone(NanoClock clock, Entropy entropy, HaltSwitch haltSwitch) {
        return new NodeWorld(clock, entropy, haltSwitch, null);
    }

    /** Makes a transport for one party. */
    @FunctionalInterface
    public interface TransportMaker {
        /** A transport of the Raft lane that tells every peer {@code self}. */
        Transport make(PeerIdentity self);
    }
}
