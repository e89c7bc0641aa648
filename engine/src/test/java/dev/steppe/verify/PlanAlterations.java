package dev.steppe.verify;

import dev.steppe.model.job.Constraint;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.Opaque;
import dev.steppe.model.job.Resources;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.placement.Plan.Basis;
import dev.steppe.model.placement.Plan.DeploymentChange;
import dev.steppe.model.placement.Plan.GroupGoal;
import dev.steppe.model.placement.Plan.InPlace;
import dev.steppe.model.placement.Plan.Place;
import dev.steppe.model.placement.Plan.Stop;
import dev.steppe.model.placement.Plan.StopReason;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.state.StateSamples;
import dev.steppe.state.StateStore;
import dev.steppe.state.StateTx;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A small world, four plans that hold in it, and for every field of a plan what happens to it if it alone is wrong.
 * Whoever judges plans (the applier, apply) must accept the four and none of the others.
 *
 * <p>{@code web} moves from version 1 to 2 (a lost, a replaced, an in-place, an unneeded and a new allocation, a new
 * deployment and a cancelled one); {@code db} goes on under a running deployment and replaces a lost allocation;
 * {@code off} failed to move on and replaces a lost allocation by the stable version; {@code ok} has nothing left to
 * do.
 */
public final class PlanAlterations {
    /** Entry at which the world is committed. */
    public static final long INDEX = 100;

    /** Term of all allocations in the world; plans may be committed in it from sequence {@link #NEXT_SEQUENCE} on. */
    public static final long TERM = 1;

    /** First plan sequence that is free in {@link #TERM}. */
    public static final long NEXT_SEQUENCE = 20;

    private static final JobKey WEB = JobKey.of("web");
    private static final JobKey DB = JobKey.of("db");
    private static final JobKey OFF = JobKey.of("off");
    private static final AllocationId LOST = id(1);
    private static final AllocationId REPLACED = id(2);
    private static final AllocationId IN_PLACE = id(3);
    private static final AllocationId UNNEEDED = id(4);
    private static final AllocationId STOPPED = id(5);
    private static final AllocationId HELD = id(6);
    private static final AllocationId OF_API = id(7);
    private static final AllocationId DB_LOST = id(8);
    private static final AllocationId OK_HEALTHY = id(9);
    private static final AllocationId OFF_LOST = id(10);
    private static final AllocationId NOWHERE = id(15);
    private static final long WEB_EVAL = Evaluation.idAt(60, 0);
    private static final long API_EVAL = Evaluation.idAt(60, 1);
    private static final long OVER_EVAL = Evaluation.idAt(60, 2);
    private static final long DB_EVAL = Evaluation.idAt(60, 3);
    private static final long OK_EVAL = Evaluation.idAt(60, 4);
    private static final long OFF_EVAL = Evaluation.idAt(60, 5);
    private static final long NO_EVAL = Evaluation.idAt(61, 0);
    private static final long ENDED = Evaluation.idAt(40, 0);
    private static final long ACTIVE = Evaluation.idAt(41, 0);
    private static final long OF_API_DEPLOYMENT = Evaluation.idAt(42, 0);
    private static final long DB_DEPLOYMENT = Evaluation.idAt(43, 0);
    private static final long OK_DEPLOYMENT = Evaluation.idAt(44, 0);
    private static final long OFF_DEPLOYMENT = Evaluation.idAt(44, 1);
    private static final long NO_DEPLOYMENT = Evaluation.idAt(45, 0);

    private final List<Alteration> alterations = new ArrayList<>();

    private PlanAlterations() {}

