package dev.steppe.command;

import dev.steppe.model.job.Constraint;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SortedMap;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * Builds "texts": a sequence of (uint32 length, UTF-8 bytes). Reused; what {@link #buffer()} holds is valid until the
 * next call. Half of a surrogate pair is written as {@code ?}; {@code JobRules} refuses it in a job.
 */
final class WireTexts {
    private static final int LENGTH_BYTES = Integer.BYTES;

    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    private int lengthBytes;

    /** Holds {@code texts}. */
    WireTexts of(List<String> texts) {
        lengthBytes = 0;
        for (String text : texts) {
            append(text);
        }
        return this;
    }

    /** Holds key, value, key, value … in the order of the keys. */
    WireTexts of(SortedMap<String, String> texts) {
        lengthBytes = 0;
        texts.forEach((key, value) -> {
            append(key);
            append(value);
        });
        return this;
    }

    /** Holds left, operator, right, left … */
    WireTexts ofConstraints(List<Constraint> constraints) {
        lengthBytes = 0;
        for (Constraint constraint : constraints) {
            append(constraint.left());
            append(constraint.operator().text());
            append(constraint.right());
        }
        return this;
    }

    /** What was built, from byte 0. */
    DirectBuffer buffer() {
        return buffer;
    }

    /** How much of {@link #buffer()} was built. */
    int lengthBytes() {
        return lengthBytes;
    }

    private void append(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        buffer.putInt(lengthBytes, bytes.length, ByteOrder.LITTLE_ENDIAN);
        buffer.putBytes(lengthBytes + LENGTH_BYTES, bytes);
        lengthBytes += LENGTH_BYTES + bytes.length;
    }
}
