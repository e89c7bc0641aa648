/**
 * The few words that every room may use: how a broken invariant is raised, the root of operating faults, entropy as a port.
 *
 * <p>Kind: DATA. May enter: nothing. Not here: clocks (Agrona's are used) and anything that only one room needs.
 */
@NullMarked
package dev.steppe.base;

import org.jspecify.annotations.NullMarked;