    /**
     * A plan with one wrong field.
     *
     * @param name which field, and how it is wrong
     * @param isWhole whether nothing of the plan may hold; else the row in question, at least, may not
     */
    public record Alteration(String name, Plan plan, boolean isWhole) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** The world, committed at {@link #INDEX}. */
    public static StateStore world() {
        StateStore store = new StateStore();
        StateTx tx = store.tx();
        tx.putNode(StateSamples.node("n1", 6000), NodeStatus.READY, 1);
        tx.putNode(StateSamples.node("n2", 4000), NodeStatus.READY, 2);
        tx.putNode(StateSamples.node("n3", 500), NodeStatus.READY, 3);
        tx.putNode(StateSamples.node("n4", 1000), NodeStatus.READY, 4);
        tx.putNode(StateSamples.node("n5", "dc2", new Resources(9000, 9000, 9000)), NodeStatus.READY, 1);
        tx.putNode(StateSamples.node("n6", "dc1", new Resources(9000, 9000, 9000)), NodeStatus.READY, 1);
        Job web = job(WEB, List.of(group("g", 5), group("h", 1)));
        Job db = job(DB, List.of(group("g", 3)));
        Job off = job(OFF, List.of(group("g", 2)));
        Job ok = job(JobKey.of("ok"), List.of(group("g", 1)));
        Job api = job(JobKey.of("api"), List.of(group("g", 1)));
        for (long version = 0; version <= 2; version++) {
            tx.putJob(row(web, version));
        }
        tx.putJob(row(db, 0).withStable(true, 10));
        tx.putJob(row(db, 1));
        tx.putJob(row(db, 2));
        tx.putJob(row(off, 0).withStable(true, 10));
        tx.putJob(row(off, 1));
        tx.putJob(row(off, 2));
        tx.putJob(row(ok, 0));
        tx.putJob(row(api, 0));
        tx.putAllocation(allocation(LOST, web, "g", 0, "n2", 1));
        tx.putAllocation(allocation(REPLACED, web, "g", 1, "n1", 1));
        tx.putAllocation(allocation(IN_PLACE, web, "h", 0, "n1", 1));
        tx.putAllocation(allocation(UNNEEDED, web, "g", 5, "n1", 1));
        Allocation stopped = allocation(STOPPED, web, "g", 2, "n1", 1);
        tx.putAllocation(stopped);
        tx.putAllocation(stopped.withStatus(
                new Allocation.Status(
                        Allocation.DesiredStatus.STOP,
                        Allocation.ClientStatus.LOST,
                        Allocation.Health.UNKNOWN,
                        StopReason.LOST.text(),
                        0),
                50));
        tx.putAllocation(allocation(HELD, web, "g", 4, "n1", 1));
        tx.putAllocation(allocation(OF_API, api, "g", 0, "n2", 0));
        tx.putAllocation(allocation(DB_LOST, db, "g", 0, "n2", 1));
        tx.putAllocation(allocation(OK_HEALTHY, ok, "g", 0, "n2", 0)
                .withOrigin(new Allocation.Origin(1, 0, OK_DEPLOYMENT), Allocation.Status.PENDING, 50));
        tx.putAllocation(allocation(OFF_LOST, off, "g", 0, "n4", 2));
        tx.putNode(StateSamples.node("n2", 4000), NodeStatus.DOWN, 55);
        tx.putNode(StateSamples.node("n4", 1000), NodeStatus.DOWN, 55);
        tx.putDeployment(deployment(ENDED, WEB, 0, DeploymentStatus.SUCCESSFUL, 0));
        tx.putDeployment(deployment(ACTIVE, WEB, 1, DeploymentStatus.RUNNING, 0));
        tx.putDeployment(deployment(OF_API_DEPLOYMENT, api.key(), 0, DeploymentStatus.RUNNING, 0));
        tx.putDeployment(deployment(DB_DEPLOYMENT, DB, 2, DeploymentStatus.RUNNING, 0));
        tx.putDeployment(deployment(OK_DEPLOYMENT, ok.key(), 0, DeploymentStatus.RUNNING, 1));
        tx.putDeployment(deployment(OFF_DEPLOYMENT, OFF, 2, DeploymentStatus.FAILED, 0));
        tx.putEvaluation(evaluation(WEB_EVAL, WEB, Evaluation.Status.PENDING));
        tx.putEvaluation(evaluation(API_EVAL, api.key(), Evaluation.Status.PENDING));
        tx.putEvaluation(evaluation(OVER_EVAL, WEB, Evaluation.Status.COMPLETE));
        tx.putEvaluation(evaluation(DB_EVAL, DB, Evaluation.Status.BLOCKED));
        tx.putEvaluation(evaluation(OK_EVAL, ok.key(), Evaluation.Status.PENDING));
        tx.putEvaluation(evaluation(OFF_EVAL, OFF, Evaluation.Status.PENDING));
        store.commit(INDEX, 1_000);
        return store;
    }

