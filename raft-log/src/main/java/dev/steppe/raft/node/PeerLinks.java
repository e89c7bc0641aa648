package dev.steppe.raft.node;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.Member;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.PeerRole;
import dev.steppe.transport.Transport;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The links to the other members, as a rule one for each pair: the member with the lower id dials. Members come and go
 * with the membership in force, and so do their links; a server that is not known here yet may dial all the same, for
 * the log that tells of it may be on its way. Called by the transport's thread, which hands everything to the consensus
 * agent, and by that agent when the membership changes.
 */
final class PeerLinks implements LinkListener, AutoCloseable {
    private final int memberId;
    private final NodeMail mail;
    private final Transport transport;
    private final @Nullable Dialled[] diallings = new Dialled[NodeMail.MEMBER_ID_MAX + 1];

    /** Which directory this member keeps, and how often it was opened. */
    record Life(long directoryId, long incarnation) {}

    /** One member that is dialled, and where. */
    private record Dialled(String address, Transport.Dialling dialling) {}

    private PeerLinks(int memberId, NodeMail mail, Transport transport) {
        this.memberId = memberId;
        this.mail = mail;
        this.transport = transport;
    }

    /**
     * Listens, and dials everyone with a higher id; null in a world without peers, where there is a fault if there are.
     */
    static @Nullable PeerLinks join(RaftConfig config, Membership membership, Life life, NodeWorld world, NodeMail mail)
            throws OperatingFault {
        NodeWorld.TransportMaker transports = world.transports();
        if (transports == null && membership.servers().size() > 1) {
            throw new OperatingFault("member " + config.memberId() + " has peers and was opened without a transport");
        }
        if (transports == null) {
            return null;
        }
        PeerIdentity self = new PeerIdentity(
                config.clusterId(),
                config.region(),
                PeerRole.SERVER,
                config.memberId(),
                life.directoryId(),
                life.incarnation());
        PeerLinks links = new PeerLinks(config.memberId(), mail, transports.make(self));
        try {
            links.listen(config);
            links.dial(membership, false);
        } catch (OperatingFault fault) {
            links.close();
            throw fault;
        }
        return links;
    }

    /**
     * Dials who is new, at the address that the membership says, and those with lower ids that have no link: one that
     * was away may not have heard yet that this member came. Consensus agent.
     */
    void meet(Membership membership) throws OperatingFault {
        dial(membership, true);
    }

    private void dial(Membership membership, boolean isAlsoDown) throws OperatingFault {
        for (Membership.Server server : membership.servers()) {
            int id = server.memberId();
            boolean isUnlinked = isAlsoDown && id < memberId && mail.links.get(id) == null;
            if (id > memberId || isUnlinked) {
                dial(id, addressOf(server.host(), server.port()));
            }
        }
    }

    /**
     * Lets go who is not in the membership that is committed now. A leader that is removed needs its links until then:
     * it waits for answers to its own removal. Consensus agent.
     */
    void part(Membership membership) {
        if (membership.ordinalOf(memberId) < 0) {
            return; // Perhaps the others have yet to hear it from this member; or it has yet to hear that it belongs.
        }
        for (int id = 1; id <= NodeMail.MEMBER_ID_MAX; id++) {
            if (membership.ordinalOf(id) < 0) {
                leave(id);
            }
        }
    }

    private void dial(int id, String address) throws OperatingFault {
        Dialled present = diallings[id];
        if (present != null && present.address().equals(address)) {
            return;
        }
        if (present != null) {
            present.dialling().close();
        }
        diallings[id] = new Dialled(address, transport.dial(address, PeerPolicy.server(id), this));
    }

    /** Also ends the link if the other side made it. It may come back, and is not heard. */
    private void leave(int id) {
        Dialled present = diallings[id];
        if (present != null) {
            diallings[id] = null;
            present.dialling().close();
        }
        Link accepted = mail.links.getAndSet(id, null);
        if (accepted != null) {
            accepted.close();
        }
    }

    @Override
    public void onUp(Link link) {
        int id = memberIdOf(link);
        if (id < 0) {
            link.close();
        } else {
            mail.links.set(id, link);
        }
    }

    @Override
    public boolean onFrame(Link link, DirectBuffer buffer, int offset, int length) {
        int id = memberIdOf(link);
        if (id < 0 || length > mail.frames.messageMaxBytes()) {
            mail.droppedFrameCount.incrementAndGet();
            return true;
        }
        return mail.frames.offer(id, buffer, offset, length);
    }

    @Override
    public void onDown(Link link, LinkDown reason) {
        int id = memberIdOf(link);
        if (id >= 0) {
            // A newer link to the same peer may be up already.
            mail.links.compareAndSet(id, link, null);
        }
    }

    @Override
    public void onRefused(String address, String sentence) {
        // The transport dials again; an unreachable peer shows as a link that is not there.
    }

    @Override
    public void close() {
        transport.close();
    }

    private void listen(RaftConfig config) throws OperatingFault {
        for (Member member : config.members()) {
            if (member.id() == memberId) {
                transport.listen(addressOf(member.host(), member.port()), PeerPolicy.sameRegionServers(), this);
            }
        }
    }

    private static String addressOf(String host, int port) {
        return port == 0 ? host : host + ":" + port;
    }

    /** Id of the peer at the other end; -1 if none of this group can have it. */
    private int memberIdOf(Link link) {
        long id = link.peer().memberId();
        return id > NodeMail.MEMBER_ID_MAX || id == memberId ? -1 : (int) id;
    }
}
