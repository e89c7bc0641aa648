package dev.steppe.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerPolicyTest {
    private static final PeerIdentity SELF = new PeerIdentity(7, "eu", PeerRole.SERVER, 1, 0);

    @Test
    void refusesAnotherClusterBeforeAnythingElse() {
        PeerIdentity stranger = new PeerIdentity(8, "us", PeerRole.CLIENT, 2, 0);
        assertEquals(
                Optional.of("this is cluster 7, and member 2 is of cluster 8."),
                PeerPolicy.sameRegionServers().admission(SELF, stranger));
    }

    @Test
    void refusesClientsAndOtherRegionsOnTheRaftLane() {
        PeerPolicy policy = PeerPolicy.sameRegionServers();
        assertEquals(
                Optional.of("only servers may speak on this lane, and the peer is a CLIENT."),
                policy.admission(SELF, new PeerIdentity(7, "eu", PeerRole.CLIENT, 2, 0)));
        assertEquals(
                Optional.of("this lane is for servers of region eu, and the peer is of region us."),
                policy.admission(SELF, new PeerIdentity(7, "us", PeerRole.SERVER, 2, 0)));
        assertTrue(policy.admission(SELF, new PeerIdentity(7, "eu", PeerRole.SERVER, 2, 0))
                .isEmpty());
    }

    @Test
    void expectsOneMemberInAnyIncarnation() {
        PeerPolicy policy = PeerPolicy.server(3);
        assertTrue(policy.admission(SELF, new PeerIdentity(7, "eu", PeerRole.SERVER, 3, 99))
                .isEmpty());
        assertEquals(
                Optional.of("member 3 was expected, and member 2 answered."),
                policy.admission(SELF, new PeerIdentity(7, "eu", PeerRole.SERVER, 2, 0)));
        assertTrue(policy.admission(SELF, new PeerIdentity(7, "eu", PeerRole.CLIENT, 3, 0))
                .isPresent());
    }

    @Test
    void judgesACertificateByRegionAndRoleBeforeAnythingIsSaid() {
        PeerName server = new PeerName("prod", "us", PeerRole.SERVER, 0);
        PeerName client = new PeerName("prod", "eu", PeerRole.CLIENT, 9);
        assertEquals(
                Optional.of("this lane is for servers of region eu, and the peer is of region us."),
                PeerPolicy.sameRegionServers().nameRefusal(SELF, server));
        assertEquals(
                Optional.of("only servers may speak on this lane, and the peer is a CLIENT."),
                PeerPolicy.sameRegionServers().nameRefusal(SELF, client));
        assertEquals(Optional.empty(), PeerPolicy.regionServers().nameRefusal(SELF, server));
        assertTrue(PeerPolicy.regionServers().nameRefusal(SELF, client).isPresent());
        assertEquals(Optional.empty(), PeerPolicy.sameRegion().nameRefusal(SELF, client));
        assertEquals(
                Optional.of("this lane is for region eu, and the peer is of region us."),
                PeerPolicy.sameRegion().nameRefusal(SELF, server));
    }

    @Test
    void expectsTheMemberThatACertificateNamesIfItNamesOne() {
        PeerPolicy policy = PeerPolicy.server(3);
        assertEquals(Optional.empty(), policy.nameRefusal(SELF, new PeerName("prod", "eu", PeerRole.SERVER, 0)));
        assertEquals(Optional.empty(), policy.nameRefusal(SELF, new PeerName("prod", "eu", PeerRole.SERVER, 3)));
        assertEquals(
                Optional.of("member 3 was expected, and the certificate names member 2."),
                policy.nameRefusal(SELF, new PeerName("prod", "eu", PeerRole.SERVER, 2)));
        assertTrue(policy.nameRefusal(SELF, new PeerName("prod", "us", PeerRole.SERVER, 3))
                .isPresent());
    }

    @Test
    void ordersLivesOfOneDirectoryOnly() {
        PeerIdentity early = new PeerIdentity(7, "eu", PeerRole.SERVER, 2, 55, 1);
        assertTrue(early.isEarlierLifeOf(new PeerIdentity(7, "eu", PeerRole.SERVER, 2, 55, 2)));
        assertFalse(early.isEarlierLifeOf(early));
        assertFalse(early.isEarlierLifeOf(new PeerIdentity(7, "eu", PeerRole.SERVER, 2, 56, 2)));
        assertFalse(early.isEarlierLifeOf(new PeerIdentity(7, "eu", PeerRole.SERVER, 3, 55, 2)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "EU",
                "eu west",
                "eu/1",
                "é",
                "a2345678901234567890123456789012345678901234567890123456789012345"
            })
    void refusesARegionThatIsNotAPlainName(String region) {
        assertThrows(IllegalArgumentException.class, () -> new PeerIdentity(7, region, PeerRole.SERVER, 1, 0));
    }

    @Test
    void refusesNumbersOutOfRange() {
        assertThrows(IllegalArgumentException.class, () -> new PeerIdentity(7, "eu", PeerRole.SERVER, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new PeerIdentity(7, "eu", PeerRole.SERVER, 1, -1));
    }

    @Test
    void takesEveryCharacterOfAPlainName() {
        assertEquals("eu-west-19", new PeerIdentity(7, "eu-west-19", PeerRole.SERVER, 1, 0).region());
    }
}