    /** The plans that hold; each in the world as it was made. */
    public static List<Plan> valid() {
        return List.of(web(), db(), off(), ok());
    }

    /** Every field of the valid plans, wrong alone. */
    public static List<Alteration> all() {
        PlanAlterations all = new PlanAlterations();
        all.ofBasis(web());
        all.ofPlaces(web());
        all.ofStops(web());
        all.ofUpdates(web());
        all.ofDeployment(web());
        all.ofRunningDeployment(db());
        all.ofHaltedVersion(off());
        all.ofCompletion(ok());
        return all.alterations;
    }

    private static Plan web() {
        return new Plan(
                WEB_EVAL,
                WEB,
                new Basis(1, 2, 50, 0, 0),
                false,
                List.of(
                        new Place("g", 0, "n1", 1, 2, true, LOST, 900_000),
                        new Place("g", 1, "n1", 1, 2, true, REPLACED, 900_000),
                        new Place("g", 2, "n1", 1, 2, true, STOPPED, 0),
                        new Place("g", 3, "n1", 1, 2, true, null, 1_000_000)),
                List.of(
                        new Stop(LOST, true, StopReason.LOST),
                        new Stop(REPLACED, false, StopReason.UPDATED),
                        new Stop(UNNEEDED, false, StopReason.NOT_NEEDED)),
                List.of(new InPlace(IN_PLACE, true)),
                new DeploymentChange(List.of(new GroupGoal("g", 5), new GroupGoal("h", 1)), ACTIVE, false));
    }

    private static Plan db() {
        return new Plan(
                DB_EVAL,
                DB,
                new Basis(1, 2, 50, DB_DEPLOYMENT, 70),
                false,
                List.of(
                        new Place("g", 0, "n1", 1, 2, true, DB_LOST, 500_000),
                        new Place("g", 1, "n1", 1, 2, true, null, 500_000)),
                List.of(new Stop(DB_LOST, true, StopReason.LOST)),
                List.of(),
                DeploymentChange.NONE);
    }

    private static Plan off() {
        return new Plan(
                OFF_EVAL,
                OFF,
                new Basis(1, 2, 50, 0, 0),
                false,
                List.of(new Place("g", 0, "n1", 1, 0, false, OFF_LOST, 500_000)),
                List.of(new Stop(OFF_LOST, true, StopReason.LOST)),
                List.of(),
                DeploymentChange.NONE);
    }

    private static Plan ok() {
        return new Plan(
                OK_EVAL,
                JobKey.of("ok"),
                new Basis(1, 0, 50, OK_DEPLOYMENT, 70),
                false,
                List.of(),
                List.of(),
                List.of(),
                new DeploymentChange(List.of(), 0, true));
    }

    private void ofBasis(Plan plan) {
        Basis basis = plan.basis();
        whole("evalId: unknown", with(plan, NO_EVAL));
        whole("evalId: over", with(plan, OVER_EVAL));
        whole("evalId: another job's", with(plan, API_EVAL));
        whole("job: another", with(plan, JobKey.of("api")));
        whole("job: unknown", with(plan, JobKey.of("nope")));
        for (long step : new long[] {-1, 1}) {
            whole("basis.jobCreateIndex " + step, with(plan, new Basis(1 + step, 2, 50, 0, 0)));
            whole("basis.jobVersion " + step, with(plan, new Basis(1, 2 + step, 50, 0, 0)));
            whole("basis.placementIndex " + step, with(plan, new Basis(1, 2, 50 + step, 0, 0)));
            whole("basis.deploymentModifyIndex " + step, with(plan, new Basis(1, 2, 50, 0, step)));
        }
        whole("basis.deploymentId: of another version", with(plan, new Basis(1, 2, 50, ACTIVE, 70)));
        whole("basis.deploymentId: unknown", with(plan, new Basis(1, 2, 50, NO_DEPLOYMENT, 0)));
        whole(
                "allAtOnce",
                new Plan(
                        plan.evalId(),
                        plan.job(),
                        basis,
                        true,
                        plan.places(),
                        plan.stops(),
                        plan.updates(),
                        plan.deployment()));
    }

