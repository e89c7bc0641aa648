package dev.steppe.wire;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.agrona.MutableDirectBuffer;

/** Writes values one after the other: little-endian numbers, texts as length and UTF-8, enums by name. Reused. */
public final class WireWriter {
    private MutableDirectBuffer buffer;
    private int atOffset;

    /** Call {@code begin} before anything else; {@code buffer} only fills the place until then. */
    public WireWriter(MutableDirectBuffer buffer) {
        this.buffer = buffer;
    }

    /** Starts at {@code offset} of {@code target}, which must have room or expand. */
    public WireWriter begin(MutableDirectBuffer target, int offset) {
        buffer = target;
        atOffset = offset;
        return this;
    }

    /** Where the next value goes. */
    public int offset() {
        return atOffset;
    }

    /** One byte, 0..255. */
    public WireWriter u8(int value) {
        buffer.putByte(atOffset, (byte) value);
        atOffset += Byte.BYTES;
        return this;
    }

    /** One byte, 0 or 1. */
    public WireWriter flag(boolean value) {
        return u8(value ? 1 : 0);
    }

    /** Four bytes. */
    public WireWriter i32(int value) {
        buffer.putInt(atOffset, value, ByteOrder.LITTLE_ENDIAN);
        atOffset += Integer.BYTES;
        return this;
    }

    /** Eight bytes. */
    public WireWriter i64(long value) {
        buffer.putLong(atOffset, value, ByteOrder.LITTLE_ENDIAN);
        atOffset += Long.BYTES;
        return this;
    }

    /** One to ten bytes, few for numbers near zero: zigzag, then seven bits a byte, the lowest first. */
    public WireWriter var(long value) {
        long left = value << 1 ^ value >> 63;
        while ((left & ~0x7fL) != 0) {
            u8((int) (left & 0x7f) | 0x80);
            left >>>= 7;
        }
        return u8((int) left);
    }

    /** A text: length in bytes, then UTF-8. */
    public WireWriter text(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        i32(bytes.length);
        buffer.putBytes(atOffset, bytes);
        atOffset += bytes.length;
        return this;
    }

    /** A list of texts. */
    public WireWriter texts(List<String> values) {
        i32(values.size());
        values.forEach(this::text);
        return this;
    }

    /** An enum constant, by name. */
    public WireWriter word(Enum<?> value) {
        return text(value.name());
    }

    /** Bytes that another codec wrote at {@link #offset()} plus four. */
    public WireWriter nested(int lengthBytes) {
        i32(lengthBytes);
        atOffset += lengthBytes;
        return this;
    }
}
