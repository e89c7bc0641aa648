/**
 * PORT: the embeddable engine. Open it on a directory, register machines, submit a job, read where it runs.
 *
 * <p>In come jobs, nodes and reports of health; out go answers as values and immutable views. One voter; several
 * servers and regions are composed in {@code server}. Not here: any thread, file or socket; the implementation is found
 * by {@code ServiceLoader}.
 */
@NullMarked
package dev.steppe.api;

import org.jspecify.annotations.NullMarked;