    private void ofPlaces(Plan plan) {
        for (int i = 0; i < plan.places().size(); i++) {
            Place row = plan.places().get(i);
            String at = "places[" + i + "].";
            whole(at + "group: unknown, or not what is replaced", withPlace(plan, i, grouped(row, "nope")), row);
            row(at + "nodeId: unknown", withPlace(plan, i, onNode(row, "nx", 1)));
            row(at + "nodeId: down", withPlace(plan, i, onNode(row, "n2", 2)));
            row(at + "nodeId: in another datacenter", withPlace(plan, i, onNode(row, "n5", 1)));
            row(at + "nodeId: not as the group wants it", withPlace(plan, i, onNode(row, "n6", 1)));
            row(at + "nodeId: full", withPlace(plan, i, onNode(row, "n3", 3)));
            row(at + "nodeSpecIndex: older", withPlace(plan, i, onNode(row, "n1", 0)));
            row(at + "nodeSpecIndex: newer", withPlace(plan, i, onNode(row, "n1", 2)));
            row(at + "jobVersion: above", withPlace(plan, i, ofVersion(row, 3)));
            row(at + "jobVersion: not kept", withPlace(plan, i, ofVersion(row, -1)));
            row(at + "jobVersion: kept, but wanted is 2", withPlace(plan, i, ofVersion(row, 0)));
            row(at + "inDeployment", withPlace(plan, i, deployed(row, !row.inDeployment())));
            whole(at + "previous: unknown", withPlace(plan, i, replacing(row, NOWHERE)));
            whole(at + "previous: of another slot", withPlace(plan, i, replacing(row, IN_PLACE)));
            whole(at + "previous: of another job", withPlace(plan, i, replacing(row, OF_API)));
            row(at + "score: below", withPlace(plan, i, scored(row, -1)));
            row(at + "score: above", withPlace(plan, i, scored(row, 1_000_001)));
        }
        Place added = plan.places().get(3);
        row("places[3].ordinal: at the count", withPlace(plan, 3, numbered(added, 6)));
        row("places[3].ordinal: negative", withPlace(plan, 3, numbered(added, -1)));
        row("places[3].ordinal: held", withPlace(plan, 3, numbered(added, 4)));
        whole("places[3].ordinal: twice", withPlace(plan, 3, numbered(added, 2)));
        whole(
                "places[0].ordinal: not what is replaced",
                withPlace(plan, 0, numbered(plan.places().get(0), 3)));
        whole(
                "places[0].previous: none",
                withPlace(plan, 0, replacing(plan.places().get(0), null)));
        whole(
                "places[2].previous: none",
                withPlace(plan, 2, replacing(plan.places().get(2), null)));
        whole(
                "places[1].previous: none",
                withPlace(plan, 1, replacing(plan.places().get(1), null)));
    }

