package dev.steppe.wire;

import dev.steppe.command.MalformedBytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/** Reads what {@link WireWriter} wrote; never beyond the end, and no count is believed before its bytes are there. */
public final class WireReader {
    private DirectBuffer buffer;
    private int atOffset;
    private int endOffset;

    /** Call {@code begin} before anything else; {@code buffer} only fills the place until then. */
    public WireReader(DirectBuffer buffer) {
        this.buffer = buffer;
    }

    /** Starts at {@code offset} of {@code source}; what follows {@code lengthBytes} does not exist. */
    public WireReader begin(DirectBuffer source, int offset, int lengthBytes) {
        buffer = source;
        atOffset = offset;
        endOffset = offset + lengthBytes;
        return this;
    }

    /** The next byte, 0..255. */
    public int u8() throws MalformedBytes {
        return buffer.getByte(take(Byte.BYTES)) & 0xff;
    }

    /** The next byte, 0 or 1. */
    public boolean flag() throws MalformedBytes {
        int value = u8();
        if (value > 1) {
            throw new MalformedBytes("a flag of " + value + " before byte " + atOffset);
        }
        return value == 1;
    }

    /** The next four bytes. */
    public int i32() throws MalformedBytes {
        return buffer.getInt(take(Integer.BYTES), ByteOrder.LITTLE_ENDIAN);
    }

    /** The next eight bytes. */
    public long i64() throws MalformedBytes {
        return buffer.getLong(take(Long.BYTES), ByteOrder.LITTLE_ENDIAN);
    }

    /** The next number of one to ten bytes; refuses one that is written longer than it need be. */
    public long var() throws MalformedBytes {
        long value = 0;
        int part = 0x80;
        for (int shift = 0; (part & 0x80) != 0; shift += 7) {
            part = u8();
            boolean isTooLong = shift == 63 ? part > 1 : shift > 0 && part == 0;
            if (isTooLong) {
                throw new MalformedBytes("a number of too many bytes before byte " + atOffset);
            }
            value |= (long) (part & 0x7f) << shift;
        }
        return value >>> 1 ^ -(value & 1);
    }

    /** A count of rows of at least {@code rowMinBytes} each, which are known to be there. */
    public int count(int rowMinBytes) throws MalformedBytes {
        int count = i32();
        if (count < 0 || count > (endOffset - atOffset) / rowMinBytes) {
            throw new MalformedBytes("a count of " + count + " before byte " + atOffset);
        }
        return count;
    }

    /** The next text; refuses what is not UTF-8. */
    public String text() throws MalformedBytes {
        byte[] bytes = new byte[count(1)];
        buffer.getBytes(take(bytes.length), bytes);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedBytes("malformed UTF-8 before byte " + atOffset + ": " + e.getMessage());
        }
    }

    /** The next list of texts. */
    public List<String> texts() throws MalformedBytes {
        int count = count(Integer.BYTES);
        List<String> texts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            texts.add(text());
        }
        return texts;
    }

    /** The next enum constant, by name. */
    public <E extends Enum<E>> E word(Class<E> words) throws MalformedBytes {
        String name = text();
        for (E word : words.getEnumConstants()) {
            if (word.name().equals(name)) {
                return word;
            }
        }
        throw new MalformedBytes("no " + words.getSimpleName() + " is called so before byte " + atOffset);
    }

    /** Length of the nested message that begins at the position; {@link #skip} passes over it. */
    public int nestedBytes() throws MalformedBytes {
        return count(1);
    }

    /** Where the next value begins. */
    public int offset() {
        return atOffset;
    }

    /** Passes over bytes that another codec reads. */
    public void skip(int lengthBytes) throws MalformedBytes {
        take(lengthBytes);
    }

    /** Refuses bytes behind the message. */
    public void end() throws MalformedBytes {
        if (atOffset != endOffset) {
            throw new MalformedBytes((endOffset - atOffset) + " bytes follow the message");
        }
    }

    private int take(int lengthBytes) throws MalformedBytes {
        if (lengthBytes > endOffset - atOffset) {
            throw new MalformedBytes("cut off at byte " + atOffset + ": " + lengthBytes + " needed, "
                    + (endOffset - atOffset) + " left");
        }
        int at = atOffset;
        atOffset += lengthBytes;
        return at;
    }
}
