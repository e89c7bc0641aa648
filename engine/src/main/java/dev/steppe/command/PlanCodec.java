package dev.steppe.command;

import dev.steppe.command.Command.CommitPlans;
import dev.steppe.command.Command.CommitPlans.Numbered;
import dev.steppe.command.sbe.CommitPlansDecoder;
import dev.steppe.command.sbe.CommitPlansDecoder.PlansDecoder;
import dev.steppe.command.sbe.CommitPlansDecoder.PlansDecoder.ExceptionsDecoder;
import dev.steppe.command.sbe.CommitPlansDecoder.PlansDecoder.GoalsDecoder;
import dev.steppe.command.sbe.CommitPlansDecoder.PlansDecoder.PlacesDecoder;
import dev.steppe.command.sbe.CommitPlansDecoder.PlansDecoder.StopsDecoder;
import dev.steppe.command.sbe.CommitPlansDecoder.PlansDecoder.UpdatesDecoder;
import dev.steppe.command.sbe.CommitPlansDecoder.WordsDecoder;
import dev.steppe.command.sbe.CommitPlansEncoder;
import dev.steppe.command.sbe.CommitPlansEncoder.PlansEncoder;
import dev.steppe.command.sbe.CommitPlansEncoder.PlansEncoder.ExceptionsEncoder;
import dev.steppe.command.sbe.CommitPlansEncoder.PlansEncoder.GoalsEncoder;
import dev.steppe.command.sbe.CommitPlansEncoder.PlansEncoder.PlacesEncoder;
import dev.steppe.command.sbe.CommitPlansEncoder.PlansEncoder.StopsEncoder;
import dev.steppe.command.sbe.CommitPlansEncoder.PlansEncoder.UpdatesEncoder;
import dev.steppe.command.sbe.CommitPlansEncoder.WordsEncoder;
import dev.steppe.command.sbe.MessageHeaderEncoder;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.placement.Plan.Basis;
import dev.steppe.model.placement.Plan.DeploymentChange;
import dev.steppe.model.placement.Plan.GroupGoal;
import dev.steppe.model.placement.Plan.InPlace;
import dev.steppe.model.placement.Plan.Place;
import dev.steppe.model.placement.Plan.Stop;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The binary form of an entry of plans. It is most of the log, so names stand once an entry and a row refers to them: a
 * plain placement takes 21 bytes and, where its node appears for the first time, the node's id and 2.
 */
final class PlanCodec {
    private static final int ALL_AT_ONCE = 1;
    private static final int COMPLETE = 1 << 1;
    private static final int IN_DEPLOYMENT = 1;
    private static final int OTHER_VERSION = 1 << 1;
    private static final int REPLACES = 1 << 2;
    private static final int LOST = 1;

    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final CommitPlansEncoder encoder = new CommitPlansEncoder();
    private final CommitPlansDecoder decoder = new CommitPlansDecoder();
    private final WordList words = new WordList();

    /** Writes {@code command}; answers the bytes written. */
    int encode(CommitPlans command, MutableDirectBuffer buffer, int offset) {
        words.clear();
        for (Numbered numbered : command.plans()) {
            note(numbered.plan());
        }
        encoder.wrapAndApplyHeader(buffer, offset, header).term(command.term());
        WordsEncoder wordRows = encoder.wordsCount(WireCursor.rowCount(words.count()));
        for (int i = 0; i < words.count(); i++) {
            wordRows.next().word(words.word(i));
        }
        PlansEncoder rows =
                encoder.plansCount(WireCursor.rowCount(command.plans().size()));
        for (Numbered numbered : command.plans()) {
            put(rows.next(), numbered);
        }
        return encoder.limit() - offset;
    }

    /** Notes the words of {@code plan} in the order in which a reader meets them. */
    private void note(Plan plan) {
        words.note(plan.job().namespace());
        words.note(plan.job().id());
        for (Place place : plan.places()) {
            words.note(place.group());
            words.note(place.nodeId());
        }
        for (GroupGoal goal : plan.deployment().create()) {
            words.note(goal.group());
        }
    }

    private void put(PlansEncoder row, Numbered numbered) {
        Plan plan = numbered.plan();
        Basis basis = plan.basis();
        row.sequence(numbered.sequence())
                .evalId(plan.evalId())
                .namespaceWord(words.placeOf(plan.job().namespace()))
                .jobIdWord(words.placeOf(plan.job().id()))
                .jobCreateIndex(basis.jobCreateIndex())
                .jobVersion(basis.jobVersion())
                .placementIndex(basis.placementIndex())
                .deploymentId(basis.deploymentId())
                .deploymentModifyIndex(basis.deploymentModifyIndex())
                .cancelId(plan.deployment().cancelId());
        row.flags()
                .clear()
                .allAtOnce(plan.allAtOnce())
                .complete(plan.deployment().complete());
        putExceptions(row, plan);
        putPlaces(row, plan);
        putStops(row, plan.stops());
        putUpdates(row, plan.updates());
        putGoals(row, plan.deployment().create());
    }

