package dev.steppe.state;

import dev.steppe.model.node.Node;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What all nodes of one computed class have in common ({@code scheduling.md} 1.4.7). Classes are numbered in order of
 * appearance; a class that no node belongs to any more keeps its number.
 *
 * @param attributes without {@code unique.} keys
 * @param meta without {@code unique.} keys
 */
public record NodeClass(
        String datacenter, String nodeClass, SortedMap<String, String> attributes, SortedMap<String, String> meta) {
    private static final String UNIQUE = "unique."; // scheduling.md 1.4.7

    /** The class of {@code node}. */
    static NodeClass of(Node node) {
        return new NodeClass(node.datacenter(), node.nodeClass(), shared(node.attributes()), shared(node.meta()));
    }

    private static SortedMap<String, String> shared(SortedMap<String, String> map) {
        SortedMap<String, String> shared = new TreeMap<>(map);
        shared.keySet().removeIf(key -> key.startsWith(UNIQUE));
        return shared;
    }
}
