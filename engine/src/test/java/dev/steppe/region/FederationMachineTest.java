package dev.steppe.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.fsm.EngineFsm;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Multiregion;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.job.Opaque;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.RolloutVerb;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.model.rollout.VerbOutcome;
import dev.steppe.raft.api.machine.EntryPosition;
import dev.steppe.region.FederationOutput.Wish;
import dev.steppe.region.message.RegionMessage;
import dev.steppe.region.message.RegionMessage.RequestId;
import dev.steppe.region.spi.IntentSink;
import dev.steppe.region.spi.RegionView;
import dev.steppe.region.spi.RolloutEvent;
import dev.steppe.region.spi.RolloutIntent;
import dev.steppe.region.spi.RolloutWatcher;
import dev.steppe.state.StateView;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The federation of a server of Amsterdam; Tokyo has three servers, Oslo one. */
final class FederationMachineTest {
    private static final JobKey APP = JobKey.of("app");
    private static final List<String> REGIONS = List.of("tokyo", "amsterdam");
    private static final RequestId FOREIGN = new RequestId(9, 1);
    private static final long TERM = 4;

    private final FederationOutput output = new FederationOutput();
    private final FederationMachine machine = machine("");
    private final List<StateView> views = new ArrayList<>();
    private final EngineFsm fsm = new EngineFsm(views::add);
    private long index;

    FederationMachineTest() {
        fsm.applied(0, 0);
    }

    @Test
    void refusesAJobOfSeveralRegionsWithoutAWatcher() {
        FederationMachine bare = machine("no rollout watcher is on the class path");
        bare.start(TERM, view(), output);
        bare.submit(1, job(REGIONS), 0, output);
        assertEquals(List.of(new Wish.Refused(1, "no rollout watcher is on the class path")), wishes());
        assertNull(output.pollEvent());
    }

    @Test
    void refusesARegionThatIsNotFederated() {
        machine.start(TERM, view(), output);
        machine.submit(1, job(List.of("amsterdam", "atlantis")), 0, output);
        Wish.Refused refused = assertInstanceOf(Wish.Refused.class, wishes().get(0));
        assertTrue(refused.sentence().contains("atlantis"), refused.sentence());
        assertTrue(refused.sentence().contains("amsterdam, oslo, tokyo"), refused.sentence());
    }

    @Test
    void takesOneSubmissionOfAJobAtATimeAndTellsTheWatcherOfIt() {
        machine.start(TERM, view(), output);
        machine.submit(1, job(REGIONS), 77, output);
        machine.submit(2, job(REGIONS), 78, output);
        assertEquals(2, assertInstanceOf(Wish.Refused.class, wishes().get(0)).clientToken());
        RolloutEvent.Submitted submitted = assertInstanceOf(RolloutEvent.Submitted.class, output.pollEvent());
        assertEquals(77, submitted.submitTimeMs());
        machine.intent(new RolloutIntent.Reply(submitted.ticket(), "", "amsterdam-4-1", 3), 0, output);
        assertEquals(List.of(new Wish.Registered(1, "amsterdam-4-1", 3, new TreeMap<>())), wishes());
    }

    @Test
    void answersOpenSubmissionsWhenItLosesTheLeadership() {
        machine.start(TERM, view(), output);
        machine.submit(1, job(REGIONS), 0, output);
        machine.stop(output);
        assertEquals(1, assertInstanceOf(Wish.Unknown.class, wishes().get(0)).clientToken());
        machine.submit(2, job(REGIONS), 0, output);
        assertEquals(2, assertInstanceOf(Wish.Refused.class, wishes().get(0)).clientToken());
    }

    @Test
    void givesALateReplyToNobody() {
        machine.start(TERM, view(), output);
        machine.submit(1, job(REGIONS), 0, output);
        long ticket = assertInstanceOf(RolloutEvent.Submitted.class, output.pollEvent())
                .ticket();
        machine.stop(output);
        machine.start(TERM + 1, view(), output);
        machine.submit(2, job(REGIONS), 0, output);
        wishes();
        machine.intent(new RolloutIntent.Reply(ticket, "", "amsterdam-4-1", 0), 0, output);
        assertEquals(List.of(), wishes());
    }

