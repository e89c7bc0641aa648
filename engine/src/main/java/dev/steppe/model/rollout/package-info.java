/**
 * DATA: how far a version has come, in one region (deployment) and as that region's part of a rollout over several.
 *
 * <p>The guarded lattice of states ({@link dev.steppe.model.rollout.RolloutLattice}) stands here because apply, the
 * federation and the plugin all ask it. Not here: who moves a deployment ({@code deploy}, {@code region},
 * {@code multiregion}) and what its allocations are ({@code model.placement}).
 */
@NullMarked
package dev.steppe.model.rollout;

import org.jspecify.annotations.NullMarked;
