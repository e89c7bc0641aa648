package dev.steppe.multiregion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.model.job.OnFailure;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.RolloutVerb;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.model.rollout.VerbOutcome;
import dev.steppe.region.spi.RegionView;
import dev.steppe.region.spi.RolloutEvent;
import dev.steppe.region.spi.RolloutIntent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One region's watcher, answered by hand: r0 of five regions, two at a time, which waits until 600,000 ms. */
final class RolloutEvaluatorTest {
    private static final List<String> REGIONS = List.of("r0", "r1", "r2", "r3", "r4");
    private static final long STALL_MS = 600_000;

    private final MultiregionWatcher watcher = new MultiregionWatcher(WatcherSettings.DEFAULT);
    private final List<RolloutIntent> said = new ArrayList<>();
    private int refreshCount;
    private long nowMs;

    /** C5: whoever loses a race looks again; it never goes on to the next region with the slots of an old picture. */
    @Test
    void looksAgainAfterALostRaceInsteadOfStartingTheNext() {
        begin("BBPPP");
        looked("BBPPP");
        assertEquals("r2", move(RolloutVerb.RUN).region());
        answered("r2", VerbOutcome.ALREADY);
        assertInstanceOf(RolloutIntent.Look.class, only());
        looked("BBRPP");
        assertEquals("r3", move(RolloutVerb.RUN).region(), "C4: the slot that is left is filled at once");
        answered("r3", VerbOutcome.APPLIED);
        looked("BBRRP");
        assertEquals(List.of(), said);
    }

    @Test
    void goesOnWithTheSamePictureOnlyWhileEveryStartIsApplied() {
        begin("BBPPP");
        looked("BBPPP");
        assertEquals("r2", move(RolloutVerb.RUN).region());
        answered("r2", VerbOutcome.APPLIED);
        assertEquals("r3", move(RolloutVerb.RUN).region());
        answered("r3", VerbOutcome.UNKNOWN);
        assertEquals(List.of(), said, "what is not known is looked at with the tick");
        tick(5_000);
        assertInstanceOf(RolloutIntent.Look.class, only());
    }

    /** C2: both saw the other one running; the hint of the second one's completion makes somebody look again. */
    @Test
    void handsOffWhenAPeerIsCompleteAfterItLooked() {
        begin("BRPPP");
        looked("BRRPP");
        assertEquals(List.of(), said);
        hint();
        looked("BBRPP");
        assertEquals("r3", move(RolloutVerb.RUN).region());
    }

    /** C2, with the hint lost. */
    @Test
    void handsOffWithTheTickWhenNoHintArrives() {
        begin("BRPPP");
        looked("BRRPP");
        tick(4_999);
        assertEquals(List.of(), said);
        tick(5_000);
        looked("BBRPP");
        assertEquals("r3", move(RolloutVerb.RUN).region());
    }

    @Test
    void looksOnceMoreIfSomethingChangedWhileItLooked() {
        begin("BRRPP");
        hint();
        hint();
        assertEquals(1, said.size());
        looked("BRRPP");
        looked("BRRPP");
        assertEquals(List.of(), said);
    }

    @Test
    void leavesTheBarrierToTheLastRegionForAWhile() {
        begin("BBBBB");
        looked("BBBBB");
        assertEquals(List.of(), said);
        assertEquals(2_000, watcher.nextDeadlineMs());
        tick(2_000);
        looked("BBBBB");
        assertEquals("r0", move(RolloutVerb.PREPARE).region());
        answered("r0", VerbOutcome.APPLIED);
        looked("UBBSB");
        assertEquals(
                List.of("r1", "r2", "r4"),
                said.stream().map(one -> ((RolloutIntent.Move) one).region()).toList());
        answerAll(VerbOutcome.APPLIED);
        looked("USSSS");
        assertEquals("r0", move(RolloutVerb.COMMIT).region());
        answered("r0", VerbOutcome.APPLIED);
        looked("SSSSS");
        assertEquals(List.of(), watcher.openRollouts());
    }

    @Test
    void writesProgressElsewhereDownOnceATick() {
        begin("BRRPP");
        looked("BRRPP");
        assertEquals(0, refreshCount);
        nowMs = 100;
        hint();
        looked("BBRPP");
        assertEquals(1, refreshCount);
        assertEquals("r3", move(RolloutVerb.RUN).region());
        answered("r3", VerbOutcome.APPLIED);
        looked("BBRRP");
        assertEquals(1, refreshCount, "too early for another one");
        tick(5_100);
        looked("BBRRP");
        assertEquals(2, refreshCount);
    }

    @Test
    void failsByAStallOnlyAfterTwoStillTicks() {
        begin("BFFFF");
        nowMs = STALL_MS + 1;
        looked("BFFFF");
        assertEquals(List.of(), said, "the first picture proves nothing");
        tick(STALL_MS + 5_001);
        looked("BFFFF");
        assertEquals(List.of(), said);
        tick(STALL_MS + 10_002);
        looked("BFFFF");
        RolloutIntent.Move fail = move(RolloutVerb.FAIL);
        assertEquals("r0", fail.region());
        assertEquals(StatusReason.STALL, fail.reason());
    }

