package dev.steppe.server;

import dev.steppe.base.OperatingFault;
import dev.steppe.command.MalformedBytes;
import dev.steppe.gateway.GatewayCodec;
import dev.steppe.gateway.GatewayMessage;
import dev.steppe.region.message.RegionMessage;
import dev.steppe.region.message.RegionMessageCodec;
import dev.steppe.server.ServerConfig.RegionLane;
import dev.steppe.server.ServerConfig.ServerLane;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.OfferVerdict;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.PeerRole;
import dev.steppe.transport.Transport;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * The forward lane of one server: clients of its own region, and servers of the other regions. Frames are decoded on
 * the transport's thread and handed over as values; everything else is owned by the duties agent, which also runs what
 * is posted. A frame that is not of the conversation ends its link and nothing else.
 */
final class ForwardLane implements AutoCloseable {
    /** Hands work to the owner; false when its mailbox is full. */
    interface Owner {
        boolean post(Runnable work);
    }

    private final ServerConfig config;
    private final Transport transport;
    private final Owner owner;
    private final BiConsumer<GatewayMessage.Ask, Link> asks;
    private final BiConsumer<RegionMessage, PeerIdentity> regionMessages;
    private final Map<String, Deque<Link>> servers = new HashMap<>();
    private final Set<Link> live = new HashSet<>();
    /** The owner's; the transport's thread has its own. */
    private final GatewayCodec gateway = new GatewayCodec();

    private final RegionMessageCodec regions = new RegionMessageCodec();
    private final ExpandableArrayBuffer scratch = new ExpandableArrayBuffer(64 << 10);

    /** {@code asks} and {@code regionMessages} are called by the owner. */
    ForwardLane(
            ServerConfig config,
            Transport transport,
            Owner owner,
            BiConsumer<GatewayMessage.Ask, Link> asks,
            BiConsumer<RegionMessage, PeerIdentity> regionMessages) {
        this.config = config;
        this.transport = transport;
        this.owner = owner;
        this.asks = asks;
        this.regionMessages = regionMessages;
    }

    /** Listens, and dials every server of every other region. */
    void open() throws OperatingFault {
        transport.listen(config.lanes().address(), this::welcome, new Listener());
        for (RegionLane region : config.lanes().regions()) {
            if (!region.region().equals(config.region())) {
                for (ServerLane server : region.servers()) {
                    transport.dial(server.address(), expecting(region.region(), server.memberId()), new Listener());
                }
            }
        }
    }

    private Optional<String> welcome(PeerIdentity self, PeerIdentity peer) {
        boolean known = config.lanes().regions().stream()
                .anyMatch(region -> region.region().equals(peer.region()));
        if (!known) {
            return Optional.of("region " + peer.region() + " is not federated with " + self.region() + ".");
        }
        if (peer.role() == PeerRole.CLIENT && !peer.region().equals(self.region())) {
            return Optional.of("clients speak to servers of their own region, and client " + peer.memberId()
                    + " is of region " + peer.region() + ".");
        }
        return Optional.empty();
    }

    private static PeerPolicy expecting(String region, int memberId) {
        return (self, peer) ->
                peer.role() == PeerRole.SERVER && peer.region().equals(region) && peer.memberId() == memberId
                        ? Optional.empty()
                        : Optional.of("server " + memberId + " of region " + region + " was expected, and member "
                                + peer.memberId() + " of region " + peer.region() + " answered.");
    }

    /** Answers a client; what cannot be sent is lost, as with any link. The owner. */
    void answer(Link link, GatewayMessage.Answer answer) {
        if (live.contains(link)) {
            offer(link, gateway.encode(answer, scratch, 0));
        }
    }

    /** Says something to a server of another region, over the newest link with it; lost if there is none. The owner. */
    void send(String region, int memberId, RegionMessage message) {
        Deque<Link> links = servers.get(region + "/" + memberId);
        Link link = links == null ? null : links.peekFirst();
        if (link != null) {
            offer(link, regions.encode(message, scratch, 0));
        }
    }

    private static String nameOf(Link link) {
        return link.peer().region() + "/" + link.peer().memberId();
    }

    private void offer(Link link, int lengthBytes) {
        if (lengthBytes > link.frameMaxBytes() || link.offer(scratch, 0, lengthBytes) != OfferVerdict.SENT) {
            link.close(); // The peer does not read, or the answer cannot be said: a new link starts clean.
        }
    }

    @Override
    public void close() {
        transport.close();
    }

    /** On the transport's thread. */
    private final class Listener implements LinkListener {
        private final GatewayCodec gatewayReader = new GatewayCodec();
        private final RegionMessageCodec regionReader = new RegionMessageCodec();

        @Override
        public void onUp(Link link) {
            post(link, () -> {
                live.add(link);
                if (link.peer().role() == PeerRole.SERVER) {
                    servers.computeIfAbsent(nameOf(link), name -> new ArrayDeque<>())
                            .addFirst(link);
                }
            });
        }

        @Override
        public void onFrame(Link link, DirectBuffer buffer, int offset, int length) {
            try {
                if (link.peer().role() == PeerRole.SERVER) {
                    RegionMessage message = regionReader.decode(buffer, offset, length);
                    post(link, () -> regionMessages.accept(message, link.peer()));
                } else if (gatewayReader.decode(buffer, offset, length) instanceof GatewayMessage.Ask ask) {
                    post(link, () -> asks.accept(ask, link));
                } else {
                    link.close();
                }
            } catch (MalformedBytes malformed) {
                link.close(); // Not of the conversation.
            }
        }

        @Override
        public void onDown(Link link, LinkDown reason) {
            post(link, () -> {
                live.remove(link);
                Deque<Link> links = servers.get(nameOf(link));
                if (links != null) {
                    links.remove(link);
                }
            });
        }

        @Override
        public void onRefused(String address, String sentence) {
            // A peer that is not there yet, or not welcome: the transport dials again, and counts.
        }

        private void post(Link link, Runnable work) {
            if (!owner.post(work)) {
                link.close(); // Back-pressure: the peer asks again over a new link.
            }
        }
    }
}
