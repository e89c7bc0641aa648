package dev.steppe.feasible;

import dev.steppe.model.node.Node;
import org.jspecify.annotations.Nullable;

/**
 * One side of a constraint, read once ({@code scheduling.md} 6.5).
 *
 * @param kind where its value comes from
 * @param text the key of an attribute or meta entry, or the literal itself
 */
record Target(Kind kind, String text) {
    private static final String ATTRIBUTE = "${attr.";
    private static final String META = "${meta.";

    enum Kind {
        LITERAL,
        NODE_ID,
        NODE_NAME,
        DATACENTER,
        NODE_CLASS,
        ATTRIBUTE,
        META,
        /** A target that does not exist: resolves nowhere. */
        UNKNOWN
    }

    static Target of(String written) {
        if (!written.startsWith("${")) {
            return new Target(Kind.LITERAL, written);
        }
        return switch (written) {
            case "${node.unique.id}" -> new Target(Kind.NODE_ID, "");
            case "${node.unique.name}" -> new Target(Kind.NODE_NAME, "");
            case "${node.datacenter}" -> new Target(Kind.DATACENTER, "");
            case "${node.class}" -> new Target(Kind.NODE_CLASS, "");
            default -> keyed(written);
        };
    }

    private static Target keyed(String written) {
        if (written.endsWith("}") && written.startsWith(ATTRIBUTE)) {
            return new Target(Kind.ATTRIBUTE, written.substring(ATTRIBUTE.length(), written.length() - 1));
        }
        if (written.endsWith("}") && written.startsWith(META)) {
            return new Target(Kind.META, written.substring(META.length(), written.length() - 1));
        }
        return new Target(Kind.UNKNOWN, "");
    }

    /** Whether nodes of one class may differ in it ({@code scheduling.md} 1.4.8). */
    boolean isUnique() {
        return switch (kind) {
            case NODE_ID, NODE_NAME -> true;
            case ATTRIBUTE, META -> text.startsWith("unique.");
            default -> false;
        };
    }

    /** Its value on {@code node}; null if it does not resolve there. Allocates nothing. */
    @Nullable
    String valueOn(Node node) {
        return switch (kind) {
            case LITERAL -> text;
            case NODE_ID -> node.id();
            case NODE_NAME -> node.name();
            case DATACENTER -> node.datacenter();
            case NODE_CLASS -> node.nodeClass();
            case ATTRIBUTE -> node.attributes().get(text);
            case META -> node.meta().get(text);
            case UNKNOWN -> null;
        };
    }
}
