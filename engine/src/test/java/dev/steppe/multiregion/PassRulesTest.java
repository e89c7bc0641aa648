package dev.steppe.multiregion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.steppe.model.job.OnFailure;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.StatusReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Pictures are written as one word a region, in list order; the first letter tells the status: P R B U S, F for failed
 * with a peer, X for failed by itself, Z for failed by a stall, C superseded, A aborted, D stopped (detached), ?
 * unread, - not there. The region that looks stands in brackets.
 */
final class PassRulesTest {
    @Test
    void startsTheFirstPendingRegionWhileASlotIsFree() {
        assertEquals(starts("r1"), step("[B] P P P", 1, OnFailure.DEFAULT));
        assertEquals(starts("r2"), step("[B] R P P", 2, OnFailure.DEFAULT));
        assertEquals(starts("r1", "r2"), step("[B] P P P", 2, OnFailure.DEFAULT));
        assertEquals(starts("r1", "r2", "r3"), step("[B] P P P", 0, OnFailure.DEFAULT));
    }

    @Test
    void startsNobodyWithoutASlotOrBeforeItIsComplete() {
        assertEquals(rest(), step("B [B] R P", 1, OnFailure.DEFAULT));
        assertEquals(rest(), step("R [B] R P P", 2, OnFailure.DEFAULT));
        assertEquals(rest(), step("B [R] P P", 2, OnFailure.DEFAULT));
        assertEquals(rest(), step("B [P] P P", 2, OnFailure.DEFAULT));
    }

    @Test
    void countsASilentRegionAsRunningAndSkipsNone() {
        assertEquals(rest(), step("[B] ? P P", 1, OnFailure.DEFAULT));
        assertEquals(rest(), step("[B] ? P P", 2, OnFailure.DEFAULT), "r1 may be pending: r2 is not before it");
        assertEquals(
                starts("r2"),
                PassRules.next(picture("[B] ? P P", 2, OnFailure.DEFAULT), List.of("r1"), false),
                "r1 was past pending when last seen");
        assertEquals(rest(), step("[B] - P P", 2, OnFailure.DEFAULT));
    }

    @Test
    void passesTheBarrierWhereverItStandsInTheList() {
        assertInstanceOf(PassStep.Prepare.class, step("[B] B B B", 1, OnFailure.DEFAULT));
        assertInstanceOf(PassStep.Prepare.class, step("B B B [B]", 0, OnFailure.DEFAULT));
        assertInstanceOf(PassStep.Prepare.class, step("S [B] U B", 0, OnFailure.DEFAULT));
        assertEquals(rest(), step("B R B [B]", 0, OnFailure.DEFAULT), "C3: the last one finished first");
        assertEquals(rest(), step("B ? B [B]", 0, OnFailure.DEFAULT));
    }

    @Test
    void prefersTheLastRegionThatTakesPart() {
        assertEquals(false, picture("[B] B B", 0, OnFailure.DEFAULT).isSelfLast());
        assertEquals(true, picture("B B [B]", 0, OnFailure.DEFAULT).isSelfLast());
        assertEquals(true, picture("B [B] D", 0, OnFailure.DEFAULT).isSelfLast());
    }

    @Test
    void releasesTheOthersThenItself() {
        assertEquals(new PassStep.Release(List.of("r0", "r2")), step("B [U] B S", 1, OnFailure.DEFAULT));
        assertInstanceOf(PassStep.Finish.class, step("S [U] S S", 1, OnFailure.DEFAULT));
        assertEquals(rest(), step("S [U] ? S", 1, OnFailure.DEFAULT));
        assertEquals(new PassStep.Release(List.of("r0")), step("B [U] ? S", 1, OnFailure.DEFAULT));
    }

    @Test
    void finishesAReleaseThatAFailureAfterTheBarrierInterrupted() {
        assertEquals(new PassStep.Release(List.of("r0", "r2")), step("B [U] B X", 1, OnFailure.FAIL_LOCAL));
        assertEquals(
                new PassStep.Release(List.of("r0")),
                step("B [U] X B", 1, OnFailure.DEFAULT),
                "the one after the failed one sees to itself");
        assertInstanceOf(PassStep.Finish.class, step("S [U] S X", 1, OnFailure.DEFAULT));
        assertInstanceOf(PassStep.FailSelf.class, step("S X [U] S", 1, OnFailure.DEFAULT));
    }

    @Test
    void followsTheTableOfFailAll() {
        for (String self : List.of("[P]", "[R]", "[B]", "[U]")) {
            assertInstanceOf(PassStep.FailSelf.class, step("X " + self, 1, OnFailure.FAIL_ALL), self);
            assertInstanceOf(PassStep.FailSelf.class, step(self + " X", 1, OnFailure.FAIL_ALL), self);
        }
        assertEquals(new PassStep.Push(List.of("r0", "r2")), step("B [X] P", 1, OnFailure.FAIL_ALL));
    }

    @Test
    void followsTheTableOfTheDefault() {
        for (String self : List.of("[P]", "[R]", "[B]", "[U]")) {
            assertInstanceOf(PassStep.FailSelf.class, step("X " + self, 1, OnFailure.DEFAULT), self);
        }
        assertEquals(rest(), step("[R] X P", 2, OnFailure.DEFAULT));
        assertEquals(rest(), step("[B] X P", 2, OnFailure.DEFAULT), "the hand-off is frozen");
        assertEquals(new PassStep.Push(List.of("r2", "r3")), step("B [X] P P", 1, OnFailure.DEFAULT));
    }

