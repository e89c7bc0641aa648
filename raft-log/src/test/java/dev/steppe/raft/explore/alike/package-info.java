/**
 * TOOL: when two states are the same, whatever they are called and however old they are.
 *
 * <p>In come the parts of a state, in a row; out comes a {@link Fingerprint} under every {@link Renaming} of the
 * members. {@link CoreFields} does it for a real core, field by field: it takes time out, and refuses a field that
 * nobody has decided about ({@link FieldPlan}). {@link Groups} are memberships as numbers. Not here: logs, messages,
 * events.
 */
package dev.steppe.raft.explore.alike;
