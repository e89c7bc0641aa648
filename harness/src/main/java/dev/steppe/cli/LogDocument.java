package dev.steppe.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.steppe.raft.log.LogInspection;
import dev.steppe.raft.log.Place;
import java.util.Locale;

/** What was seen in a data directory as the JSON document of {@code spec/cli.md}. */
final class LogDocument {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private LogDocument() {}

    /** One document, its members in the contract's order; what is not there is null. */
    static String text(LogInspection inspection) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("schema", "steppe/log/v1");
        root.put("verdict", inspection.verdict().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        Place place = inspection.place();
        if (place == null) {
            root.putNull("place");
        } else {
            ObjectNode node = root.putObject("place");
            node.put("file", place.fileName());
            put(node, "offset", place.offset(), place.offset() != Place.WHOLE_FILE);
            put(node, "index", place.index(), place.index() != 0);
        }
        root.put(
                "reason",
                inspection.reason() == null ? null : inspection.reason().name());
        boolean isRead = inspection.firstIndex() != 0;
        put(root, "firstIndex", inspection.firstIndex(), isRead);
        put(root, "lastIndex", inspection.lastIndex(), isRead);
        ObjectNode watermark = root.putObject("watermark");
        watermark.put("term", inspection.watermark().term());
        watermark.put("index", inspection.watermark().index());
        LogInspection.HardState vault = inspection.vault();
        put(root, "term", vault == null ? 0 : vault.term(), vault != null);
        put(root, "vote", vault == null ? 0 : vault.votedFor(), vault != null && vault.votedFor() >= 0);
        root.put("quarantine", vault == null ? null : vault.quarantine().toLowerCase(Locale.ROOT));
        root.put("formatVersion", LogInspection.formatVersion());
        ArrayNode segments = root.putArray("segments");
        for (LogInspection.Segment segment : inspection.segments()) {
            ObjectNode node = segments.addObject();
            node.put("file", segment.fileName());
            node.put("generation", segment.generation());
            put(node, "firstIndex", segment.firstIndex(), segment.firstIndex() != 0);
            put(node, "lastIndex", segment.lastIndex(), segment.firstIndex() != 0);
            node.put("bytes", segment.lengthBytes());
        }
        try {
            return MAPPER.writeValueAsString(root);
        } catch (JsonProcessingException fault) {
            throw new IllegalStateException("a tree of plain values cannot be written", fault);
        }
    }

    private static void put(ObjectNode node, String name, long value, boolean isThere) {
        if (isThere) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }
}
