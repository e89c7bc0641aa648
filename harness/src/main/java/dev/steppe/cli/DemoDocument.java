package dev.steppe.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.steppe.demo.DemoReport;

/** The demo's report as the JSON document of {@code spec/cli.md}. */
final class DemoDocument {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final DemoReport report;

    DemoDocument(DemoReport report) {
        this.report = report;
    }

    /** One document, its members in the contract's order. */
    String text() {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("schema", "steppe/demo/v1");
        root.put("seed", report.seed());
        root.put("durability", report.durability());
        root.put("servers", report.servers());
        root.put("speed", report.speed());
        ArrayNode rollouts = root.putArray("rollouts");
        report.rollouts().forEach(rollout -> rollout(rollouts.addObject(), rollout));
        ArrayNode timing = root.putArray("timing");
        report.timing().forEach(one -> timing(timing.addObject(), one));
        try {
            return MAPPER.writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values cannot be written", e);
        }
    }

    private static void rollout(ObjectNode node, DemoReport.Rollout rollout) {
        node.put("version", rollout.version());
        node.put("outcome", rollout.outcome());
        node.put("submitMs", rollout.submitMs());
        node.put("roundTrips", rollout.roundTrips());
        node.put("maxRunningSeen", rollout.maxRunningSeen());
        ArrayNode startOrder = node.putArray("startOrder");
        rollout.startOrder().forEach(startOrder::add);
        ArrayNode regions = node.putArray("regions");
        rollout.regions().forEach(region -> region(regions.addObject(), region));
    }

    private static void region(ObjectNode node, DemoReport.Region region) {
        node.put("name", region.name());
        node.put("status", region.status());
        node.put("statusDescription", region.statusDescription());
        node.put("jobVersion", region.jobVersion());
        node.put("specVersion", region.specVersion());
        node.put("revertStatus", region.revertStatus());
        node.put("desired", region.counts().desired());
        node.put("placed", region.counts().placed());
        node.put("healthy", region.counts().healthy());
        node.put("unhealthy", region.counts().unhealthy());
        ObjectNode groups = node.putObject("groups");
        region.groups()
                .forEach((name, counts) -> groups.putObject(name)
                        .put("desired", counts.desired())
                        .put("placed", counts.placed())
                        .put("healthy", counts.healthy()));
        node.put("pendingAtMs", region.times().pendingAtMs());
        node.put("runningAtMs", region.times().runningAtMs());
        node.put("blockedAtMs", region.times().blockedAtMs());
        node.put("endedAtMs", region.times().endedAtMs());
    }

    private static void timing(ObjectNode node, DemoReport.Timing timing) {
        node.put("region", timing.region());
        node.put("broadcastP50Us", timing.broadcastP50Us());
        node.put("broadcastP99Us", timing.broadcastP99Us());
        node.put("broadcastP999Us", timing.broadcastP999Us());
        node.put("electionTimeoutMs", timing.electionTimeoutMs());
        node.put("ratio", timing.ratio());
        node.put("elections", timing.elections());
    }
}
