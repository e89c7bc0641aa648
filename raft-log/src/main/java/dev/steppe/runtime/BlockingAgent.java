package dev.steppe.runtime;

import org.agrona.concurrent.Agent;

/**
 * An agent whose duty may wait for a device as long as that takes: filling a file, for example. It never shares a
 * thread, since whoever shared it would wait as well; without work it backs off, however the others rest. In the
 * invoked layout the caller waits.
 */
public interface BlockingAgent extends Agent {}
