package dev.steppe.model.job;

import java.util.Comparator;

/**
 * Identity of a job within a region ({@code scheduling.md} 1.1.5).
 *
 * @param namespace not empty; {@code default} unless said otherwise
 * @param id not empty
 */
public record JobKey(String namespace, String id) implements Comparable<JobKey> {
    private static final Comparator<JobKey> ORDER =
            Comparator.comparing(JobKey::namespace).thenComparing(JobKey::id);

    /** Refuses empty parts. */
    public JobKey {
        if (namespace.isEmpty() || id.isEmpty()) {
            throw new IllegalArgumentException("a job needs a namespace and an id: '" + namespace + "/" + id + "'");
        }
    }

    /** The job {@code id} in the namespace {@code default}. */
    public static JobKey of(String id) {
        return new JobKey("default", id);
    }

    @Override
    public int compareTo(JobKey other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return namespace + "/" + id;
    }
}
