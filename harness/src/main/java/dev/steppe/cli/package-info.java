/**
 * Words an operator types.
 *
 * <p>Kind: SHELL. In: arguments; out: text and an exit code. Not here: anything that a program embedding Steppe would need.
 */
@NullMarked
package dev.steppe.cli;

import org.jspecify.annotations.NullMarked;