    private void ofStops(Plan plan) {
        for (int i = 0; i < plan.stops().size(); i++) {
            Stop row = plan.stops().get(i);
            String at = "stops[" + i + "].";
            whole(at + "id: unknown", withStop(plan, i, new Stop(NOWHERE, row.lost(), row.reason())));
            whole(at + "id: another job's", withStop(plan, i, new Stop(OF_API, row.lost(), row.reason())));
            whole(at + "id: updated too", withStop(plan, i, new Stop(IN_PLACE, row.lost(), row.reason())));
            whole(at + "lost", withStop(plan, i, new Stop(row.id(), !row.lost(), row.reason())));
            StopReason other = row.lost() ? StopReason.NOT_NEEDED : StopReason.LOST;
            whole(at + "reason", withStop(plan, i, new Stop(row.id(), row.lost(), other)));
            whole(at + "lost and reason", withStop(plan, i, new Stop(row.id(), !row.lost(), other)), row.lost());
        }
        row("stops[2].id: stopped already", withStop(plan, 2, new Stop(STOPPED, false, StopReason.NOT_NEEDED)));
        whole("stops[2].id: twice", withStop(plan, 2, new Stop(REPLACED, false, StopReason.NOT_NEEDED)));
    }

    private void ofUpdates(Plan plan) {
        whole("updates[0].id: unknown", withUpdate(plan, new InPlace(NOWHERE, true)));
        whole("updates[0].id: another job's", withUpdate(plan, new InPlace(OF_API, true)));
        whole("updates[0].id: stopped too", withUpdate(plan, new InPlace(REPLACED, true)));
        row("updates[0].id: ended", withUpdate(plan, new InPlace(STOPPED, true)));
        row("updates[0].inDeployment", withUpdate(plan, new InPlace(IN_PLACE, false)));
    }

    private void ofDeployment(Plan plan) {
        GroupGoal g = new GroupGoal("g", 5);
        GroupGoal h = new GroupGoal("h", 1);
        row("deployment.create: none", with(plan, new DeploymentChange(List.of(), ACTIVE, false)));
        whole("deployment.create: a group less", with(plan, new DeploymentChange(List.of(g), ACTIVE, false)));
        whole("deployment.create: other order", with(plan, new DeploymentChange(List.of(h, g), ACTIVE, false)));
        whole(
                "deployment.create.group: unknown",
                with(plan, new DeploymentChange(List.of(g, new GroupGoal("i", 1)), ACTIVE, false)));
        for (int step : new int[] {-1, 1}) {
            GroupGoal wrong = new GroupGoal("g", 5 + step);
            whole(
                    "deployment.create.desiredTotal " + step,
                    with(plan, new DeploymentChange(List.of(wrong, h), ACTIVE, false)));
        }
        for (long id : new long[] {0, NO_DEPLOYMENT, OF_API_DEPLOYMENT, ENDED}) {
            whole("deployment.cancelId " + id, with(plan, new DeploymentChange(List.of(g, h), id, false)));
        }
        whole("deployment.complete", with(plan, new DeploymentChange(List.of(g, h), ACTIVE, true)));
    }

    private void ofRunningDeployment(Plan plan) {
        whole("db: basis.deploymentId: none", with(plan, new Basis(1, 2, 50, 0, 0)));
        whole("db: basis.deploymentId: another's", with(plan, new Basis(1, 2, 50, OK_DEPLOYMENT, 70)));
        whole("db: basis.deploymentModifyIndex", with(plan, new Basis(1, 2, 50, DB_DEPLOYMENT, 69)));
        row(
                "db: places[0].jobVersion: stable, but the wanted one is under way",
                withPlace(plan, 0, ofVersion(plan.places().get(0), 0)));
        row(
                "db: places[0].inDeployment",
                withPlace(plan, 0, deployed(plan.places().get(0), false)));
        row(
                "db: places[1].jobVersion: replaces nothing",
                withPlace(plan, 1, ofVersion(plan.places().get(1), 0)));
        row(
                "db: places[1].inDeployment",
                withPlace(plan, 1, deployed(plan.places().get(1), false)));
        whole("db: deployment.create", with(plan, new DeploymentChange(List.of(new GroupGoal("g", 3)), 0, false)));
        whole("db: deployment.cancelId: its own", with(plan, new DeploymentChange(List.of(), DB_DEPLOYMENT, false)));
        for (long id : new long[] {OF_API_DEPLOYMENT, ENDED, NO_DEPLOYMENT}) {
            whole("db: deployment.cancelId " + id, with(plan, new DeploymentChange(List.of(), id, false)));
        }
        whole("db: deployment.complete", with(plan, new DeploymentChange(List.of(), 0, true)));
    }

