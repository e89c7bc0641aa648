package dev.steppe.raft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.Member;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.clock.ManualClock;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.PeerRole;
import dev.steppe.transport.memory.MemoryNetwork;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who dials whom, from the side of member 2 of three. */
class PeerLinksTest {
    private static final long CLUSTER_ID = 77;
    private static final String REGION = "north";

    private final MemoryNetwork network = new MemoryNetwork(1 << 20, 1 << 20);
    private final NodeMail mail = new NodeMail(1 << 14, 1 << 14, 16);
    private final TreeSet<Integer> linkedIds = new TreeSet<>();
    private final Membership membership = Membership.of(
            IntStream.rangeClosed(1, 3)
                    .mapToObj(id -> new Membership.Server(id, 0, "server-" + id, 0))
                    .toList(),
            List.of());
    private PeerLinks links;

    /** A peer that only listens, as one does that does not know member 2 yet. */
    private void letListen(int id) throws OperatingFault {
        network.join(new PeerIdentity(CLUSTER_ID, REGION, PeerRole.SERVER, id, 1))
                .listen("server-" + id, PeerPolicy.sameRegionServers(), new LinkListener() {
                    @Override
                    public void onUp(Link link) {
                        linkedIds.add(id);
                    }

                    @Override
                    public boolean onFrame(Link link, DirectBuffer buffer, int offset, int length) {
                        return true;
                    }

                    @Override
                    public void onDown(Link link, LinkDown reason) {
                        linkedIds.remove(id);
                    }

                    @Override
                    public void onRefused(String address, String sentence) {
                        throw new AssertionError("nobody is dialled: " + address + ", " + sentence);
                    }
                });
    }

    @BeforeEach
    void join() throws OperatingFault {
        letListen(1);
        letListen(3);
        List<Member> members = IntStream.rangeClosed(1, 3)
                .mapToObj(id -> new Member(id, "server-" + id, 0))
                .toList();
        RaftConfig config =
                new RaftConfig(CLUSTER_ID, REGION, 2, members, RaftConfig.Timing.DEFAULT, RaftConfig.Limits.TINY);
        NodeWorld world =
                new NodeWorld(new ManualClock(0), () -> 5, new HaltSwitch.Recorder(), self -> network.join(self));
        links = PeerLinks.join(config, membership, new PeerLinks.Life(5, 1), world, mail);
        network.deliverAll(100);
    }

    @Test
    void dialsHigherIdsWhenItBegins() {
        assertEquals(List.of(3), List.copyOf(linkedIds));
    }

    /** One that was away does not know who joined since: nobody would ever dial. */
    @Test
    void dialsLowerIdsThatHaveNoLinkOnceItMeetsThem() throws OperatingFault {
        links.meet(membership);
        network.deliverAll(100);
        assertEquals(List.of(1, 3), List.copyOf(linkedIds));
    }
}
