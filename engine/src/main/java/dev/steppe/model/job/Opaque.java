package dev.steppe.model.job;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Members of a document that Steppe does not read; kept and returned byte for byte. Compared by content. */
public final class Opaque {
    /** No such members. */
    public static final Opaque NONE = new Opaque(new byte[0]);

    private final byte[] bytes;

    private Opaque(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A copy of {@code bytes}. */
    public static Opaque of(byte[] bytes) {
        return bytes.length == 0 ? NONE : new Opaque(bytes.clone());
    }

    /** The UTF-8 bytes of {@code text}. */
    public static Opaque of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The bytes read as UTF-8. */
    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** How many bytes. */
    public int lengthBytes() {
        return bytes.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Opaque that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "Opaque[" + bytes.length + " bytes]";
    }
}
