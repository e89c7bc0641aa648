/**
 * TOOL: real servers and whole regions in one process, on loopback, and the clients that a control plane would have:
 * one that asks ({@link dev.steppe.cluster.GatewayClient}) and one that stands for a fleet of machines
 * ({@link dev.steppe.cluster.SimulatedFleet}).
 *
 * <p>Servers, logs and links are the production ones; only the machines' workloads are simulated. Not here: what a demo
 * shows ({@code demo}), load ({@code load}).
 */
@NullMarked
package dev.steppe.cluster;

import org.jspecify.annotations.NullMarked;
