package dev.steppe.demo;

import dev.steppe.model.job.Resources;
import dev.steppe.model.node.Node;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** The machines that the demo simulates: three sizes in turn. */
final class DemoNodes {
    private static final List<Resources> SIZES = List.of(
            new Resources(8_000, 16_384, 100_000),
            new Resources(16_000, 32_768, 200_000),
            new Resources(32_000, 65_536, 400_000));

    private DemoNodes() {}

    /** Machine {@code i} of {@code region}. */
    static Node node(String region, int i, String datacenter) {
        TreeMap<String, String> attributes = new TreeMap<>();
        attributes.put("kernel.name", "linux");
        attributes.put("cpu.arch", "amd64");
        attributes.put("unique.hostname", region + "-" + i);
        String id = String.format(Locale.ROOT, "%s-node-%03d", region, i);
        return new Node(id, id, datacenter, "general", attributes, new TreeMap<>(), SIZES.get(i % SIZES.size()));
    }
}