    private static void putExceptions(PlansEncoder plan, Plan from) {
        int rowCount = 0;
        for (Place place : from.places()) {
            rowCount += isException(place, from.basis()) ? 1 : 0;
        }
        ExceptionsEncoder rows = plan.exceptionsCount(WireCursor.rowCount(rowCount));
        for (Place place : from.places()) {
            if (isException(place, from.basis())) {
                boolean otherVersion = place.jobVersion() != from.basis().jobVersion();
                AllocationId previous = place.previous();
                rows.next()
                        .jobVersion(otherVersion ? place.jobVersion() : 0)
                        .previousTerm(previous == null ? 0 : previous.term())
                        .previousSequence(previous == null ? 0 : previous.sequence());
            }
        }
    }

    private static boolean isException(Place place, Basis basis) {
        return place.previous() != null || place.jobVersion() != basis.jobVersion();
    }

    private void putPlaces(PlansEncoder plan, Plan from) {
        PlacesEncoder rows = plan.placesCount(WireCursor.rowCount(from.places().size()));
        for (Place place : from.places()) {
            rows.next()
                    .nodeSpecIndex(place.nodeSpecIndex())
                    .slotOrdinal(place.ordinal())
                    .score(place.score())
                    .groupWord(words.placeOf(place.group()))
                    .nodeWord(words.placeOf(place.nodeId()));
            rows.flags()
                    .clear()
                    .inDeployment(place.inDeployment())
                    .otherVersion(place.jobVersion() != from.basis().jobVersion())
                    .replaces(place.previous() != null);
        }
    }

    private static void putStops(PlansEncoder plan, List<Stop> stops) {
        StopsEncoder rows = plan.stopsCount(WireCursor.rowCount(stops.size()));
        for (Stop stop : stops) {
            rows.next()
                    .term(stop.id().term())
                    .sequence(stop.id().sequence())
                    .reason(WireEnum.STOP_REASON.code(stop.reason()));
            rows.flags().clear().lost(stop.lost());
        }
    }

    private static void putUpdates(PlansEncoder plan, List<InPlace> updates) {
        UpdatesEncoder rows = plan.updatesCount(WireCursor.rowCount(updates.size()));
        for (InPlace update : updates) {
            rows.next().term(update.id().term()).sequence(update.id().sequence());
            rows.flags().clear().inDeployment(update.inDeployment());
        }
    }

    private void putGoals(PlansEncoder plan, List<GroupGoal> goals) {
        GoalsEncoder rows = plan.goalsCount(WireCursor.rowCount(goals.size()));
        for (GroupGoal goal : goals) {
            rows.next().desiredTotal(goal.desiredTotal()).groupWord(words.placeOf(goal.group()));
        }
    }

    /** Reads the entry that {@code cursor} has opened. */
    CommitPlans decode(WireCursor cursor, DirectBuffer buffer, int offset) throws MalformedBytes {
        decoder.wrapAndApplyHeader(buffer, offset, cursor.block(CommitPlansDecoder.BLOCK_LENGTH));
        long term = decoder.term();
        words.clear();
        int wordCount = cursor.rows(decoder, WordsDecoder.sbeBlockLength());
        WordsDecoder wordRows = decoder.words();
        for (int i = 0; i < wordCount; i++) {
            wordRows.next();
            words.noteNew(cursor.word(decoder));
        }
        int rowCount = cursor.rows(decoder, PlansDecoder.sbeBlockLength());
        PlansDecoder rows = decoder.plans();
        List<Numbered> plans = new ArrayList<>(rowCount);
        for (int i = 0; i < rowCount; i++) {
            cursor.row(decoder, PlansDecoder.sbeBlockLength());
            rows.next();
            plans.add(new Numbered(rows.sequence(), plan(cursor, rows)));
        }
        cursor.end(decoder);
        words.allUsed();
        return new CommitPlans(term, plans);
    }

    private Plan plan(WireCursor cursor, PlansDecoder row) throws MalformedBytes {
        long evalId = row.evalId();
        JobKey job = WireCursor.jobKey(words.use(row.namespaceWord()), words.use(row.jobIdWord()));
        Basis basis = new Basis(
                row.jobCreateIndex(),
                row.jobVersion(),
                row.placementIndex(),
                row.deploymentId(),
                row.deploymentModifyIndex());
        long cancelId = row.cancelId();
        short flags = WireCursor.flags(row.flags().getRaw(), ALL_AT_ONCE | COMPLETE);
        List<PlaceException> exceptions = exceptions(cursor, row);
        List<Place> places = places(cursor, row, basis, exceptions);
        List<Stop> stops = stops(cursor, row);
        List<InPlace> updates = updates(cursor, row);
        List<GroupGoal> goals = goals(cursor, row);
        return new Plan(
                evalId,
                job,
                basis,
                (flags & ALL_AT_ONCE) != 0,
                places,
                stops,
                updates,
                new DeploymentChange(goals, cancelId, (flags & COMPLETE) != 0));
    }