    private void ofHaltedVersion(Plan plan) {
        Place only = plan.places().get(0);
        row("off: places[0].jobVersion: halted", withPlace(plan, 0, ofVersion(only, 2)));
        row("off: places[0].jobVersion: not stable", withPlace(plan, 0, ofVersion(only, 1)));
        row("off: places[0].inDeployment", withPlace(plan, 0, deployed(only, true)));
        whole("off: places[0].previous: none", withPlace(plan, 0, replacing(only, null)));
        row("off: places[0]: replaces nothing", withPlace(plan, 0, numbered(replacing(only, null), 1)));
        whole("off: basis.deploymentId", with(plan, new Basis(1, 2, 50, OFF_DEPLOYMENT, 70)));
        whole("off: deployment.create", with(plan, new DeploymentChange(List.of(new GroupGoal("g", 2)), 0, false)));
    }

    private void ofCompletion(Plan plan) {
        whole("ok: basis.deploymentId", with(plan, new Basis(1, 0, 50, 0, 0)));
        whole("ok: places", withPlaces(plan, List.of(new Place("g", 0, "n1", 1, 0, true, OK_HEALTHY, 0))));
        whole("ok: deployment.create", with(plan, new DeploymentChange(List.of(new GroupGoal("g", 1)), 0, true)));
    }

    private void whole(String name, Plan plan) {
        alterations.add(new Alteration(name, plan, true));
    }

    /** Only a row that replaces nothing can have another group without contradicting the rest of the plan. */
    private void whole(String name, Plan plan, Place row) {
        alterations.add(new Alteration(name, plan, row.previous() != null));
    }

    /** What is not lost may be called lost by no word; what is lost may be stopped for another reason. */
    private void whole(String name, Plan plan, boolean isLost) {
        if (!isLost) {
            whole(name, plan);
        }
    }

    private void row(String name, Plan plan) {
        alterations.add(new Alteration(name, plan, false));
    }

    private static Plan with(Plan plan, long evalId) {
        return new Plan(
                evalId,
                plan.job(),
                plan.basis(),
                plan.allAtOnce(),
                plan.places(),
                plan.stops(),
                plan.updates(),
                plan.deployment());
    }

    private static Plan with(Plan plan, JobKey job) {
        return new Plan(
                plan.evalId(),
                job,
                plan.basis(),
                plan.allAtOnce(),
                plan.places(),
                plan.stops(),
                plan.updates(),
                plan.deployment());
    }

    private static Plan with(Plan plan, Basis basis) {
        return new Plan(
                plan.evalId(),
                plan.job(),
                basis,
                plan.allAtOnce(),
                plan.places(),
                plan.stops(),
                plan.updates(),
                plan.deployment());
    }

    private static Plan with(Plan plan, DeploymentChange change) {
        return new Plan(
                plan.evalId(),
                plan.job(),
                plan.basis(),
                plan.allAtOnce(),
                plan.places(),
                plan.stops(),
                plan.updates(),
                change);
    }