    @Test
    void doesNotFailByAStallWhileAPeerRunsOrIsSilent() {
        begin("BRRFF");
        looked("BRRFF");
        for (int i = 1; i < 5; i++) {
            tick(STALL_MS + i * 6_000L);
            looked(i % 2 == 0 ? "BRRFF" : "B?RFF");
            assertEquals(List.of(), said);
        }
    }

    @Test
    void forgetsEverythingWithTheLeadership() {
        begin("BRPPP");
        watcher.onStop();
        assertEquals(Long.MAX_VALUE, watcher.nextDeadlineMs());
        looked("BBPPP");
        assertEquals(List.of(), said);
    }

    @Test
    void keepsWhatTheSinkDoesNotTake() {
        watcher.onStart("r0", 2, nowMs, this::say);
        watcher.onEvent(new RolloutEvent.Changed(view("r0", 'B')), nowMs, intent -> false);
        assertEquals(0, watcher.nextDeadlineMs(), "it wants to be called again at once");
        watcher.onTime(nowMs, this::say);
        assertInstanceOf(RolloutIntent.Look.class, only());
    }

    /** The own region shows the first letter; the watcher looks. */
    private void begin(String regions) {
        watcher.onStart("r0", 2, nowMs, this::say);
        watcher.onEvent(new RolloutEvent.Changed(view("r0", regions.charAt(0))), nowMs, this::say);
        assertInstanceOf(RolloutIntent.Look.class, only());
    }

    /** Answers the look that was said last. */
    private void looked(String regions) {
        long lookId = said.stream()
                .filter(RolloutIntent.Look.class::isInstance)
                .mapToLong(RolloutIntent::requestId)
                .max()
                .orElse(-1);
        said.removeIf(RolloutIntent.Look.class::isInstance);
        List<RolloutEvent.Looked.Seen> seen = new ArrayList<>();
        for (int i = 0; i < REGIONS.size(); i++) {
            char letter = regions.charAt(i);
            seen.add(new RolloutEvent.Looked.Seen(REGIONS.get(i), letter == '?' ? null : view(REGIONS.get(i), letter)));
        }
        watcher.onEvent(new RolloutEvent.Looked(lookId, seen), nowMs, this::say);
    }

    private void answered(String region, VerbOutcome outcome) {
        RolloutIntent.Move move = (RolloutIntent.Move) only();
        assertEquals(region, move.region());
        said.clear();
        watcher.onEvent(new RolloutEvent.Answered(move.requestId(), region, outcome, null, ""), nowMs, this::say);
    }

    private void answerAll(VerbOutcome outcome) {
        List<RolloutIntent> moves = List.copyOf(said);
        said.clear();
        for (RolloutIntent one : moves) {
            RolloutIntent.Move move = (RolloutIntent.Move) one;
            watcher.onEvent(
                    new RolloutEvent.Answered(move.requestId(), move.region(), outcome, null, ""), nowMs, this::say);
        }
    }

    private boolean say(RolloutIntent intent) {
        if (intent instanceof RolloutIntent.RefreshStall) {
            refreshCount++;
            return true;
        }
        return said.add(intent);
    }

    private void hint() {
        watcher.onEvent(new RolloutEvent.PeerChanged("r1", WorldJobs.APP), nowMs, this::say);
    }

    private void tick(long toMs) {
        nowMs = toMs;
        watcher.onTime(nowMs, this::say);
    }

    private RolloutIntent only() {
        assertEquals(1, said.size(), said.toString());
        return said.get(0);
    }

    private RolloutIntent.Move move(RolloutVerb verb) {
        RolloutIntent.Move move = assertInstanceOf(RolloutIntent.Move.class, only());
        assertEquals(verb, move.verb());
        assertTrue(move.rolloutId().equals("r0-1-1"));
        return move;
    }

    private static RegionView view(String region, char letter) {
        DeploymentStatus status = switch (letter) {
            case 'P' -> DeploymentStatus.PENDING;
            case 'R' -> DeploymentStatus.RUNNING;
            case 'B' -> DeploymentStatus.BLOCKED;
            case 'U' -> DeploymentStatus.UNBLOCKING;
            case 'S' -> DeploymentStatus.SUCCESSFUL;
            default -> DeploymentStatus.FAILED;
        };
        StatusReason reason = letter == 'F' ? StatusReason.UNHEALTHY : StatusReason.NONE;
        RolloutMembership rollout =
                new RolloutMembership("r0-1-1", region, REGIONS, 2, OnFailure.FAIL_LOCAL, 7, STALL_MS, STALL_MS);
        Deployment deployment = new Deployment(
                1, WorldJobs.APP, new Deployment.Version(1, 1), status, reason, "", List.of(), rollout, 1, 1);
        return new RegionView(region, 9, 0, WorldJobs.APP, 1, -1, 9, 1, 7, false, REGIONS, deployment);
    }
}
