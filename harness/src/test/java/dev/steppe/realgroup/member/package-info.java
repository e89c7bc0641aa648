/**
 * TOOL: one production member in a process of its own, with mutual TLS and real files, which its parent asks over
 * pipes.
 *
 * <p>In come lines on the standard input, out go answers on the standard output ({@link Desk}). Members know each other
 * by name; what they dial are the proxies that their parent put there ({@link Detour}). The state is one list and some
 * registers ({@link KeyedMachine}), with snapshots so small that they are taken all the time. Also here: what may be
 * wrong with a member on purpose ({@link Flaw}). Not here: who starts, strikes and judges members ({@code realgroup}).
 */
package dev.steppe.realgroup.member;
