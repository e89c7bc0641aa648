/**
 * DATA: every sentence that one region says to another, and its binary form.
 *
 * <p>In and out go bytes of a frame and values that check themselves; decoding is total: whatever the bytes are, they
 * are a message or they are refused before anything is allocated for them. Not here: who may say what, and what it
 * leads to ({@code region}); clients and servers of one region ({@code gateway}).
 */
@NullMarked
package dev.steppe.region.message;

import org.jspecify.annotations.NullMarked;
