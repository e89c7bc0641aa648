package dev.steppe.verify;

import dev.steppe.model.job.JobVersion;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.state.VerifyView;
import org.jspecify.annotations.Nullable;

/** Whether what the planner read of evaluation and job is still what is there. Answers a sentence, or null if so. */
final class BasisCheck {
    private BasisCheck() {}

    static @Nullable String refusal(Plan plan, VerifyView view) {
        String reason = ofEvaluation(plan, view.evaluation(plan.evalId()));
        if (reason != null) {
            return reason;
        }
        JobVersion job = view.job(plan.job());
        if (job == null) {
            return "job " + plan.job() + " does not exist";
        }
        reason = ofJob(plan, job);
        return reason != null ? reason : ofDeployment(plan.basis(), view.activeDeployment(job));
    }

    private static @Nullable String ofEvaluation(Plan plan, @Nullable Evaluation evaluation) {
        if (evaluation == null) {
            return "evaluation " + plan.evalId() + " does not exist";
        }
        if (!evaluation.job().equals(plan.job())) {
            return "evaluation " + plan.evalId() + " is about job " + evaluation.job() + ", the plan about "
                    + plan.job();
        }
        return evaluation.status().isTerminal()
                ? "evaluation " + plan.evalId() + " is over: " + evaluation.status()
                : null;
    }

    private static @Nullable String ofJob(Plan plan, JobVersion job) {
        Plan.Basis basis = plan.basis();
        if (basis.jobCreateIndex() != job.indexes().createIndex()) {
            return changed(
                    "incarnation", plan, basis.jobCreateIndex(), job.indexes().createIndex());
        }
        if (basis.jobVersion() != job.version()) {
            return changed("version", plan, basis.jobVersion(), job.version());
        }
        if (basis.placementIndex() != job.indexes().placementIndex()) {
            return changed(
                    "placement index",
                    plan,
                    basis.placementIndex(),
                    job.indexes().placementIndex());
        }
        if (plan.allAtOnce() != job.spec().allAtOnce()) {
            return "all at once is " + plan.allAtOnce() + " in the plan and "
                    + job.spec().allAtOnce() + " in job " + plan.job();
        }
        if (plan.places().size() > AllocationId.ROWS_MAX) {
            return "a plan of " + plan.places().size() + " places, at most " + AllocationId.ROWS_MAX;
        }
        boolean onlyStops = plan.places().isEmpty()
                && plan.updates().isEmpty()
                && plan.deployment().isNone();
        return job.stopped() && !onlyStops
                ? "job " + plan.job() + " is stopped, and the plan does more than stop"
                : null;
    }

    private static @Nullable String ofDeployment(Plan.Basis basis, @Nullable Deployment active) {
        long id = active == null ? 0 : active.id();
        long modifyIndex = active == null ? 0 : active.modifyIndex();
        if (basis.deploymentId() != id || basis.deploymentModifyIndex() != modifyIndex) {
            return "the active deployment was " + basis.deploymentId() + " at " + basis.deploymentModifyIndex()
                    + " when it was read and is " + id + " at " + modifyIndex;
        }
        return null;
    }

    private static String changed(String what, Plan plan, long read, long now) {
        return what + " of job " + plan.job() + " was " + read + " when it was read and is " + now;
    }
}