    @Test
    void followsTheTableOfFailLocal() {
        for (String self : List.of("[P]", "[R]")) {
            assertEquals(rest(), step("X " + self + " P", 1, OnFailure.FAIL_LOCAL), self);
        }
        assertEquals(starts("r2"), step("X [B] P", 1, OnFailure.FAIL_LOCAL));
        assertEquals(starts("r1"), step("[X] P P", 1, OnFailure.FAIL_LOCAL), "with max_parallel 1 nobody else would");
        assertEquals(rest(), step("X [B] B", 1, OnFailure.FAIL_LOCAL), "the barrier is out of reach");
        assertInstanceOf(PassStep.Done.class, step("[Z] P P", 1, OnFailure.FAIL_LOCAL));
    }

    @Test
    void pushesAFailureOnceAndOnlyItsOwn() {
        RolloutPicture failed = picture("B [X] P P", 1, OnFailure.DEFAULT);
        assertInstanceOf(PassStep.Done.class, PassRules.next(failed, List.of(), true));
        assertInstanceOf(PassStep.Done.class, step("X [F] P P", 1, OnFailure.DEFAULT));
        assertInstanceOf(PassStep.Done.class, step("B [X] F F", 1, OnFailure.DEFAULT));
    }

    @Test
    void endsWhereTheRolloutIsOverElsewhere() {
        assertEquals(new PassStep.End(StatusReason.SUPERSEDED), step("C [R] P", 1, OnFailure.DEFAULT));
        assertEquals(new PassStep.End(StatusReason.SUPERSEDED), step("B [B] C", 1, OnFailure.FAIL_LOCAL));
        assertEquals(new PassStep.End(StatusReason.ABORTED), step("[P] A -", 1, OnFailure.DEFAULT));
        assertInstanceOf(PassStep.Done.class, step("[C] R P", 1, OnFailure.DEFAULT));
    }

    @Test
    void goesOnWithoutARegionWhoseOwnerStoppedTheJob() {
        assertEquals(starts("r2"), step("D [B] P", 1, OnFailure.DEFAULT));
        assertInstanceOf(PassStep.Prepare.class, step("D [B] B", 1, OnFailure.DEFAULT));
        assertEquals(starts("r1"), step("[D] P P", 1, OnFailure.DEFAULT));
    }

    @Test
    void restsWhileItCannotReadItself() {
        assertEquals(rest(), step("B [?] P", 1, OnFailure.DEFAULT));
        assertInstanceOf(PassStep.Done.class, step("B [-] P", 1, OnFailure.DEFAULT));
    }

    private static PassStep step(String regions, int maxParallel, OnFailure policy) {
        return PassRules.next(picture(regions, maxParallel, policy), List.of(), false);
    }

    private static PassStep rest() {
        return new PassStep.Rest();
    }

    private static PassStep starts(String... regions) {
        return new PassStep.Start(List.of(regions));
    }

    private static RolloutPicture picture(String regions, int maxParallel, OnFailure policy) {
        String[] words = regions.split(" ", -1);
        List<String> names = new ArrayList<>();
        int self = -1;
        for (int i = 0; i < words.length; i++) {
            names.add("r" + i);
            if (words[i].startsWith("[")) {
                self = i;
            }
        }
        RolloutMembership rollout =
                new RolloutMembership("tokyo-2-1", names.get(self), names, maxParallel, policy, 7, 600_000, 0);
        List<Standing> standings = new ArrayList<>();
        for (int i = 0; i < words.length; i++) {
            standings.add(standing(names.get(i), words[i].replace("[", "").charAt(0), rollout));
        }
        return new RolloutPicture(rollout, standings);
    }

    private static Standing standing(String region, char letter, RolloutMembership rollout) {
        if (letter == '?') {
            return Standing.unread(region);
        }
        if (letter == '-') {
            return new Standing(region, true, null, false);
        }
        DeploymentStatus status = switch (letter) {
            case 'P' -> DeploymentStatus.PENDING;
            case 'R' -> DeploymentStatus.RUNNING;
            case 'B' -> DeploymentStatus.BLOCKED;
            case 'U' -> DeploymentStatus.UNBLOCKING;
            case 'S' -> DeploymentStatus.SUCCESSFUL;
            case 'X', 'F', 'Z' -> DeploymentStatus.FAILED;
            default -> DeploymentStatus.CANCELLED;
        };
        StatusReason reason = switch (letter) {
            case 'X' -> StatusReason.UNHEALTHY;
            case 'F' -> StatusReason.PEER;
            case 'Z' -> StatusReason.STALL;
            case 'C' -> StatusReason.SUPERSEDED;
            case 'A' -> StatusReason.ABORTED;
            case 'D' -> StatusReason.STOPPED;
            default -> StatusReason.NONE;
        };
        Deployment deployment = new Deployment(
                1, WorldJobs.APP, new Deployment.Version(1, 1), status, reason, "", List.of(), rollout, 1, 1);
        return new Standing(region, true, deployment, false);
    }
}