    @Test
    void saysWhoLeadsWhileItFollows() {
        machine.leaderIs(2);
        machine.received("tokyo", 3, new RegionMessage.Look(FOREIGN, APP, ""), 0, output);
        assertEquals(List.of(new Wish.Send("tokyo", 3, new RegionMessage.NotLeader(FOREIGN, 2))), wishes());
    }

    @Test
    void answersALookOnlyAfterTheReadBarrier() {
        machine.start(TERM, view(), output);
        machine.received("tokyo", 3, new RegionMessage.Look(FOREIGN, APP, ""), 0, output);
        Wish.ReadBarrier barrier = assertInstanceOf(Wish.ReadBarrier.class, wishes().get(0));
        stage("tokyo-9-1", 0, 0);
        machine.readable(barrier.token(), view(), 0, output);
        Wish.Send send = assertInstanceOf(Wish.Send.class, wishes().get(0));
        RegionMessage.Seen seen = assertInstanceOf(RegionMessage.Seen.class, send.message());
        assertEquals(0, seen.view().stagedVersion());
        assertEquals(DeploymentStatus.PENDING, seen.view().deployment().status());
        assertEquals(index, seen.view().checkIndex());
    }

    @Test
    void writesARequestOnceHoweverOftenItIsSaid() {
        machine.start(TERM, view(), output);
        RegionMessage ask = new RegionMessage.Ask(FOREIGN, move(RolloutVerb.FAIL, "tokyo"));
        machine.received("tokyo", 1, ask, 0, output);
        machine.received("tokyo", 1, ask, 0, output);
        assertEquals(1, wishes().size());
    }

    @Test
    void answersAlreadyToAStageThatIsSaidAgainAfterItsAnswerWasLost() {
        machine.start(TERM, view(), output);
        RegionMessage ask = new RegionMessage.Ask(FOREIGN, stageOf("tokyo-9-1", 0, 0));
        assertEquals(VerbOutcome.APPLIED, decide(ask).outcome());
        assertEquals(VerbOutcome.ALREADY, decide(ask).outcome());
        RegionMessage other = new RegionMessage.Ask(new RequestId(9, 2), stageOf("tokyo-9-2", 0, 0));
        RegionMessage.Answered refused = decide(other);
        assertEquals(VerbOutcome.REFUSED, refused.outcome());
        assertTrue(refused.detail().contains("version 0"), refused.detail());
    }

    /** S14: what one region writes for another, and in whose name. */
    @Test
    void refusesToWriteWhatIsNotForThisRegionOrNotFromThatOne() {
        machine.start(TERM, view(), output);
        RolloutMembership misled =
                new RolloutMembership("tokyo-9-1", "tokyo", REGIONS, 1, OnFailure.DEFAULT, 1, 600_000, 0);
        List<Command> refused = List.of(
                new Command.StageJob(job(REGIONS), 0, 0, misled, 0),
                new Command.StageJob(job(List.of("amsterdam", "oslo")), 0, 0, membership("tokyo-9-1"), 0),
                move(RolloutVerb.RUN, "oslo"),
                move(RolloutVerb.PREPARE, "tokyo"),
                move(RolloutVerb.COMMIT, "tokyo"),
                new Command.StopJob(APP));
        for (Command command : refused) {
            machine.received("tokyo", 1, new RegionMessage.Ask(FOREIGN, command), 0, output);
            Wish.Send send = assertInstanceOf(Wish.Send.class, wishes().get(0), command.toString());
            RegionMessage.Answered answer = assertInstanceOf(RegionMessage.Answered.class, send.message());
            assertEquals(VerbOutcome.REFUSED, answer.outcome());
            assertTrue(!answer.detail().isEmpty());
        }
    }

