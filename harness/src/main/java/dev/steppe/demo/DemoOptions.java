package dev.steppe.demo;

import dev.steppe.model.job.OnFailure;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What an operator chose.
 *
 * @param regions in order; the job's list if it has one
 * @param servers servers of each region: 1, 3, 5 or 7
 * @param nodes machines of each region, 1 and up
 * @param maxParallel overrides the job's
 * @param onFailure overrides the job's
 * @param failing the region whose machines report version 1 unhealthy
 * @param speed divides the job's own durations, 1 and up
 * @param directory where data goes; removed at the end unless the operator chose it
 * @param seed of every chance
 */
public record DemoOptions(
        List<String> regions,
        int servers,
        int nodes,
        Optional<Integer> maxParallel,
        Optional<OnFailure> onFailure,
        Optional<String> failing,
        double speed,
        Path directory,
        long seed) {
    /** Takes an ordered copy; refuses numbers out of range and a failing region that is not in the list. */
    public DemoOptions {
        regions = List.copyOf(regions);
        if (servers != 1 && servers != 3 && servers != 5 && servers != 7) {
            throw new IllegalArgumentException("--servers must be 1, 3, 5 or 7, not " + servers);
        }
        if (nodes < 1 || nodes > 10_000) {
            throw new IllegalArgumentException("--nodes must be 1 to 10000, not " + nodes);
        }
        if (!(speed >= 1 && speed <= 10_000)) {
            throw new IllegalArgumentException("--speed must be 1 to 10000, not " + speed);
        }
        if (maxParallel.isPresent() && maxParallel.get() < 0) {
            throw new IllegalArgumentException("--max-parallel must not be negative: " + maxParallel.get());
        }
        if (failing.isPresent() && !regions.contains(failing.get())) {
            throw new IllegalArgumentException(
                    "--fail names region " + failing.get() + ", which is not one of " + regions);
        }
    }
}
