package dev.steppe.fault;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.fault.FaultProxy.End;
import dev.steppe.fault.FaultProxy.Toll;
import dev.steppe.fault.FaultProxy.Tolls;
import dev.steppe.fault.ProxiedGroup.Server;
import dev.steppe.fault.ProxiedGroup.Setting;
import dev.steppe.raft.api.RaftStatus.Role;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Networks that are half there (reliability N1-N4): who is heard by a majority stays, who hears nobody goes, and nobody
 * else makes a term. A term is counted, not timed; a busy machine may cost one more than a scenario does.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GroupPartitionTest {
    /** So long that a link outlives every scenario: only the members themselves find out. */
    private static final long PATIENT_LINK_MS = 60_000;

    private static final int COMMAND_COUNT = 100;

    @TempDir
    private Path directory;

    private ProxiedGroup group(int memberCount, long linkHeartbeatMs) throws Exception {
        Setting setting = Setting.of(directory, memberCount, null).withLinkHeartbeat(linkHeartbeatMs);
        ProxiedGroup group = new ProxiedGroup(setting, memberCount);
        group.commit(COMMAND_COUNT);
        group.agree();
        return group;
    }

    private static List<Server> others(ProxiedGroup group, Server... without) {
        return group.running().stream()
                .filter(server -> !List.of(without).contains(server))
                .toList();
    }

    private static void awaitCampaign(ProxiedGroup group, Server server) {
        group.await(
                "member " + server.id + " misses its leader",
                () -> server.status().role() == Role.PRE_CANDIDATE);
    }

    private static void endHealed(ProxiedGroup group, long termMax) {
        group.network.healAll();
        group.commit(COMMAND_COUNT);
        group.agree();
        assertTrue(group.term() <= termMax, "terms were made without need: " + group.term() + " of " + termMax);
    }

    /** It is heard by all and hears nobody: check-quorum must depose it, though nobody else can miss it. */
    @Test
    void deposesALeaderThatIsHeardAndHearsNobody() throws Exception {
        try (ProxiedGroup group = group(3, PATIENT_LINK_MS)) {
            long term = group.term();
            Server deaf = group.leader();
            others(group, deaf).forEach(other -> group.network.cut(other.id, deaf.id));
            group.await("a deaf leader leaves its office", () -> !deaf.leads());
            group.await("another leads", () -> group.newestLeader() != null && group.newestLeader() != deaf);
            group.commit(COMMAND_COUNT);
            endHealed(group, term + 3);
        }
    }

    @Test
    @Tag("extended")
    void replacesALeaderThatHearsAllAndIsHeardByNobody() throws Exception {
        try (ProxiedGroup group = group(3, PATIENT_LINK_MS)) {
            long term = group.term();
            Server mute = group.leader();
            others(group, mute).forEach(other -> group.network.cut(mute.id, other.id));
            group.await("another leads", () -> group.newestLeader() != null && group.newestLeader() != mute);
            group.await("a mute leader leaves its office", () -> !mute.leads());
            group.commit(COMMAND_COUNT);
            endHealed(group, term + 3);
        }
    }

    /** One direction between the leader and one follower fails; the third member hears both. */
    @Test
    @Tag("extended")
    void keepsALeaderThatOneFollowerDoesNotHear() throws Exception {
        try (ProxiedGroup group = group(3, PATIENT_LINK_MS)) {
            long term = group.term();
            Server leader = group.leader();
            Server numb = others(group, leader).get(0);
            group.network.cut(leader.id, numb.id);
            awaitCampaign(group, numb);
            group.commit(COMMAND_COUNT);
            assertSame(leader, group.leader());
            endHealed(group, term + 1);
        }
    }

    /** Two halves that hear each other through one member only (Cloudflare 2020, openraft#2080). */
    @Test
    @Tag("extended")
    void keepsItsLeaderWhileOneMemberIsTheBridge() throws Exception {
        try (ProxiedGroup group = group(5, 300)) {
            long term = group.term();
            Server leader = group.leader();
            List<Server> rest = others(group, leader);
            Server bridge = rest.get(0);
            List<Server> far = rest.subList(2, 4);
            for (Server one : far) {
                group.network.cutBoth(one.id, leader.id);
                group.network.cutBoth(one.id, rest.get(1).id);
            }
            far.forEach(one -> awaitCampaign(group, one));
            group.commit(COMMAND_COUNT);
            assertSame(leader, group.leader());
            assertNotEquals(bridge, leader);
            endHealed(group, term + 1);
        }
    }

    /** Each member hears the two beside it; that is a majority with itself, for everybody. */
    @Test
    @Tag("extended")
    void keepsItsLeaderInARing() throws Exception {
        try (ProxiedGroup group = group(5, 300)) {
            long term = group.term();
            Server leader = group.leader();
            for (int one = 1; one <= 5; one++) {
                group.network.cutBoth(one, (one + 1) % 5 + 1);
            }
            List<Server> far = others(group, leader).stream()
                    .filter(server -> Math.floorMod(server.id - leader.id, 5) == 2
                            || Math.floorMod(server.id - leader.id, 5) == 3)
                    .toList();
            far.forEach(one -> awaitCampaign(group, one));
            group.commit(COMMAND_COUNT);
            assertSame(leader, group.leader());
            endHealed(group, term + 1);
        }
    }

    /**
     * Howard and Abraham 2020: the only one who reaches a majority must win, though others have a leader to stick to.
     */
    @Test
    @Tag("extended")
    void electsTheOnlyOneThatReachesAMajority() throws Exception {
        try (ProxiedGroup group = group(5, 300)) {
            long term = group.term();
            Server leader = group.leader();
            List<Server> rest = others(group, leader);
            Server hub = rest.get(0);
            for (Server one : group.running()) {
                for (Server other : group.running()) {
                    if (one.id < other.id && one != hub && other != hub) {
                        group.network.cutBoth(one.id, other.id);
                    }
                }
            }
            group.await("the hub leads", hub::leads);
            group.commit(COMMAND_COUNT);
            endHealed(group, term + 4);
        }
    }

    /** Peers that vanish without a word: no end of the connection ever comes. */
    @Test
    void findsOutThatItsPeersAreGoneWithoutAWord() throws Exception {
        try (ProxiedGroup group = group(3, 300)) {
            long term = group.term();
            Server gone = group.leader();
            Toll swallowing = Toll.endAfter(0, End.BLACK_HOLE);
            for (Server other : others(group, gone)) {
                FaultProxy route = group.network.between(gone.id, other.id);
                route.impose(new Tolls(swallowing, swallowing));
                // What lives is dead for ever; what is dialled from now on is well.
                route.plan(ordinal -> Tolls.FREE);
            }
            long dialledCount = others(group, gone).stream()
                    .mapToLong(other -> group.network.between(gone.id, other.id).acceptedCount())
                    .sum();
            group.commit(COMMAND_COUNT);
            group.agree();
            long redialledCount = others(group, gone).stream()
                    .mapToLong(other -> group.network.between(gone.id, other.id).acceptedCount())
                    .sum();
            assertTrue(redialledCount >= dialledCount + 2, "the dead connections were not replaced");
            endHealed(group, term + 3);
        }
    }

    @Test
    @Tag("extended")
    void outlivesALinkThatFlaps() throws Exception {
        try (ProxiedGroup group = group(3, 300)) {
            long term = group.term();
            int flapCount = 10;
            for (int flap = 0; flap < flapCount; flap++) {
                Server leader = group.leader();
                Server other = others(group, leader).get(flap % 2);
                group.network.cutBoth(leader.id, other.id);
                if (flap % 3 == 0) {
                    awaitCampaign(group, other);
                }
                group.commit(COMMAND_COUNT);
                group.network.heal(leader.id, other.id);
                group.network.between(leader.id, other.id).cutAll(End.RESET);
                group.commit(COMMAND_COUNT);
            }
            endHealed(group, term + 2);
        }
    }

    /** Members are cut off one by one, and come back in another order. */
    @Test
    @Tag("extended")
    void comesTogetherAgainAfterASwizzle() throws Exception {
        try (ProxiedGroup group = group(5, 300)) {
            long term = group.term();
            Chance chance = new Chance(7);
            for (int round = 0; round < 3; round++) {
                long lastNs = 0;
                for (PartitionShape.Step step : inOrder(PartitionShape.SWIZZLE.script(5, 0, 1_000, chance))) {
                    int from = step.fromOrdinal() + 1;
                    int to = step.toOrdinal() + 1;
                    if (step.isCut()) {
                        group.network.cut(from, to);
                    } else {
                        group.network.heal(from, to);
                    }
                    if (step.afterNs() != lastNs) {
                        lastNs = step.afterNs();
                        group.linger(200);
                    }
                }
                group.network.healAll();
                group.commit(COMMAND_COUNT);
                group.agree();
            }
            endHealed(group, term + 3 * 4);
        }
    }

    private static List<PartitionShape.Step> inOrder(List<PartitionShape.Step> script) {
        return script.stream()
                .sorted(Comparator.comparingLong(PartitionShape.Step::afterNs))
                .toList();
    }

    /** 400 ms there and back, and connections that are reset again and again. */
    @Test
    @Tag("extended")
    void goesOnOverSlowLinksThatBreak() throws Exception {
        try (ProxiedGroup group = group(3, 1_000)) {
            long term = group.term();
            Toll slow = Toll.delay(TimeUnit.MILLISECONDS.toNanos(200));
            group.network.imposeAll(slow);
            group.commit(COMMAND_COUNT);
            for (int breakCount = 0; breakCount < 6; breakCount++) {
                Server leader = group.leader();
                Server other = others(group, leader).get(breakCount % 2);
                group.network.between(leader.id, other.id).cutAll(End.RESET);
                group.commit(COMMAND_COUNT);
            }
            endHealed(group, term + 2);
        }
    }
}
