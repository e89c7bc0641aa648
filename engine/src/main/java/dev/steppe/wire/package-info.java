/**
 * DATA: how values that are not written to a log become bytes, between processes and in snapshots: numbers in
 * little-endian order, texts as length and UTF-8, enums by name; read back without believing a length before its bytes
 * are there.
 *
 * <p>Used by the codecs of {@code gateway}, {@code region.message} and {@code state.image}. Not here: the log's own
 * vocabulary, which SBE lays out ({@code command}).
 */
@NullMarked
package dev.steppe.wire;

import org.jspecify.annotations.NullMarked;
