/**
 * Tests the tests: takes the production sources with one known mistake put in, and asks whether the test that was named
 * for it fails.
 *
 * <p>In come the mutants of {@code src/mutants}, one file per mistake, and the production sources; out go verdicts, and
 * classes with a mistake for {@code steppe sim --mutant}. Nothing in production knows of it: a mutant is compiled apart
 * and loaded by a loader of its own. {@code FAULTS.md} says which fault and which mistake is shown by which test, and a
 * test here sees to it that what it names is there.
 */
@NullMarked
package dev.steppe.mutants;

import org.jspecify.annotations.NullMarked;
