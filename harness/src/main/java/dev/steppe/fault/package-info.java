/**
 * TOOL: which misfortunes a simulated world meets, and how strong. In comes chance from a seed; out go a
 * {@link dev.steppe.fault.Swarm} (what is on in this run), timed scripts of cut directions, and places on a disk that
 * may be damaged without asking more of a group than it promises.
 *
 * <p>Not here: who carries a misfortune out and when ({@code sim}), and what must hold all the same ({@code check}).
 * Everything is drawn in whole numbers, so that one seed means one plan on every platform. Owned by one thread, but for
 * {@link dev.steppe.fault.FaultProxy}, which mistreats real sockets on a thread of its own.
 */
@NullMarked
package dev.steppe.fault;

import org.jspecify.annotations.NullMarked;
