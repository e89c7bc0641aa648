package dev.steppe.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
                Optional.of("only servers may speak on this lane, and member 2 is a CLIENT."),
                policy.admission(SELF, new PeerIdentity(7, "eu", PeerRole.CLIENT, 2, 0)));
        assertEquals(
                Optional.of("this lane is for servers of region eu, and member 2 is of region us."),
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
