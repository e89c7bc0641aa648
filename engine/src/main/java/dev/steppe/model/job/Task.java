package dev.steppe.model.job;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One process of a group; all tasks of a group run on the same node.
 *
 * @param name unique in its group
 * @param driver what runs it; kept for the client, not scheduled on in this version
 * @param cpuMhz 1 and up
 * @param memoryMb 10 and up
 * @param env environment of the process; a difference is a destructive update
 * @param opaque members that Steppe does not read, {@code Config} among them
 */
public record Task(
        String name,
        String driver,
        int cpuMhz,
        int memoryMb,
        List<Constraint> constraints,
        SortedMap<String, String> env,
        SortedMap<String, String> meta,
        Opaque opaque) {
    /** Takes ordered copies. */
    public Task {
        constraints = List.copyOf(constraints);
        env = OrderedCopy.of(env);
        meta = OrderedCopy.of(meta);
    }

    /** A task without conditions, environment or meta. */
    public static Task of(String name, String driver, int cpuMhz, int memoryMb) {
        return new Task(name, driver, cpuMhz, memoryMb, List.of(), new TreeMap<>(), new TreeMap<>(), Opaque.NONE);
    }

    /** The same task with another environment. */
    public Task withEnv(SortedMap<String, String> newEnv) {
        return new Task(name, driver, cpuMhz, memoryMb, constraints, newEnv, meta, opaque);
    }
}