    /** The same on the way out: the plugin is not trusted either. */
    @Test
    void refusesIntentsThatAskForAnotherRegionsRows() {
        machine.start(TERM, view(), output);
        machine.intent(
                new RolloutIntent.Stage(1, "tokyo", job(REGIONS), 0, 0, membership("amsterdam-4-1"), 0), 0, output);
        machine.intent(movement(2, "tokyo", RolloutVerb.COMMIT), 0, output);
        machine.intent(movement(3, "atlantis", RolloutVerb.RUN), 0, output);
        for (long id = 1; id <= 3; id++) {
            RolloutEvent.Answered answer = assertInstanceOf(RolloutEvent.Answered.class, output.pollEvent());
            assertEquals(id, answer.requestId());
            assertEquals(VerbOutcome.REFUSED, answer.outcome());
        }
        assertEquals(List.of(), wishes());
    }

    @Test
    void followsARedirectionAtOnceAndLearnsFromTheAnswer() {
        machine.start(TERM, view(), output);
        machine.intent(movement(1, "tokyo", RolloutVerb.RUN), 0, output);
        Wish.Send first = assertInstanceOf(Wish.Send.class, wishes().get(0));
        assertEquals(1, first.memberId());
        RequestId id = ((RegionMessage.Ask) first.message()).id();
        machine.received("tokyo", 1, new RegionMessage.NotLeader(id, 3), 0, output);
        assertEquals(List.of(new Wish.Send("tokyo", 3, first.message())), wishes());
        machine.received("tokyo", 3, new RegionMessage.Answered(id, VerbOutcome.APPLIED, null, ""), 0, output);
        assertEquals(new RolloutEvent.Answered(1, "tokyo", VerbOutcome.APPLIED, null, ""), output.pollEvent());
        machine.intent(movement(2, "tokyo", RolloutVerb.RUN), 0, output);
        assertEquals(3, assertInstanceOf(Wish.Send.class, wishes().get(0)).memberId());
    }

    @Test
    void doesNotRunInCircles() {
        machine.start(TERM, view(), output);
        machine.intent(movement(1, "tokyo", RolloutVerb.RUN), 0, output);
        int sentCount = 0;
        List<Wish> sent = wishes();
        while (!sent.isEmpty()) {
            sentCount++;
            Wish.Send send = assertInstanceOf(Wish.Send.class, sent.get(0));
            RequestId id = ((RegionMessage.Ask) send.message()).id();
            int other = send.memberId() == 1 ? 2 : 1;
            machine.received("tokyo", send.memberId(), new RegionMessage.NotLeader(id, other), 0, output);
            sent = wishes();
        }
        assertEquals(4, sentCount, "the first try and three redirections");
    }

    @Test
    void saysARequestAgainToTheNextServerAndKnowsNothingAtItsDeadline() {
        machine.start(TERM, view(), output);
        machine.intent(movement(1, "tokyo", RolloutVerb.RUN), 0, output);
        Wish.Send first = assertInstanceOf(Wish.Send.class, wishes().get(0));
        assertEquals(1_000, machine.nextDeadlineMs());
        machine.onTime(1_000, output);
        assertEquals(List.of(new Wish.Send("tokyo", 2, first.message())), wishes());
        machine.onTime(5_000, output);
        assertEquals(new RolloutEvent.Answered(1, "tokyo", VerbOutcome.UNKNOWN, null, ""), output.pollEvent());
        assertEquals(Long.MAX_VALUE, machine.nextDeadlineMs());
        RequestId id = ((RegionMessage.Ask) first.message()).id();
        machine.received("tokyo", 2, new RegionMessage.Answered(id, VerbOutcome.APPLIED, null, ""), 5_001, output);
        assertNull(output.pollEvent(), "an answer comes at most once");
    }