    /** What a place says beyond its row; zeros where it says nothing. */
    private record PlaceException(long jobVersion, AllocationId previous) {}

    private List<PlaceException> exceptions(WireCursor cursor, PlansDecoder plan) throws MalformedBytes {
        int rowCount = cursor.rows(decoder, ExceptionsDecoder.sbeBlockLength());
        ExceptionsDecoder rows = plan.exceptions();
        List<PlaceException> exceptions = new ArrayList<>(rowCount);
        for (int i = 0; i < rowCount; i++) {
            rows.next();
            exceptions.add(new PlaceException(
                    rows.jobVersion(), new AllocationId(rows.previousTerm(), rows.previousSequence())));
        }
        return exceptions;
    }

    private List<Place> places(WireCursor cursor, PlansDecoder plan, Basis basis, List<PlaceException> exceptions)
            throws MalformedBytes {
        int rowCount = cursor.rows(decoder, PlacesDecoder.sbeBlockLength());
        PlacesDecoder rows = plan.places();
        List<Place> places = new ArrayList<>(rowCount);
        int exceptionIndex = 0;
        for (int i = 0; i < rowCount; i++) {
            rows.next();
            short flags = WireCursor.flags(rows.flags().getRaw(), IN_DEPLOYMENT | OTHER_VERSION | REPLACES);
            String group = words.use(rows.groupWord());
            String nodeId = words.use(rows.nodeWord());
            boolean otherVersion = (flags & OTHER_VERSION) != 0;
            boolean replaces = (flags & REPLACES) != 0;
            PlaceException exception = null;
            if (otherVersion || replaces) {
                if (exceptionIndex == exceptions.size()) {
                    throw new MalformedBytes("place " + i + " of a plan lacks its exception");
                }
                exception = exceptions.get(exceptionIndex++);
                check(exception, otherVersion, replaces, basis);
            }
            places.add(new Place(
                    group,
                    rows.slotOrdinal(),
                    nodeId,
                    rows.nodeSpecIndex(),
                    exception != null && otherVersion ? exception.jobVersion() : basis.jobVersion(),
                    (flags & IN_DEPLOYMENT) != 0,
                    exception != null && replaces ? exception.previous() : null,
                    rows.score()));
        }
        if (exceptionIndex != exceptions.size()) {
            throw new MalformedBytes("an exception without its place in a plan");
        }
        return places;
    }

    /** One value, one form: what is said elsewhere, or not at all, is zero here. */
    private static void check(PlaceException exception, boolean otherVersion, boolean replaces, Basis basis)
            throws MalformedBytes {
        if (otherVersion ? exception.jobVersion() == basis.jobVersion() : exception.jobVersion() != 0) {
            throw new MalformedBytes("job version " + exception.jobVersion() + " in an exception of a plan");
        }
        if (!replaces
                && (exception.previous().term() != 0 || exception.previous().sequence() != 0)) {
            throw new MalformedBytes("a replaced allocation in an exception that replaces none");
        }
    }

    private List<Stop> stops(WireCursor cursor, PlansDecoder plan) throws MalformedBytes {
        int rowCount = cursor.rows(decoder, StopsDecoder.sbeBlockLength());
        StopsDecoder rows = plan.stops();
        List<Stop> stops = new ArrayList<>(rowCount);
        for (int i = 0; i < rowCount; i++) {
            rows.next();
            stops.add(new Stop(
                    new AllocationId(rows.term(), rows.sequence()),
                    WireCursor.flags(rows.flags().getRaw(), LOST) != 0,
                    WireEnum.STOP_REASON.constant(rows.reason())));
        }
        return stops;
    }

    private List<InPlace> updates(WireCursor cursor, PlansDecoder plan) throws MalformedBytes {
        int rowCount = cursor.rows(decoder, UpdatesDecoder.sbeBlockLength());
        UpdatesDecoder rows = plan.updates();
        List<InPlace> updates = new ArrayList<>(rowCount);
        for (int i = 0; i < rowCount; i++) {
            rows.next();
            updates.add(new InPlace(
                    new AllocationId(rows.term(), rows.sequence()),
                    WireCursor.flags(rows.flags().getRaw(), IN_DEPLOYMENT) != 0));
        }
        return updates;
    }

    private List<GroupGoal> goals(WireCursor cursor, PlansDecoder plan) throws MalformedBytes {
        int rowCount = cursor.rows(decoder, GoalsDecoder.sbeBlockLength());
        GoalsDecoder rows = plan.goals();
        List<GroupGoal> goals = new ArrayList<>(rowCount);
        for (int i = 0; i < rowCount; i++) {
            rows.next();
            goals.add(new GroupGoal(words.use(rows.groupWord()), rows.desiredTotal()));
        }
        return goals;
    }
}
