package dev.steppe.server;

import dev.steppe.base.OperatingFault;
import dev.steppe.command.MalformedBytes;
import dev.steppe.gateway.GatewayCodec;
import dev.steppe.gateway.GatewayMessage;
import dev.steppe.region.message.RegionMessage;
import dev.steppe.region.message.RegionMessageCodec;
import dev.steppe.server.ServerConfig.RegionLane;
import dev.steppe.server.ServerConfig.ServerLane;
import dev.steppe.server.duty.DutiesAgent;
import dev.steppe.server.duty.FederationDuties;
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
import java.util.Map;
import java.util.Optional;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * The forward lane of one server: clients of its own region, and servers of the other regions. Frames are decoded on
 * the transport's thread and handed over as values; everything else is owned by the duties agent. A frame that is not
 * of the conversation ends its link and nothing else. An ask for which the duties agent has no room is answered with
 * {@code Busy}; a message of another region is then lost, as in any network, and said again.
 */
final class ForwardLane implements FederationDuties.Sender, AutoCloseable {
    private final ServerConfig config;
    private final Transport transport;
    private final DutiesAgent duties;
    private final FederationDuties federation;
    /** Links that were up when last looked at, newest first; one that has ended goes when it takes nothing. */
    private final Map<String, Deque<Link>> servers = new HashMap<>();

    /** The owner's; the transport's thread has its own. */
    private final GatewayCodec gateway = new GatewayCodec();

    private final RegionMessageCodec regions = new RegionMessageCodec();
    private final ExpandableArrayBuffer scratch = new ExpandableArrayBuffer(64 << 10);

    ForwardLane(ServerConfig config, Transport transport, DutiesAgent duties, FederationDuties federation) {
        this.config = config;
        this.transport = transport;
        this.duties = duties;
        this.federation = federation;
    }

    /** Listens, and dials every server of every other region. */
    void open() throws OperatingFault {
        transport.listen(config.lanes().address(), PeerPolicy.byRegionAndRole(this::welcome), new Listener());
        for (RegionLane region : config.lanes().regions()) {
            if (!region.region().equals(config.region())) {
                for (ServerLane server : region.servers()) {
                    transport.dial(server.address(), expecting(region.region(), server.memberId()), new Listener());
                }
            }
        }
    }

    private Optional<String> welcome(PeerIdentity self, String peerRegion, PeerRole role) {
        boolean known = config.lanes().regions().stream()
                .anyMatch(region -> region.region().equals(peerRegion));
        if (!known) {
            return Optional.of("region " + peerRegion + " is not federated with " + self.region() + ".");
        }
        return role == PeerRole.CLIENT && !peerRegion.equals(self.region())
                ? Optional.of(
                        "clients speak to servers of their own region, and this one is of region " + peerRegion + ".")
                : Optional.empty();
    }

    private static PeerPolicy expecting(String region, int memberId) {
        PeerPolicy itsServers = PeerPolicy.byRegionAndRole(
                (self, peerRegion, role) -> role == PeerRole.SERVER && peerRegion.equals(region)
                        ? Optional.empty()
                        : Optional.of("a server of region " + region + " was expected, and a " + role + " of region "
                                + peerRegion + " answered."));
        return PeerPolicy.member(memberId, itsServers);
    }

    /** Answers a client; an answer that no frame can hold is refused with a sentence. The owner. */
    private void answer(Link link, GatewayMessage.Answer answer) {
        int lengthBytes = gateway.encode(answer, scratch, 0);
        if (lengthBytes > link.frameMaxBytes()) {
            String sentence = "the answer has " + lengthBytes + " bytes, and a frame takes " + link.frameMaxBytes()
                    + ": ask for less at once";
            lengthBytes = gateway.encode(new GatewayMessage.Refused(answer.requestId(), sentence), scratch, 0);
        }
        if (link.offer(scratch, 0, lengthBytes) != OfferVerdict.SENT) {
            link.close(); // The peer does not read: a new link starts clean.
        }
    }

    /** Says something to a server of another region, over the newest link with it; lost if there is none. The owner. */
    @Override
    public void send(String region, int memberId, RegionMessage message) {
        Deque<Link> links = servers.get(region + "/" + memberId);
        if (links == null || links.isEmpty()) {
            return;
        }
        int lengthBytes = regions.encode(message, scratch, 0);
        for (Link link = links.peekFirst(); link != null; link = links.peekFirst()) {
            if (lengthBytes > link.frameMaxBytes() || link.offer(scratch, 0, lengthBytes) == OfferVerdict.SENT) {
                return; // What no frame can hold is lost: who asked for it learns that it is not known.
            }
            link.close(); // It has ended, or the peer does not read: a new link starts clean.
            links.removeFirst();
        }
    }

    private static String nameOf(Link link) {
        return link.peer().region() + "/" + link.peer().memberId();
    }

    @Override
    public void close() {
        transport.close();
    }

    /** On the transport's thread. */
    private final class Listener implements LinkListener {
        private final GatewayCodec gatewayReader = new GatewayCodec();
        private final RegionMessageCodec regionReader = new RegionMessageCodec();
        private final ExpandableArrayBuffer busy = new ExpandableArrayBuffer(64);

        @Override
        public void onUp(Link link) {
            boolean taken = link.peer().role() != PeerRole.SERVER
                    || duties.post(() -> servers.computeIfAbsent(nameOf(link), name -> new ArrayDeque<>())
                            .addFirst(link));
            if (!taken) {
                link.close(); // Nobody would know of it; whoever dialled dials again.
            }
        }

        @Override
        public boolean onFrame(Link link, DirectBuffer buffer, int offset, int length) {
            try {
                if (link.peer().role() == PeerRole.SERVER) {
                    RegionMessage message = regionReader.decode(buffer, offset, length);
                    duties.post(() -> federation.onMessage(message, link.peer()));
                } else if (gatewayReader.decode(buffer, offset, length) instanceof GatewayMessage.Ask ask) {
                    take(link, ask);
                } else {
                    link.close();
                }
            } catch (MalformedBytes malformed) {
                link.close(); // Not of the conversation.
            }
            return true;
        }

        private void take(Link link, GatewayMessage.Ask ask) {
            if (!duties.post(() -> duties.take(ask, true, answer -> answer(link, answer)))) {
                int lengthBytes = gatewayReader.encode(new GatewayMessage.Busy(ask.requestId()), busy, 0);
                if (link.offer(busy, 0, lengthBytes) != OfferVerdict.SENT) {
                    link.close();
                }
            }
        }

        @Override
        public void onDown(Link link, LinkDown reason) {
            duties.post(() -> {
                Deque<Link> links = servers.get(nameOf(link));
                if (links != null) {
                    links.remove(link);
                }
            }); // Without room it goes when it takes nothing.
        }

        @Override
        public void onRefused(String address, String sentence) {
            // A peer that is not there yet, or not welcome: the transport dials again, and counts.
        }
    }
}