    @Test
    void passesOverAnswersOfAnotherTermOrRegion() {
        machine.start(TERM, view(), output);
        machine.intent(movement(1, "tokyo", RolloutVerb.RUN), 0, output);
        RegionMessage.Answered late =
                new RegionMessage.Answered(new RequestId(TERM - 1, 1), VerbOutcome.APPLIED, null, "");
        machine.received("tokyo", 1, late, 0, output);
        RegionMessage.Answered foreign =
                new RegionMessage.Answered(new RequestId(TERM, 1), VerbOutcome.APPLIED, null, "");
        machine.received("oslo", 1, foreign, 0, output);
        assertNull(output.pollEvent());
    }

    @Test
    void looksAtAllRegionsAndShowsTheSilentOneAsUnknown() {
        machine.start(TERM, view(), output);
        machine.intent(new RolloutIntent.Look(5, APP, "", List.of("tokyo", "amsterdam", "atlantis")), 0, output);
        List<Wish> wishes = wishes();
        Wish.ReadBarrier own = (Wish.ReadBarrier) wishes.stream()
                .filter(Wish.ReadBarrier.class::isInstance)
                .findFirst()
                .orElseThrow();
        machine.readable(own.token(), view(), 0, output);
        assertNull(output.pollEvent());
        machine.onTime(5_000, output);
        RolloutEvent.Looked looked = assertInstanceOf(RolloutEvent.Looked.class, output.pollEvent());
        assertEquals(
                List.of("tokyo", "amsterdam", "atlantis"),
                looked.seen().stream().map(RolloutEvent.Looked.Seen::region).toList());
        assertNull(looked.seen().get(0).view());
        RegionView amsterdam = looked.seen().get(1).view();
        assertEquals(-1, amsterdam.version());
        assertNull(looked.seen().get(2).view());
    }

    @Test
    void hintsEveryServerOfThePeersWhenItsOwnPartMoved() {
        machine.start(TERM, view(), output);
        stage("tokyo-9-1", 0, 0);
        machine.published(view(), output);
        assertInstanceOf(RolloutEvent.Changed.class, output.pollEvent());
        RegionMessage hint = new RegionMessage.Hint(APP);
        assertEquals(
                List.of(
                        new Wish.Send("tokyo", 1, hint),
                        new Wish.Send("tokyo", 2, hint),
                        new Wish.Send("tokyo", 3, hint)),
                wishes());
        apply(new Command.RefreshStall("tokyo-9-1", APP));
        machine.published(view(), output);
        assertInstanceOf(RolloutEvent.Changed.class, output.pollEvent());
        assertEquals(List.of(), wishes(), "a stall time is nobody else's business");
    }

    @Test
    void tellsANewLeadersWatcherOfOpenAndOfFailedParts() {
        stage("tokyo-9-1", 0, 0);
        machine.start(TERM, view(), output);
        assertEquals(
                DeploymentStatus.PENDING,
                assertInstanceOf(RolloutEvent.Changed.class, output.pollEvent())
                        .view()
                        .deployment()
                        .status());
        apply(move(RolloutVerb.RUN, "tokyo"));
        apply(move(RolloutVerb.FAIL, "tokyo"));
        machine.stop(output);
        machine.start(TERM + 1, view(), output);
        assertEquals(
                DeploymentStatus.FAILED,
                assertInstanceOf(RolloutEvent.Changed.class, output.pollEvent())
                        .view()
                        .deployment()
                        .status());
    }

    @Test
    void goesOnWithoutAWatcherThatFailed() {
        WatcherSeat seat = new WatcherSeat(new FailingWatcher(), machine);
        seat.start("amsterdam", TERM, 0, output);
        machine.start(TERM, view(), output);
        machine.submit(1, job(REGIONS), 0, output);
        seat.pump(0, output);
        assertEquals(1, assertInstanceOf(Wish.Unknown.class, wishes().get(0)).clientToken());
        machine.submit(2, job(REGIONS), 0, output);
        seat.pump(0, output);
        Wish.Refused refused = assertInstanceOf(Wish.Refused.class, wishes().get(0));
        assertTrue(refused.sentence().contains("on purpose"), refused.sentence());
        machine.received("tokyo", 1, new RegionMessage.Look(FOREIGN, APP, ""), 0, output);
        assertInstanceOf(Wish.ReadBarrier.class, wishes().get(0));
        assertEquals(Long.MAX_VALUE, seat.nextDeadlineMs());
    }