    private static Plan withPlaces(Plan plan, List<Place> places) {
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

    private static Plan withPlace(Plan plan, int row, Place place) {
        List<Place> places = new ArrayList<>(plan.places());
        places.set(row, place);
        return withPlaces(plan, places);
    }

    private static Plan withStop(Plan plan, int row, Stop stop) {
        List<Stop> stops = new ArrayList<>(plan.stops());
        stops.set(row, stop);
        return new Plan(
                plan.evalId(),
                plan.job(),
                plan.basis(),
                plan.allAtOnce(),
                plan.places(),
                stops,
                plan.updates(),
                plan.deployment());
    }

    private static Plan withUpdate(Plan plan, InPlace update) {
        return new Plan(
                plan.evalId(),
                plan.job(),
                plan.basis(),
                plan.allAtOnce(),
                plan.places(),
                plan.stops(),
                List.of(update),
                plan.deployment());
    }

    private static Place grouped(Place row, String group) {
        return new Place(
                group,
                row.ordinal(),
                row.nodeId(),
                row.nodeSpecIndex(),
                row.jobVersion(),
                row.inDeployment(),
                row.previous(),
                row.score());
    }

    private static Place numbered(Place row, int ordinal) {
        return new Place(
                row.group(),
                ordinal,
                row.nodeId(),
                row.nodeSpecIndex(),
                row.jobVersion(),
                row.inDeployment(),
                row.previous(),
                row.score());
    }

    private static Place onNode(Place row, String nodeId, long specIndex) {
        return new Place(
                row.group(),
                row.ordinal(),
                nodeId,
                specIndex,
                row.jobVersion(),
                row.inDeployment(),
                row.previous(),
                row.score());
    }

    private static Place ofVersion(Place row, long version) {
        return new Place(
                row.group(),
                row.ordinal(),
                row.nodeId(),
                row.nodeSpecIndex(),
                version,
                row.inDeployment(),
                row.previous(),
                row.score());
    }

    private static Place deployed(Place row, boolean inDeployment) {
        return new Place(
                row.group(),
                row.ordinal(),
                row.nodeId(),
                row.nodeSpecIndex(),
                row.jobVersion(),
                inDeployment,
                row.previous(),
                row.score());
    }

    private static Place replacing(Place row, @Nullable AllocationId previous) {
        return new Place(
                row.group(),
                row.ordinal(),
                row.nodeId(),
                row.nodeSpecIndex(),
                row.jobVersion(),
                row.inDeployment(),
                previous,
                row.score());
    }

    private static Place scored(Place row, int score) {
        return new Place(
                row.group(),
                row.ordinal(),
                row.nodeId(),
                row.nodeSpecIndex(),
                row.jobVersion(),
                row.inDeployment(),
                row.previous(),
                score);
    }

    private static AllocationId id(int sequence) {
        return AllocationId.of(TERM, sequence, 0);
    }

    private static Job job(JobKey key, List<TaskGroup> groups) {
        return StateSamples.job(key.id(), 1, 1000).withGroups(groups).withPlace(List.of("dc1"), new TreeMap<>());
    }

    private static TaskGroup group(String name, int count) {
        Task task = new Task("t", "exec", 1000, 1000, List.of(), new TreeMap<>(), new TreeMap<>(), Opaque.NONE);
        Constraint notN6 = new Constraint("${node.unique.id}", Constraint.Operator.NOT_EQUAL, "n6");
        return new TaskGroup(
                name, count, List.of(notN6), List.of(task), Update.DEFAULT, 300, new TreeMap<>(), Opaque.NONE);
    }

    private static JobVersion row(Job job, long version) {
        return new JobVersion(job, version, version, version, false, false, 0, new JobVersion.Indexes(1, 10, 10, 50));
    }

    private static Allocation allocation(
            AllocationId id, Job job, String group, int ordinal, String nodeId, long version) {
        return new Allocation(
                id,
                new Allocation.Slot(job.key(), group, ordinal),
                nodeId,
                new Allocation.Origin(1, version, 0),
                job.groups().get(0).ask(),
                null,
                0,
                Allocation.Status.PENDING,
                50,
                50);
    }

    private static Evaluation evaluation(long id, JobKey job, Evaluation.Status status) {
        return new Evaluation(
                id, job, 50, Evaluation.Trigger.JOB_REGISTER, status, 0, 0, 0, List.of(), id >>> 16, id >>> 16);
    }

    private static Deployment deployment(long id, JobKey job, long version, DeploymentStatus status, int healthy) {
        return new Deployment(
                id,
                job,
                new Deployment.Version(1, version),
                status,
                StatusReason.NONE,
                "",
                List.of(new Deployment.GroupState("g", false, 600_000, 0, 1, healthy, healthy, 0)),
                null,
                id >>> 16,
                70);
    }
}
