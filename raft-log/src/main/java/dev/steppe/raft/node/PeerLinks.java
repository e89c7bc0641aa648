package dev.steppe.raft.node;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.Member;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.quorum.VoterSet;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.PeerRole;
import dev.steppe.transport.Transport;
import org.agrona.DirectBuffer;

/**
 * The links to the other voters, one for each pair: the member with the lower id dials. Called by the transport's
 * thread; hands everything to the consensus agent.
 */
final class PeerLinks implements LinkListener, AutoCloseable {
    private final VoterSet voters;
    private final NodeMail mail;
    private final Transport transport;

    private PeerLinks(VoterSet voters, NodeMail mail, Transport transport) {
        this.voters = voters;
        this.mail = mail;
        this.transport = transport;
    }

    /** Listens, and dials everyone with a higher id. */
    static PeerLinks join(RaftConfig config, VoterSet voters, long incarnation, NodeWorld world, NodeMail mail)
            throws OperatingFault {
        PeerIdentity self =
                new PeerIdentity(config.clusterId(), config.region(), PeerRole.SERVER, config.memberId(), incarnation);
        PeerLinks links = new PeerLinks(voters, mail, world.transports().make(self));
        try {
            links.open(config);
        } catch (OperatingFault fault) {
            links.close();
            throw fault;
        }
        return links;
    }

    @Override
    public void onUp(Link link) {
        int memberId = memberIdOf(link);
        if (memberId < 0) {
            link.close();
        } else {
            mail.links.set(memberId, link);
        }
    }

    @Override
    public boolean onFrame(Link link, DirectBuffer buffer, int offset, int length) {
        int memberId = memberIdOf(link);
        if (memberId < 0 || length > mail.frames.messageMaxBytes()) {
            mail.droppedFrameCount.incrementAndGet();
            return true;
        }
        return mail.frames.offer(memberId, buffer, offset, length);
    }

    @Override
    public void onDown(Link link, LinkDown reason) {
        int memberId = memberIdOf(link);
        if (memberId >= 0) {
            // A newer link to the same peer may be up already.
            mail.links.compareAndSet(memberId, link, null);
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

    private void open(RaftConfig config) throws OperatingFault {
        for (Member member : config.members()) {
            if (member.id() == config.memberId()) {
                transport.listen(addressOf(member), PeerPolicy.sameRegionServers(), this);
            } else if (member.id() > config.memberId()) {
                transport.dial(addressOf(member), PeerPolicy.server(member.id()), this);
            }
        }
    }

    private static String addressOf(Member member) {
        return member.port() == 0 ? member.host() : member.host() + ":" + member.port();
    }

    /** Id of the peer at the other end; -1 if it is no member. */
    private int memberIdOf(Link link) {
        long memberId = link.peer().memberId();
        return memberId > Integer.MAX_VALUE || voters.ordinalOf((int) memberId) < 0 ? -1 : (int) memberId;
    }
}
