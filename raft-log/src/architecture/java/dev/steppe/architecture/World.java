package dev.steppe.architecture;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What DATA and MACHINE rooms may not touch, because it would answer differently on the next run. */
final class World {
    private static final List<String> PACKAGES = List.of(
            "java.io",
            "java.net",
            "java.nio.channels",
            "java.nio.file",
            "java.util.logging",
            "java.util.random",
            "io.netty",
            "org.apache.logging",
            "org.slf4j");

    private static final Set<String> TYPES = Set.of(
            "java.lang.Process",
            "java.lang.ProcessBuilder",
            "java.lang.Runtime",
            "java.lang.System$Logger",
            "java.lang.Thread",
            "java.lang.ThreadLocal",
            "java.security.SecureRandom",
            "java.time.Clock",
            "java.util.Random",
            "java.util.SplittableRandom",
            "java.util.Timer",
            "java.util.concurrent.CompletableFuture",
            "java.util.concurrent.Executor",
            "java.util.concurrent.ExecutorService",
            "java.util.concurrent.Executors",
            "java.util.concurrent.ForkJoinPool",
            "java.util.concurrent.ScheduledExecutorService",
            "java.util.concurrent.ThreadLocalRandom",
            "org.agrona.concurrent.AgentRunner",
            "org.agrona.concurrent.HighResolutionClock",
            "org.agrona.concurrent.HighResolutionTimer",
            "org.agrona.concurrent.OffsetEpochNanoClock",
            "org.agrona.concurrent.SystemEpochClock",
            "org.agrona.concurrent.SystemEpochMicroClock",
            "org.agrona.concurrent.SystemEpochNanoClock",
            "org.agrona.concurrent.SystemNanoClock");

    /** Owner to the names of the methods and fields that are refused. */
    private static final Map<String, Set<String>> MEMBERS = Map.of(
            "java.lang.System",
            Set.of("currentTimeMillis", "nanoTime", "getenv", "getProperty", "identityHashCode", "out", "err", "in"),
            "java.lang.Math",
            Set.of("random"),
            "java.lang.StrictMath",
            Set.of("random"),
            "java.util.Collections",
            Set.of("shuffle"),
            "java.util.UUID",
            Set.of("randomUUID"),
            "java.util.Locale",
            Set.of("getDefault"));

    private World() {}

    /** What {@code type} touches of the world, one sentence each. */
    static Stream<String> usesBy(JavaClass type) {
        Stream<String> types = type.getDirectDependenciesFromSelf().stream()
                .filter(dependency -> isRefused(dependency.getTargetClass().getBaseComponentType()))
                .map(dependency -> dependency.getDescription());
        Stream<String> members =
                type.getAccessesFromSelf().stream().filter(World::isRefused).map(access -> access.getDescription());
        return Stream.concat(types, members);
    }

    private static boolean isRefused(JavaClass target) {
        String packageName = target.getPackageName() + ".";
        return TYPES.contains(target.getName())
                || PACKAGES.stream().anyMatch(refused -> packageName.startsWith(refused + "."));
    }

    private static boolean isRefused(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        String member = access.getName();
        boolean isNow = owner.startsWith("java.time.") && member.equals("now");
        return isNow || MEMBERS.getOrDefault(owner, Set.of()).contains(member);
    }
}
