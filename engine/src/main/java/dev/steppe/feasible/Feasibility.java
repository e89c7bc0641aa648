package dev.steppe.feasible;

import dev.steppe.model.job.Constraint;
import dev.steppe.model.node.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The answers of one {@link ConditionSet}: what nodes of a class have in common is asked once a class, what is unique
 * to a node each time. Owned by one planner.
 *
 * <p>Class numbers never change their meaning within one process ({@code NodeColumns.Page.nodeClass}), so answers stay
 * good from view to view.
 */
public final class Feasibility {
    /** The node could. */
    public static final int FEASIBLE = 0;

    /** The class was not asked yet. */
    public static final int UNKNOWN = -1;

    private static final int WRONG_DATACENTER = 1;
    private static final int FIRST_CONSTRAINT = 2;

    private final List<String> datacenters;
    private final List<Constraint> constraints;
    private final List<Condition> shared = new ArrayList<>();
    private final List<Condition> unique = new ArrayList<>();
    private int[] codeOfClass = new int[0];

    Feasibility(ConditionSet set) {
        datacenters = set.datacenters();
        constraints = set.constraints();
        for (Constraint constraint : constraints) {
            Condition condition = Condition.of(constraint);
            (condition.isUnique() ? unique : shared).add(condition);
        }
    }

    /** Whether the answer of every node of a class is the same. */
    public boolean isSharedByClass() {
        return unique.isEmpty();
    }

    /**
     * {@link #FEASIBLE}, or the code of the first reason why not: datacenter, then what nodes of its class share, then
     * what is the node's own. Allocates nothing once the class is known.
     */
    public int check(int nodeClass, Node node) {
        int code = nodeClass < codeOfClass.length ? codeOfClass[nodeClass] : UNKNOWN;
        if (code == UNKNOWN) {
            code = askClass(node);
            remember(nodeClass, code);
        }
        return code != FEASIBLE || unique.isEmpty() ? code : first(unique, node);
    }

    /**
     * What {@link #check} said of the class before, or {@link #UNKNOWN}; all there is to say if
     * {@link #isSharedByClass}.
     */
    public int known(int nodeClass) {
        return nodeClass < codeOfClass.length ? codeOfClass[nodeClass] : UNKNOWN;
    }

    /** The text of a code that is not {@link #FEASIBLE}: {@code datacenter}, or the constraint as written. */
    public String reason(int code) {
        return code == WRONG_DATACENTER
                ? "datacenter"
                : constraints.get(code - FIRST_CONSTRAINT).toString();
    }

    private int askClass(Node node) {
        for (String glob : datacenters) {
            if (Glob.matches(glob, node.datacenter())) {
                return first(shared, node);
            }
        }
        return WRONG_DATACENTER;
    }

    private int first(List<Condition> conditions, Node node) {
        for (int i = 0; i < conditions.size(); i++) {
            Condition condition = conditions.get(i);
            if (!condition.holdsOn(node)) {
                return FIRST_CONSTRAINT + constraints.indexOf(condition.constraint());
            }
        }
        return FEASIBLE;
    }

    private void remember(int nodeClass, int code) {
        if (nodeClass >= codeOfClass.length) {
            int before = codeOfClass.length;
            codeOfClass = Arrays.copyOf(codeOfClass, Math.max(16, nodeClass * 2));
            Arrays.fill(codeOfClass, before, codeOfClass.length, UNKNOWN);
        }
        codeOfClass[nodeClass] = code;
    }
}
