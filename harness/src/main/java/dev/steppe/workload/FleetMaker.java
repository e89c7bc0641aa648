package dev.steppe.workload;

import dev.steppe.model.job.Resources;
import dev.steppe.model.node.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Makes nodes: three sizes in equal parts, {@link #CLASS_COUNT} classes, two datacenters, {@link #PLATFORM_COUNT}
 * platforms of equally many classes. Size and class are drawn; ids count from {@code node-00000}.
 */
public final class FleetMaker {
    /** How many computed node classes a large fleet has. */
    public static final int CLASS_COUNT = 20;

    /** How many values {@link #PLATFORM} has. */
    public static final int PLATFORM_COUNT = 4;

    /** The attribute that jobs ask for. */
    public static final String PLATFORM = "platform";

    private static final int DATACENTER_COUNT = 2;
    private static final List<Resources> CAPACITIES = List.of(
            new Resources(4_000, 8_192, 100_000),
            new Resources(8_000, 16_384, 200_000),
            new Resources(16_000, 65_536, 400_000));

    private final SplittableRandom random;
    private int madeCount;

    /** A maker whose nodes depend on {@code seed} alone. */
    public FleetMaker(long seed) {
        random = new SplittableRandom(seed);
    }

    /** The next {@code nodeCount} nodes. */
    public List<Node> nodes(int nodeCount) {
        List<Node> nodes = new ArrayList<>(nodeCount);
        for (int i = 0; i < nodeCount; i++) {
            nodes.add(next());
        }
        return nodes;
    }

    /** The value of {@link #PLATFORM} on nodes of class {@code classNumber}, or a number of platforms itself. */
    static String platform(int classNumber) {
        return "platform-" + classNumber % PLATFORM_COUNT;
    }

    private Node next() {
        int classNumber = random.nextInt(CLASS_COUNT);
        TreeMap<String, String> attributes = new TreeMap<>();
        attributes.put("cpu.arch", classNumber < CLASS_COUNT / 2 ? "amd64" : "arm64");
        attributes.put(PLATFORM, platform(classNumber));
        String id = String.format(Locale.ROOT, "node-%05d", madeCount++);
        return new Node(
                id,
                id,
                "dc" + (1 + classNumber % DATACENTER_COUNT),
                "class-" + classNumber,
                attributes,
                new TreeMap<>(),
                CAPACITIES.get(random.nextInt(CAPACITIES.size())));
    }
}