    private static final class FailingWatcher implements RolloutWatcher {
        @Override
        public void onStart(String ownRegion, long term, long nowMs, IntentSink intents) {}

        @Override
        public void onStop() {}

        @Override
        public void onEvent(RolloutEvent event, long nowMs, IntentSink intents) {
            throw new IllegalStateException("on purpose");
        }

        @Override
        public void onTime(long nowMs, IntentSink intents) {}

        @Override
        public long nextDeadlineMs() {
            return Long.MAX_VALUE;
        }

        @Override
        public void close() {}
    }

    private static FederationMachine machine(String watcherAbsence) {
        TreeMap<String, List<Integer>> servers = new TreeMap<>();
        servers.put("amsterdam", List.of(1, 2, 3));
        servers.put("tokyo", List.of(1, 2, 3));
        servers.put("oslo", List.of(1));
        return new FederationMachine(
                FederationMachine.Timing.DEFAULT, new RegionDirectory("amsterdam", 1, servers), watcherAbsence);
    }

    private StateView view() {
        return views.get(views.size() - 1);
    }

    private CommandOutcome apply(Command command) {
        index++;
        CommandOutcome outcome = fsm.apply(new EntryPosition().at(index, TERM, index), command);
        fsm.applied(index, index);
        return outcome;
    }

    private void stage(String rolloutId, long version, long checkIndex) {
        assertInstanceOf(CommandOutcome.JobStaged.class, apply(stageOf(rolloutId, version, checkIndex)));
    }

    /** What Tokyo is answered to {@code ask}. */
    private RegionMessage.Answered decide(RegionMessage ask) {
        machine.received("tokyo", 1, ask, 0, output);
        Wish.Propose propose = assertInstanceOf(Wish.Propose.class, wishes().get(0));
        CommandOutcome outcome = apply(propose.command());
        machine.decided(propose.token(), outcome, view(), 0, output);
        Wish.Send send = assertInstanceOf(Wish.Send.class, wishes().get(0));
        return assertInstanceOf(RegionMessage.Answered.class, send.message());
    }

    private List<Wish> wishes() {
        List<Wish> wishes = new ArrayList<>();
        output.drain(wishes::add);
        return wishes;
    }

    private static Command.StageJob stageOf(String rolloutId, long version, long checkIndex) {
        return new Command.StageJob(job(REGIONS), version, checkIndex, membership(rolloutId), 0);
    }

    private static RolloutMembership membership(String rolloutId) {
        return new RolloutMembership(rolloutId, "amsterdam", REGIONS, 1, OnFailure.DEFAULT, 1, 600_000, 0);
    }

    private static Command.MoveRollout move(RolloutVerb verb, String fromRegion) {
        return new Command.MoveRollout(verb, "tokyo-9-1", APP, 0, StatusReason.PEER, fromRegion);
    }

    private static RolloutIntent.Move movement(long requestId, String region, RolloutVerb verb) {
        return new RolloutIntent.Move(requestId, region, verb, "amsterdam-4-1", APP, 0, StatusReason.NONE);
    }

    private static Job job(List<String> regions) {
        Task task = new Task("server", "exec", 100, 64, List.of(), new TreeMap<>(), new TreeMap<>(), Opaque.NONE);
        TaskGroup group =
                new TaskGroup("web", 1, List.of(), List.of(task), Update.DEFAULT, 100, new TreeMap<>(), Opaque.NONE);
        List<Multiregion.RegionSpec> specs = regions.stream()
                .map(name -> new Multiregion.RegionSpec(name, 1, List.of(), new TreeMap<>()))
                .toList();
        return new Job(
                APP,
                "app",
                50,
                false,
                List.of("*"),
                List.of(),
                new TreeMap<>(),
                List.of(group),
                new Multiregion(1, OnFailure.DEFAULT, specs),
                Opaque.NONE);
    }
}
