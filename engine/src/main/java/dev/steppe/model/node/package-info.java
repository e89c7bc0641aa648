/**
 * DATA: what machines offer, as their clients registered it, and the stored row of a machine.
 *
 * <p>Not here: what is free on a machine ({@code capacity}, {@code state}), whether it is heard of ({@code fleet}).
 */
@NullMarked
package dev.steppe.model.node;

import org.jspecify.annotations.NullMarked;
