package dev.steppe.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerNameTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "sched://prod/eu/server",
                "sched://prod/eu/server/3",
                "sched://prod-2/eu-west-1/client/999999999999999999",
                "sched://7/1/server/1"
            })
    void givesBackTheOneSpellingOfAName(String uri) {
        assertEquals(Optional.of(uri), PeerName.parse(uri).map(PeerName::uri));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sched://",
                "sched:///eu/server",
                "sched://prod//server",
                "sched://prod/eu/",
                "sched://prod/eu/server/",
                "sched://prod/eu/server/3/",
                "sched://prod/eu/server/3/4",
                "sched://prod/eu",
                "sched://*/eu/server",
                "sched://prod/*/server",
                "sched://prod/eu/*",
                "sched://prod/eu/server/*",
                "sched://prod/e?/server",
                "sched://prod:80/eu/server",
                "sched://me@prod/eu/server",
                "sched://prod/eu/server?x=1",
                "sched://prod/eu/server#3",
                "sched://prod/eu/server/3?x",
                "sched://PROD/eu/server",
                "SCHED://prod/eu/server",
                "sched://prod/eu/Server",
                "sched://prod/eu/planner",
                "sched://prod/eu/client",
                "sched://prod/eu/server/0",
                "sched://prod/eu/server/03",
                "sched://prod/eu/server/-3",
                "sched://prod/eu/server/+3",
                "sched://prod/eu/server/\u0663",
                "sched://prod/eu/server/1000000000000000000",
                "sched://prod/eu/server/3 ",
                " sched://prod/eu/server",
                "sched://prod/eu/../server",
                "sched://prod/%65u/server",
                "https://prod/eu/server",
                "sched:/prod/eu/server",
                "sched://a2345678901234567890123456789012345678901234567890123456789012345/eu/server"
            })
    void readsNothingElseAsAName(String uri) {
        assertEquals(Optional.empty(), PeerName.parse(uri));
    }

    @Test
    void agreesWithWhoItNames() {
        PeerName any = new PeerName("prod", "eu", PeerRole.SERVER, 0);
        PeerName three = new PeerName("prod", "eu", PeerRole.SERVER, 3);
        PeerIdentity server = new PeerIdentity(7, "eu", PeerRole.SERVER, 3, 1);
        assertEquals(Optional.empty(), any.disagreement(server));
        assertEquals(Optional.empty(), three.disagreement(server));
        assertEquals(
                Optional.of("the peer's certificate names sched://prod/eu/server/3, and it claims to be SERVER 4 of"
                        + " region eu."),
                three.disagreement(new PeerIdentity(7, "eu", PeerRole.SERVER, 4, 1)));
        assertTrue(any.disagreement(new PeerIdentity(7, "us", PeerRole.SERVER, 3, 1))
                .isPresent());
        assertTrue(any.disagreement(new PeerIdentity(7, "eu", PeerRole.CLIENT, 3, 1))
                .isPresent());
    }

    @Test
    void refusesPartsThatAreNoNames() {
        assertThrows(IllegalArgumentException.class, () -> new PeerName("*", "eu", PeerRole.SERVER, 0));
        assertThrows(IllegalArgumentException.class, () -> new PeerName("prod", "", PeerRole.SERVER, 0));
        assertThrows(IllegalArgumentException.class, () -> new PeerName("prod", "eu", PeerRole.CLIENT, 0));
        assertThrows(IllegalArgumentException.class, () -> new PeerName("prod", "eu", PeerRole.SERVER, -1));
    }
}
