package dev.steppe.model.node;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * What a machine must obey before it is stored; the counterpart of {@code JobRules}. Asked where a registration comes
 * in, and again by apply: the answer depends on the nodes alone. An id that passes is short enough for every place
 * where the log names nodes. Stateless, any thread.
 */
public final class NodeRules {
    /** Longest id, name, datacenter and class. */
    public static final int NAME_MAX_CHARS = 128;
    /** Longest key or value of an attribute, in UTF-8. */
    public static final int TEXT_MAX_BYTES = 4_096;
    /** All attributes of a machine together, keys and values, in UTF-8. */
    public static final int TEXTS_MAX_BYTES = 1 << 16;
    /** Most attributes, and most entries of meta. */
    public static final int ATTRIBUTES_MAX = 1_024;
    /** Most of one dimension that a machine can have: sums of a few stay within an int. */
    public static final int CAPACITY_MAX = 1_000_000_000;
    /** Most machines of one registration. */
    public static final int NODES_MAX = 10_000;

    private NodeRules() {}

    /** Why {@code nodes} cannot be registered together: one sentence about the first breach; empty if they can be. */
    public static String refusal(List<Node> nodes) {
        if (nodes.isEmpty() || nodes.size() > NODES_MAX) {
            return nodes.size() + " nodes are registered at once; name 1 to " + NODES_MAX;
        }
        for (int i = 0; i < nodes.size(); i++) {
            String breach = breach(nodes.get(i));
            if (!breach.isEmpty()) {
                return "Nodes[" + i + "]." + breach;
            }
        }
        return "";
    }

    private static String breach(Node node) {
        String breach = name("ID", node.id(), "-_.~:@+/");
        breach = breach.isEmpty() ? label("Name", node.name()) : breach;
        breach = breach.isEmpty() ? name("Datacenter", node.datacenter(), "-_.~:@+") : breach;
        breach = breach.isEmpty() ? label("NodeClass", node.nodeClass()) : breach;
        breach = breach.isEmpty() ? texts("Attributes", node.attributes()) : breach;
        breach = breach.isEmpty() ? texts("Meta", node.meta()) : breach;
        breach = breach.isEmpty() ? volume(node) : breach;
        breach = breach.isEmpty() ? amount("CPU", node.capacity().cpuMhz(), 1) : breach;
        breach = breach.isEmpty() ? amount("MemoryMB", node.capacity().memoryMb(), 1) : breach;
        return breach.isEmpty() ? amount("DiskMB", node.capacity().diskMb(), 0) : breach;
    }

    private static String name(String field, String name, String marks) {
        if (name.isEmpty() || name.length() > NAME_MAX_CHARS) {
            return field + " has " + name.length() + " characters; it must have 1 to " + NAME_MAX_CHARS;
        }
        for (int i = 0; i < name.length(); i++) {
            char one = name.charAt(i);
            boolean letter = (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z');
            if (!letter && !(one >= '0' && one <= '9') && marks.indexOf(one) < 0) {
                return field + " has U+" + Integer.toHexString(0x10000 | one).substring(1) + " at character " + (i + 1)
                        + "; use letters, digits and " + marks;
            }
        }
        return "";
    }

    /** Text for people and constraints; may be empty. */
    private static String label(String field, String text) {
        if (text.length() > NAME_MAX_CHARS) {
            return field + " has " + text.length() + " characters; it may have at most " + NAME_MAX_CHARS;
        }
        if (text.chars().anyMatch(one -> one < ' ' || one == 0x7f)) {
            return field + " has a control character; remove it";
        }
        return wellFormed(field, text);
    }

    private static String texts(String field, SortedMap<String, String> texts) {
        if (texts.size() > ATTRIBUTES_MAX) {
            return field + " has " + texts.size() + " entries; it may have at most " + ATTRIBUTES_MAX;
        }
        for (Map.Entry<String, String> entry : texts.entrySet()) {
            if (entry.getKey().isEmpty()) {
                return field + " has an empty key; remove it";
            }
            String breach = text(field, entry.getKey());
            breach = breach.isEmpty() ? text(field, entry.getValue()) : breach;
            if (!breach.isEmpty()) {
                return breach;
            }
        }
        return "";
    }

    private static String text(String field, String text) {
        long bytes = bytesOf(text);
        return bytes > TEXT_MAX_BYTES
                ? field + " has a text of " + bytes + " bytes; each may have at most " + TEXT_MAX_BYTES
                : wellFormed(field, text);
    }

    private static String wellFormed(String field, String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text)
                ? ""
                : field + " has half of a surrogate pair; it must be well-formed Unicode";
    }

    private static String volume(Node node) {
        long bytes = volumeOf(node.attributes()) + volumeOf(node.meta());
        return bytes > TEXTS_MAX_BYTES
                ? "Attributes and Meta have " + bytes + " bytes together; they may have at most " + TEXTS_MAX_BYTES
                : "";
    }

    private static long volumeOf(SortedMap<String, String> texts) {
        long bytes = 0;
        for (Map.Entry<String, String> entry : texts.entrySet()) {
            bytes += bytesOf(entry.getKey()) + bytesOf(entry.getValue());
        }
        return bytes;
    }

    private static long bytesOf(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static String amount(String field, int amount, int least) {
        return amount < least || amount > CAPACITY_MAX
                ? "Capacity." + field + " is " + amount + "; it must be " + least + " to " + CAPACITY_MAX
                : "";
    }
}
