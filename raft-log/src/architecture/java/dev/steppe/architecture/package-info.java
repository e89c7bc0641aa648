/**
 * TOOL: does a module keep to its table of rooms? In come a table and compiled classes; out go violations as sentences.
 *
 * <p>Test code that every module compiles for itself, so that no module needs the tests of another. The tables stand in
 * each module's {@code ArchitectureTest}.
 */
package dev.steppe.architecture;
