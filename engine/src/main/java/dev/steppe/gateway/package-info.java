/**
 * DATA: what clients and servers say to each other on the forward lane: machines that register, are heard of, learn
 * what they should run and report its health; operators that submit, stop and steer. And its binary form.
 *
 * <p>In come asks, each with a request id; out goes one answer for each. Not here: who may say what ({@code server}),
 * region to region ({@code region}), server to server within a group ({@code raft.message}).
 */
@NullMarked
package dev.steppe.gateway;

import org.jspecify.annotations.NullMarked;
