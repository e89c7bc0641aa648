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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The links to the other members, as a rule one for each pair: the member with the lower id dials. Members come and go
 * with the membership in force, and so do their links; a server that is not known here yet may dial all the same, for
 * the log that tells of it may be on its way. Called by the transport's thread, which hands everything to the consensus
 * agent, and by that agent when the membership changes.
 *
 * <p>Of one member there may be several links: both sides dialled, or a server was removed and goes on, and another was
 * given its id. What is sent goes to the directory that the membership pins, over its newest link.
 *
 * <p>The links of one member stand in an immutable list, replaced as a whole by the transport's thread and by the
 * agent. Whoever changed it, or the membership, chooses again until nobody else changed anything meanwhile, so that the
 * last choice was made of what is there.
 */
final class PeerLinks implements LinkListener, AutoCloseable {
    /** Most links of one member that are remembered; the oldest is forgotten, and not used even if it lasts. */
    private static final int LINKS_MAX_COUNT = 4;

    private final int memberId;
    private final NodeMail mail;
    private final Transport transport;
    private final AtomicReferenceArray<List<Link>> linked = new AtomicReferenceArray<>(NodeMail.MEMBER_ID_MAX + 1);
    private volatile Membership membership;
    private final @Nullable Dialled[] diallings = new Dialled[NodeMail.MEMBER_ID_MAX + 1];

    /** Which directory this member keeps, and how often it was opened. */
    record Life(long directoryId, long incarnation) {}

    /** One member that is dialled, and where. */
    private record Dialled(String address, Transport.Dialling dialling) {}

    private PeerLinks(int memberId, NodeMail mail, Transport transport, Membership membership) {
        this.memberId = memberId;
        this.mail = mail;
        this.transport = transport;
        this.membership = membership;
        for (int id = 0; id < linked.length(); id++) {
            linked.set(id, List.of());
        }
    }

    /**
     * Listens, and dials everyone with a higher id; null in a world without peers, where there is a fault if there are.
     * An address of the configuration that could never be dialled is a fault as well; one that only the log tells is
     * not, whoever wrote it there: that member has no link.
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
        PeerLinks links = new PeerLinks(config.memberId(), mail, transports.make(self), membership);
        try {
            links.listen(config);
            links.dialConfigured(config, membership);
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
    void meet(Membership inForce) {
        membership = inForce;
        for (int id = 1; id <= NodeMail.MEMBER_ID_MAX; id++) {
            choose(id);
        }
        dial(inForce, true);
    }

    private void dialConfigured(RaftConfig config, Membership inForce) throws OperatingFault {
        for (Member member : config.members()) {
            String address = addressOf(member.host(), member.port());
            int ordinal = inForce.ordinalOf(member.id());
            Membership.Server server = ordinal < 0 ? null : inForce.servers().get(ordinal);
            boolean isThere =
                    server != null && addressOf(server.host(), server.port()).equals(address);
            if (isThere && member.id() > memberId) {
                PeerPolicy expected = PeerPolicy.server(member.id());
                diallings[member.id()] = new Dialled(address, transport.dial(address, expected, this));
            }
        }
    }

    private void dial(Membership inForce, boolean isAlsoDown) {
        for (Membership.Server server : inForce.servers()) {
            int id = server.memberId();
            Link link = mail.links.get(id);
            boolean isHeard = link != null && server.admits(link.peer().directoryId());
            boolean isUnlinked = isAlsoDown && id < memberId && !isHeard;
            if (id > memberId || isUnlinked) {
                dial(id, addressOf(server.host(), server.port()));
            }
        }
    }

    /**
     * Lets go who is not in the membership that is committed now. A leader that is removed needs its links until then:
     * it waits for answers to its own removal. Consensus agent.
     */
    void part(Membership committed) {
        if (committed.ordinalOf(memberId) < 0) {
            return; // Perhaps the others have yet to hear it from this member; or it has yet to hear that it belongs.
        }
        for (int id = 1; id <= NodeMail.MEMBER_ID_MAX; id++) {
            if (committed.ordinalOf(id) < 0) {
                leave(id);
            }
        }
    }

    private void dial(int id, String address) {
        Dialled present = diallings[id];
        if (present != null && present.address().equals(address)) {
            return;
        }
        if (present != null) {
            present.dialling().close();
        }
        diallings[id] = new Dialled(address, transport.dialPatiently(address, PeerPolicy.server(id), this));
    }

    /** Also ends the link if the other side made it. It may come back, and is not heard. */
    private void leave(int id) {
        Dialled present = diallings[id];
        if (present != null) {
            diallings[id] = null;
            present.dialling().close();
        }
        List<Link> ended = linked.getAndSet(id, List.of());
        choose(id);
        ended.forEach(Link::close);
    }

    /** Has the messages to that member go over the link that is best now. Any thread. */
    private void choose(int id) {
        List<Link> present;
        Membership inForce;
        do {
            present = linked.get(id);
            inForce = membership;
            mail.links.set(id, best(present, inForce, id));
        } while (linked.get(id) != present || !membership.equals(inForce));
    }

    /** The newest link to a directory that may speak for the member; if there is none, the newest. */
    private static @Nullable Link best(List<Link> present, Membership inForce, int id) {
        for (int i = present.size() - 1; i >= 0; i--) {
            if (inForce.admits(id, present.get(i).peer().directoryId())) {
                return present.get(i);
            }
        }
        return present.isEmpty() ? null : present.get(present.size() - 1);
    }

    private static List<Link> with(List<Link> present, Link fresh) {
        List<Link> all =
                new ArrayList<>(present.subList(Math.max(0, present.size() - LINKS_MAX_COUNT + 1), present.size()));
        all.add(fresh);
        return List.copyOf(all);
    }

    private static List<Link> without(List<Link> present, Link gone) {
        return present.stream().filter(link -> link != gone).toList();
    }

    @Override
    public void onUp(Link link) {
        int id = memberIdOf(link);
        if (id < 0) {
            link.close();
        } else {
            linked.updateAndGet(id, present -> with(present, link));
            choose(id);
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
            linked.updateAndGet(id, present -> without(present, link));
            choose(id);
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
