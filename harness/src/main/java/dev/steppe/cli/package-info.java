/**
 * SHELL: words an operator types.
 *
 * <p>In come arguments; out go text and an exit code. Not here: anything that a program embedding Steppe would need.
 */
@NullMarked
package dev.steppe.cli;

import org.jspecify.annotations.NullMarked;
