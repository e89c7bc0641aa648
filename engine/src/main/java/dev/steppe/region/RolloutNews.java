package dev.steppe.region;

import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.region.FederationOutput.Wish;
import dev.steppe.region.message.RegionMessage.Hint;
import dev.steppe.region.spi.RolloutEvent;
import dev.steppe.state.StateView;
import java.util.TreeMap;

/**
 * What moved in the own region's rollouts since it was last told: to the watcher every change, to the peers a hint when
 * others have reason to look. Owned by the federation machine.
 */
final class RolloutNews {
    private final RegionDirectory directory;
    /** What was told of each deployment that is not terminal, by id. */
    private final TreeMap<Long, Deployment> told = new TreeMap<>();

    private long seenIndex;

    RolloutNews(RegionDirectory directory) {
        this.directory = directory;
    }

    /** Tells everything that is open, and what failed or was stopped last: a new leader's watcher knows nothing. */
    void start(StateView view, FederationOutput output) {
        told.clear();
        seenIndex = view.index();
        tellOpen(view, output);
        view.forEachJob(job -> {
            Deployment newest = RegionViews.rolloutDeployment(view, job.key(), "");
            if (newest != null
                    && (newest.status() == DeploymentStatus.FAILED || newest.reason() == StatusReason.STOPPED)) {
                tell(newest, view, output);
            }
        });
    }

    /** Tells what changed between the view before and this one. */
    void follow(StateView view, FederationOutput output) {
        if (view.index() <= seenIndex) {
            return;
        }
        if (view.journal().sinceIndex() > seenIndex) {
            // Views were missed: what changed and ended meanwhile is found among what was told.
            for (long id : told.keySet().stream().mapToLong(Long::longValue).toArray()) {
                visit(id, view, output);
            }
            tellOpen(view, output);
        } else {
            for (long id : view.journal().deployments()) {
                visit(id, view, output);
            }
        }
        seenIndex = view.index();
    }

    private void tellOpen(StateView view, FederationOutput output) {
        view.forEachOpenDeployment(deployment -> visit(deployment.id(), view, output));
    }

    private void visit(long id, StateView view, FederationOutput output) {
        Deployment deployment = view.deployment(id);
        if (deployment != null && !deployment.equals(told.get(id))) {
            tell(deployment, view, output);
        }
    }

    private void tell(Deployment deployment, StateView view, FederationOutput output) {
        RolloutMembership membership = deployment.membership();
        if (membership == null) {
            return;
        }
        Deployment before =
                deployment.status().isTerminal() ? told.remove(deployment.id()) : told.put(deployment.id(), deployment);
        output.tell(new RolloutEvent.Changed(
                RegionViews.of(directory.own(), view, deployment.job(), membership.rolloutId())));
        if (before == null
                || before.status() != deployment.status()
                || !before.groups().equals(deployment.groups())) {
            hint(membership, deployment, output);
        }
    }

    /** To all servers of a region: whoever leads it hears it, and nobody has to know who that is. */
    private void hint(RolloutMembership membership, Deployment deployment, FederationOutput output) {
        for (String region : membership.regions()) {
            if (directory.isKnown(region) && !directory.isOwn(region)) {
                for (int memberId : directory.servers(region)) {
                    output.wish(new Wish.Send(region, memberId, new Hint(deployment.job())));
                }
            }
        }
    }
}
