package dev.steppe.feasible;

import dev.steppe.model.job.Constraint;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.node.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * What a group demands of a node besides room; equal sets have equal answers on every node.
 *
 * @param datacenters globs, one of which must match
 * @param constraints all of which must hold: the job's, the group's, those of its tasks, in this order
 */
public record ConditionSet(List<String> datacenters, List<Constraint> constraints) {
    /** Takes ordered copies. */
    public ConditionSet {
        datacenters = List.copyOf(datacenters);
        constraints = List.copyOf(constraints);
    }

    /** The conditions of a group of a job. */
    public static ConditionSet of(Job job, TaskGroup group) {
        List<Constraint> all = new ArrayList<>(job.constraints());
        all.addAll(group.constraints());
        for (Task task : group.tasks()) {
            all.addAll(task.constraints());
        }
        return new ConditionSet(job.datacenters(), all);
    }

    /**
     * Whether {@code node} meets all of them. Remembers nothing: who asks about many nodes has a {@link Feasibility}.
     */
    public boolean holdsOn(Node node) {
        boolean isThere = datacenters.stream().anyMatch(glob -> Glob.matches(glob, node.datacenter()));
        return isThere
                && constraints.stream()
                        .allMatch(constraint -> Condition.of(constraint).holdsOn(node));
    }
}
