package dev.steppe.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.model.job.JobVersion;
import dev.steppe.model.placement.Plan;
import dev.steppe.state.StateStore;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class PlanVerifierTest {
    private final StateStore store = PlanAlterations.world();
    private final PlanVerifier verifier = new PlanVerifier();

    static Stream<PlanAlterations.Alteration> alterations() {
        return PlanAlterations.all().stream();
    }

    @Test
    void acceptsEveryPlanThatHolds() {
        for (Plan plan : PlanAlterations.valid()) {
            PlanVerdict verdict = verifier.verify(plan, store.view());
            assertInstanceOf(PlanVerdict.Accepted.class, verdict, () -> words(verdict));
        }
    }

    @ParameterizedTest
    @MethodSource("alterations")
    void refusesAPlanWithOneWrongField(PlanAlterations.Alteration alteration) {
        PlanVerdict verdict = verifier.verify(alteration.plan(), store.view());
        assertEquals(
                alteration.isWhole() ? PlanVerdict.Refused.class : PlanVerdict.Partial.class,
                verdict.getClass(),
                () -> alteration.name() + ": " + words(verdict));
    }

    @Test
    void saysTheNumbersOfAShortage() {
        Plan web = PlanAlterations.valid().get(0);
        Plan.Place first = web.places().get(0);
        Plan.Place onFull =
                new Plan.Place(first.group(), first.ordinal(), "n3", 3, 2, true, first.previous(), first.score());
        PlanVerdict verdict = verifier.verify(withPlaces(web, List.of(onFull)), store.view());
        PlanVerdict.Partial partial = assertInstanceOf(PlanVerdict.Partial.class, verdict);
        assertEquals("n3 refused: cpu 0+1000 > 500", partial.refusals().get(0).reason());
        assertFalse(partial.holdsPlace(0));
        assertTrue(partial.holdsStop(0));
        assertTrue(partial.holdsUpdate(0));
    }

    @Test
    void countsItsOwnStopsAndEarlierPlacesOnANode() {
        Plan web = PlanAlterations.valid().get(0);
        // n1 has 6000: four live allocations hold 4000, two of them are stopped, four places ask for 4000.
        assertInstanceOf(PlanVerdict.Accepted.class, verifier.verify(web, store.view()));
        Plan.Place last = web.places().get(3);
        Plan.Stop kept = web.stops().get(2);
        Plan oneStopLess = new Plan(
                web.evalId(),
                web.job(),
                web.basis(),
                web.allAtOnce(),
                web.places(),
                web.stops().stream().filter(stop -> !stop.equals(kept)).toList(),
                web.updates(),
                web.deployment());
        PlanVerdict.Partial partial =
                assertInstanceOf(PlanVerdict.Partial.class, verifier.verify(oneStopLess, store.view()));
        assertTrue(partial.holdsPlace(2));
        assertFalse(partial.holdsPlace(3), last::toString);
        assertEquals(
                "n1 refused: cpu 6000+1000 > 6000", partial.refusals().get(0).reason());
    }

    @Test
    void refusesAllAtOnceWithItsFirstRow() {
        Plan web = PlanAlterations.valid().get(0);
        JobVersion row = store.view().job(web.job());
        store.tx()
                .putJob(new JobVersion(
                        new dev.steppe.model.job.Job(
                                row.key(),
                                row.spec().name(),
                                50,
                                true,
                                row.spec().datacenters(),
                                List.of(),
                                row.spec().meta(),
                                row.spec().groups(),
                                null,
                                row.spec().opaque()),
                        row.version(),
                        row.specVersion(),
                        row.specHash(),
                        row.stable(),
                        row.stopped(),
                        0,
                        row.indexes()));
        Plan wrong = new Plan(
                web.evalId(),
                web.job(),
                web.basis(),
                true,
                List.of(new Plan.Place("g", 3, "nx", 1, 2, true, null, 0)),
                web.stops(),
                web.updates(),
                web.deployment());
        assertEquals(
                "nx refused: it does not exist",
                assertInstanceOf(PlanVerdict.Refused.class, verifier.verify(wrong, store.tx()))
                        .reason());
    }

    @Test
    void takesOnlyStopsOfAStoppedJob() {
        Plan web = PlanAlterations.valid().get(0);
        JobVersion row = store.view().job(web.job());
        store.tx()
                .putJob(new JobVersion(
                        row.spec(), row.version(), row.specVersion(), row.specHash(), false, true, 0, row.indexes()));
        assertInstanceOf(PlanVerdict.Refused.class, verifier.verify(web, store.tx()));
        Plan onlyStops = new Plan(
                web.evalId(),
                web.job(),
                web.basis(),
                false,
                List.of(),
                web.stops(),
                List.of(),
                Plan.DeploymentChange.NONE);
        assertInstanceOf(PlanVerdict.Accepted.class, verifier.verify(onlyStops, store.tx()));
    }

    private static Plan withPlaces(Plan plan, List<Plan.Place> places) {
        return new Plan(
                plan.evalId(),
                plan.job(),
                plan.basis(),
                plan.allAtOnce(),
                places,
                plan.stops(),
                plan.updates(),
                plan.deployment());
    }

    private static String words(PlanVerdict verdict) {
        if (verdict instanceof PlanVerdict.Refused refused) {
            return refused.reason();
        }
        return verdict instanceof PlanVerdict.Partial partial
                ? partial.refusals().toString()
                : "accepted";
    }
}
