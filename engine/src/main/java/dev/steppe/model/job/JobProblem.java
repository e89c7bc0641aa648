package dev.steppe.model.job;

/**
 * One rule that a job breaks.
 *
 * @param field where, as a path in the job's document: {@code TaskGroups[0].Tasks[1].Resources.MemoryMB}
 * @param sentence what, where and what to do; starts with {@code field}
 */
public record JobProblem(String field, String sentence) {}
