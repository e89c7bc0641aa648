package dev.steppe.raft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.Member;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.clock.ManualClock;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.PeerRole;
import dev.steppe.transport.Transport;
import dev.steppe.transport.memory.MemoryNetwork;
import java.util.List;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whose link messages to member 1 go over, when several servers come under that id. */
class PinnedLinksTest {
    private static final long OLD = 100;
    private static final long NEW = 200;

    private final MemoryNetwork network = new MemoryNetwork(1 << 20, 1 << 20);
    private final HaltSwitch.Recorder halts = new HaltSwitch.Recorder();
    private final NodeMail mail = new NodeMail(1 << 16, 1 << 16, 64);
    private PeerLinks links;
    private int downCount;

    @BeforeEach
    void join() throws OperatingFault {
        links = PeerLinks.join(config("server-3"), pinned(OLD), new PeerLinks.Life(7, 1), world(), mail);
    }

    private NodeWorld world() {
        return new NodeWorld(new ManualClock(0), new SeededEntropy(1), halts, network::join);
    }

    private static RaftConfig config(String third) {
        List<Member> members =
                List.of(new Member(1, "server-1", 0), new Member(2, "server-2", 0), new Member(3, third, 0));
        return new RaftConfig(
                InvokedGroup.CLUSTER_ID, "north", 2, members, RaftConfig.Timing.DEFAULT, RaftConfig.Limits.SMALL);
    }

    private static Membership pinned(long directoryId) {
        return Membership.of(
                List.of(
                        new Membership.Server(1, directoryId, "server-1", 0),
                        new Membership.Server(2, 7, "server-2", 0),
                        new Membership.Server(3, 8, "server-3", 0)),
                List.of());
    }

    /** Member 1 on that directory dials; closing it ends it. */
    private Transport comes(long directoryId, long incarnation) throws OperatingFault {
        Transport peer = network.join(
                new PeerIdentity(InvokedGroup.CLUSTER_ID, "north", PeerRole.SERVER, 1, directoryId, incarnation));
        peer.dial("server-2", PeerPolicy.server(2), new LinkListener() {
            @Override
            public void onUp(Link link) {}

            @Override
            public boolean onFrame(Link link, DirectBuffer buffer, int offset, int length) {
                return true;
            }

            @Override
            public void onDown(Link link, LinkDown reason) {
                downCount++;
            }

            @Override
            public void onRefused(String address, String sentence) {}
        });
        network.deliverAll(1_000);
        return peer;
    }

    private long spokenTo() {
        return mail.links.get(1).peer().directoryId();
    }

    @Test
    void speaksWithTheServerWhoseDirectoryIsPinnedThoughTheOldOneComesAgain() throws OperatingFault {
        links.meet(pinned(NEW));
        Transport fresh = comes(NEW, 1);
        assertEquals(NEW, spokenTo());
        Transport removed = comes(OLD, 9);
        assertEquals(NEW, spokenTo());
        removed.close();
        network.deliverAll(1_000);
        assertEquals(NEW, spokenTo());
        comes(OLD, 10);
        fresh.close();
        network.deliverAll(1_000);
        assertEquals(OLD, spokenTo(), "the only one that is there, until another comes");
        comes(NEW, 2);
        assertEquals(NEW, spokenTo());
    }

    @Test
    void turnsToTheNewServerOnceTheMembershipPinsIt() throws OperatingFault {
        comes(OLD, 1);
        comes(NEW, 1);
        assertEquals(OLD, spokenTo());
        links.meet(pinned(NEW));
        assertEquals(NEW, spokenTo());
    }

    @Test
    void speaksOverTheNewestLinkOfOneDirectoryAndFallsBackToTheOneBefore() throws OperatingFault {
        Transport first = comes(OLD, 5);
        Link before = mail.links.get(1);
        Transport second = comes(OLD, 5);
        Link after = mail.links.get(1);
        assertEquals(false, after == before);
        second.close();
        network.deliverAll(1_000);
        assertEquals(true, mail.links.get(1) == before);
        first.close();
        network.deliverAll(1_000);
        assertNull(mail.links.get(1));
    }

    @Test
    void endsEveryLinkOfWhoIsNoMemberAnyMore() throws OperatingFault {
        comes(OLD, 1);
        comes(NEW, 1);
        links.part(Membership.of(List.of(new Membership.Server(2, 7, "server-2", 0)), List.of()));
        assertNull(mail.links.get(1));
        network.deliverAll(1_000);
        assertEquals(2, downCount);
    }

    @Test
    void takesEveryDirectoryThatIsNotPinnedYet() throws OperatingFault {
        links.meet(pinned(0));
        comes(OLD, 1);
        comes(NEW, 1);
        assertEquals(NEW, spokenTo());
    }
}
