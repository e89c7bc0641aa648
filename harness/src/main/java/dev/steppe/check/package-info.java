/**
 * TOOL: what must hold in a simulated group after every event, by the names of {@code spec/reliability.md} §2: R1 to
 * R14 over the members' insides and every frame they send, C1 to C4 over what clients were told, H1 and H2 over the
 * state.
 *
 * <p>In come looks at members between two turns, frames as they leave, what state machines apply, what clients ask and
 * hear; out goes nothing, or an {@link dev.steppe.check.InvariantViolated}. Each check looks at what is new since the
 * last one, never at everything again. What the checkers know they have seen with their own eyes: a member's word
 * counts for nothing here. Apart from these, a finite history of overlapping calls and a sequential model go in, and a
 * {@link dev.steppe.check.LinearizabilityVerdict} comes out.
 *
 * <p>Not here: anything that makes things happen. Owned by the thread that runs the world.
 */
@NullMarked
package dev.steppe.check;

import org.jspecify.annotations.NullMarked;
