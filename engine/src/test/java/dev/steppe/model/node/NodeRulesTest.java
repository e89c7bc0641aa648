package dev.steppe.model.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.model.job.Resources;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class NodeRulesTest {
    private static final Resources SOME = new Resources(1_000, 1_000, 0);
    private static final String LONG = "n".repeat(NodeRules.NAME_MAX_CHARS + 1);

    private static Node node(String id, String name, String datacenter, String nodeClass, Resources capacity) {
        return new Node(id, name, datacenter, nodeClass, new TreeMap<>(), new TreeMap<>(), capacity);
    }

    private static Node attributed(String key, String value) {
        TreeMap<String, String> attributes = new TreeMap<>();
        attributes.put(key, value);
        return new Node("n1", "n1", "dc1", "", attributes, new TreeMap<>(), SOME);
    }

    private static Node withMeta(int entryCount, int valueBytes) {
        TreeMap<String, String> meta = new TreeMap<>();
        for (int i = 0; i < entryCount; i++) {
            meta.put("k" + i, "v".repeat(valueBytes));
        }
        return new Node("n1", "n1", "dc1", "", new TreeMap<>(), meta, SOME);
    }

    static Stream<Arguments> breaches() {
        return Stream.of(
                Arguments.of(node(LONG, "", "dc1", "", SOME), "Nodes[0].ID has 129 characters"),
                Arguments.of(node("a b", "", "dc1", "", SOME), "Nodes[0].ID has U+0020 at character 2"),
                Arguments.of(node("n\ud800", "", "dc1", "", SOME), "Nodes[0].ID has U+d800 at character 2"),
                Arguments.of(node("n1", LONG, "dc1", "", SOME), "Nodes[0].Name has 129 characters"),
                Arguments.of(node("n1", "a\nb", "dc1", "", SOME), "Nodes[0].Name has a control character"),
                Arguments.of(node("n1", "", LONG, "", SOME), "Nodes[0].Datacenter has 129 characters"),
                Arguments.of(node("n1", "", "dc*", "", SOME), "Nodes[0].Datacenter has U+002a at character 3"),
                Arguments.of(node("n1", "", "dc1", LONG, SOME), "Nodes[0].NodeClass has 129 characters"),
                Arguments.of(node("n1", "", "dc1", "\udc00", SOME), "Nodes[0].NodeClass has half of a surrogate"),
                Arguments.of(attributed("", "x"), "Nodes[0].Attributes has an empty key"),
                Arguments.of(attributed("\ud800", "x"), "Nodes[0].Attributes has half of a surrogate"),
                Arguments.of(attributed("k", "ü".repeat(2_049)), "Nodes[0].Attributes has a text of 4098 bytes"),
                Arguments.of(withMeta(1_025, 1), "Nodes[0].Meta has 1025 entries"),
                Arguments.of(withMeta(17, 4_096), "Nodes[0].Attributes and Meta have"),
                Arguments.of(node("n1", "", "dc1", "", new Resources(0, 1, 0)), "Nodes[0].Capacity.CPU is 0"),
                Arguments.of(node("n1", "", "dc1", "", new Resources(1, 0, 0)), "Nodes[0].Capacity.MemoryMB is 0"),
                Arguments.of(
                        node("n1", "", "dc1", "", new Resources(1, 1, NodeRules.CAPACITY_MAX + 1)),
                        "Nodes[0].Capacity.DiskMB is 1000000001"));
    }

    @ParameterizedTest
    @MethodSource("breaches")
    void namesTheFieldOfTheFirstBreach(Node node, String sentence) {
        assertTrue(NodeRules.refusal(List.of(node)).startsWith(sentence), NodeRules.refusal(List.of(node)));
    }

    @Test
    void namesTheNodeThatBreaksARule() {
        List<Node> nodes = List.of(node("n1", "", "dc1", "", SOME), node("n 2", "", "dc1", "", SOME));
        assertTrue(NodeRules.refusal(nodes).startsWith("Nodes[1].ID"), NodeRules.refusal(nodes));
    }

    @Test
    void refusesNoneAndTooManyAtOnce() {
        assertTrue(NodeRules.refusal(List.of()).startsWith("0 nodes"));
        List<Node> many = new ArrayList<>(Collections.nCopies(NodeRules.NODES_MAX, node("n1", "", "dc1", "", SOME)));
        assertEquals("", NodeRules.refusal(many));
        many.add(many.get(0));
        assertTrue(NodeRules.refusal(many).startsWith("10001 nodes"));
    }

    @Test
    void letsThroughWhatIsJustWithinTheBounds() {
        String name = LONG.substring(1);
        Resources most = new Resources(NodeRules.CAPACITY_MAX, NodeRules.CAPACITY_MAX, NodeRules.CAPACITY_MAX);
        assertEquals("", NodeRules.refusal(List.of(node(name, name, name, name, most))));
        assertEquals("", NodeRules.refusal(List.of(node("rack-1/n_2.a~b:c@d+e", "Maschine ü", "dc1", "", SOME))));
        assertEquals("", NodeRules.refusal(List.of(attributed("k", "v".repeat(NodeRules.TEXT_MAX_BYTES)))));
    }
}
