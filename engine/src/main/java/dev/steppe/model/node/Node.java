package dev.steppe.model.node;

import dev.steppe.model.job.OrderedCopy;
import dev.steppe.model.job.Resources;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A machine as its client registered it.
 *
 * @param id unique in the region, not empty
 * @param name for people
 * @param datacenter matched by the job's datacenter globs
 * @param nodeClass free text for operators and constraints
 * @param attributes what the client found out, {@code ${attr.…}}
 * @param meta what the operator said, {@code ${meta.…}}
 * @param capacity what may be given away: total less reserved
 */
public record Node(
        String id,
        String name,
        String datacenter,
        String nodeClass,
        SortedMap<String, String> attributes,
        SortedMap<String, String> meta,
        Resources capacity) {
    /** Takes ordered copies; refuses an empty id or datacenter. */
    public Node {
        if (id.isEmpty() || datacenter.isEmpty()) {
            throw new IllegalArgumentException(
                    "a node needs an id and a datacenter: '" + id + "', '" + datacenter + "'");
        }
        attributes = OrderedCopy.of(attributes);
        meta = OrderedCopy.of(meta);
    }

    /** A machine without class, attributes or meta, called by its id. */
    public static Node of(String id, String datacenter, Resources capacity) {
        return new Node(id, id, datacenter, "", new TreeMap<>(), new TreeMap<>(), capacity);
    }
}
