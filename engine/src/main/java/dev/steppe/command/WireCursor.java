package dev.steppe.command;

import dev.steppe.base.Invariant;
import dev.steppe.command.sbe.GroupSizeEncodingDecoder;
import dev.steppe.command.sbe.MessageHeaderDecoder;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Opaque;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.sbe.MessageFlyweight;

/**
 * Asks, before a generated decoder reads or anything is allocated, whether what it will read lies within the message. A
 * decoder's {@code limit()} is the position; nothing here trusts a length or a count from the bytes. Owned by the
 * thread of its codec, reused for each message.
 */
final class WireCursor {
    /** Most rows of one group. */
    static final int ROWS_MAX = GroupSizeEncodingDecoder.numInGroupMaxValue();

    private static final int HEADER_BYTES = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final int GROUP_HEADER_BYTES = GroupSizeEncodingDecoder.ENCODED_LENGTH;
    private static final int TEXT_LENGTH_BYTES = Integer.BYTES;
    private static final int WORD_LENGTH_BYTES = Short.BYTES;
    private static final char REPLACEMENT = '\ufffd';

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private DirectBuffer buffer = new UnsafeBuffer(new byte[0]);
    private byte[] scratch = new byte[256];
    private int endOffset;

    /** Starts a message of {@code length} bytes; answers its template. Refuses another schema or version. */
    int open(DirectBuffer source, int offset, int length) throws MalformedBytes {
        buffer = source;
        endOffset = offset + length;
        if (length < HEADER_BYTES) {
            throw new MalformedBytes("a message of " + length + " bytes is shorter than its header");
        }
        header.wrap(buffer, offset);
        if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID
                || header.version() != MessageHeaderDecoder.SCHEMA_VERSION) {
            throw new MalformedBytes("schema " + header.schemaId() + " version " + header.version() + " is not "
                    + MessageHeaderDecoder.SCHEMA_ID + " version " + MessageHeaderDecoder.SCHEMA_VERSION);
        }
        return header.templateId();
    }

    /** The header of the message that was opened, once its fixed block is known to be there and as long as expected. */
    MessageHeaderDecoder block(int blockLengthBytes) throws MalformedBytes {
        if (header.blockLength() != blockLengthBytes) {
            throw new MalformedBytes("the block of template " + header.templateId() + " has " + header.blockLength()
                    + " bytes instead of " + blockLengthBytes);
        }
        need(header.offset() + HEADER_BYTES, blockLengthBytes);
        return header;
    }

    /** How many rows the group at the position has; their fixed blocks are known to fit. Reads nothing away. */
    int rows(MessageFlyweight message, int rowBlockBytes) throws MalformedBytes {
        int at = message.limit();
        need(at, GROUP_HEADER_BYTES);
        int blockBytes = buffer.getByte(at) & 0xff;
        int rowCount = buffer.getShort(at + 1, ByteOrder.LITTLE_ENDIAN) & 0xffff;
        if (blockBytes != rowBlockBytes) {
            throw new MalformedBytes(
                    "rows at byte " + at + " have " + blockBytes + " bytes instead of " + rowBlockBytes);
        }
        if (rowCount > ROWS_MAX) {
            throw new MalformedBytes(rowCount + " rows at byte " + at);
        }
        need(at + GROUP_HEADER_BYTES, rowCount * rowBlockBytes);
        return rowCount;
    }

    /** A count that may be written; the callers' bounds lie far below. */
    static int rowCount(int rowCount) {
        if (rowCount > ROWS_MAX) {
            throw Invariant.broken("rows of a group: asked, most", rowCount, ROWS_MAX);
        }
        return rowCount;
    }

    /** The fixed block of the next row is there. */
    void row(MessageFlyweight message, int rowBlockBytes) throws MalformedBytes {
        need(message.limit(), rowBlockBytes);
    }

    /** Takes a text. */
    String text(MessageFlyweight message) throws MalformedBytes {
        int at = message.limit();
        int length = lengthAt(at, endOffset);
        message.limit(at + TEXT_LENGTH_BYTES + length);
        return utf8(at + TEXT_LENGTH_BYTES, length);
    }

    /** Takes a word of a dictionary. */
    String word(MessageFlyweight message) throws MalformedBytes {
        int at = message.limit();
        need(at, WORD_LENGTH_BYTES);
        int length = buffer.getShort(at, ByteOrder.LITTLE_ENDIAN) & 0xffff;
        need(at + WORD_LENGTH_BYTES, length);
        message.limit(at + WORD_LENGTH_BYTES + length);
        return utf8(at + WORD_LENGTH_BYTES, length);
    }

    /** Takes a namespace and an id. */
    JobKey jobKey(MessageFlyweight message) throws MalformedBytes {
        String namespace = text(message);
        String id = text(message);
        return jobKey(namespace, id);
    }

    /** The key of these parts; refuses empty ones. */
    static JobKey jobKey(String namespace, String id) throws MalformedBytes {
        if (namespace.isEmpty() || id.isEmpty()) {
            throw new MalformedBytes("a job without namespace or id");
        }
        return new JobKey(namespace, id);
    }

    /** Takes texts. */
    List<String> texts(MessageFlyweight message) throws MalformedBytes {
        int at = message.limit();
        int end = at + TEXT_LENGTH_BYTES + lengthAt(at, endOffset);
        at += TEXT_LENGTH_BYTES;
        message.limit(end);
        if (at == end) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        while (at < end) {
            int length = lengthAt(at, end);
            texts.add(utf8(at + TEXT_LENGTH_BYTES, length));
            at += TEXT_LENGTH_BYTES + length;
        }
        return texts;
    }

    /** Takes the texts of a map; refuses keys that do not ascend. */
    SortedMap<String, String> map(MessageFlyweight message) throws MalformedBytes {
        List<String> texts = texts(message);
        if (texts.isEmpty()) {
            return Collections.emptySortedMap();
        }
        if (texts.size() % 2 != 0) {
            throw new MalformedBytes("a key without a value before byte " + message.limit());
        }
        TreeMap<String, String> map = new TreeMap<>();
        for (int i = 0; i < texts.size(); i += 2) {
            if (i > 0 && texts.get(i - 2).compareTo(texts.get(i)) >= 0) {
                throw new MalformedBytes("keys out of order before byte " + message.limit());
            }
            map.put(texts.get(i), texts.get(i + 1));
        }
        return map;
    }

    /** Takes bytes that are kept unread. */
    Opaque opaque(MessageFlyweight message) throws MalformedBytes {
        int at = message.limit();
        int length = lengthAt(at, endOffset);
        message.limit(at + TEXT_LENGTH_BYTES + length);
        byte[] bytes = new byte[length];
        buffer.getBytes(at + TEXT_LENGTH_BYTES, bytes);
        return Opaque.of(bytes);
    }

    /** Length of the nested message at the position, whose bytes begin at {@link #nestedOffset}. Reads nothing away. */
    int nestedBytes(MessageFlyweight message) throws MalformedBytes {
        return lengthAt(message.limit(), endOffset);
    }

    /** Where the nested message at the position begins. */
    int nestedOffset(MessageFlyweight message) {
        return message.limit() + TEXT_LENGTH_BYTES;
    }

    /** Passes over the nested message at the position. */
    void skipNested(MessageFlyweight message, int lengthBytes) {
        message.limit(nestedOffset(message) + lengthBytes);
    }

    /** Refuses flags beyond {@code known}. */
    static short flags(short raw, int known) throws MalformedBytes {
        if ((raw & ~known) != 0) {
            throw new MalformedBytes("unknown flags " + raw);
        }
        return raw;
    }

    /** The message is over, and nothing follows. */
    void end(MessageFlyweight message) throws MalformedBytes {
        if (message.limit() != endOffset) {
            throw new MalformedBytes((endOffset - message.limit()) + " bytes follow the message");
        }
    }

    private int lengthAt(int at, int end) throws MalformedBytes {
        if (end - at < TEXT_LENGTH_BYTES) {
            throw new MalformedBytes("cut off at byte " + at);
        }
        int length = buffer.getInt(at, ByteOrder.LITTLE_ENDIAN);
        if (length < 0 || length > end - at - TEXT_LENGTH_BYTES) {
            throw new MalformedBytes("a length of " + Integer.toUnsignedString(length) + " at byte " + at);
        }
        return length;
    }

    private void need(int at, int bytes) throws MalformedBytes {
        if (bytes > endOffset - at) {
            throw new MalformedBytes("cut off at byte " + at + ": " + bytes + " needed, " + (endOffset - at) + " left");
        }
    }

    private String utf8(int at, int length) throws MalformedBytes {
        if (length > scratch.length) {
            scratch = new byte[length];
        }
        buffer.getBytes(at, scratch, 0, length);
        String text = new String(scratch, 0, length, StandardCharsets.UTF_8);
        // Decoding puts a replacement character wherever bytes are malformed; it may also have been written as such.
        if (text.indexOf(REPLACEMENT) >= 0) {
            byte[] again = text.getBytes(StandardCharsets.UTF_8);
            if (!Arrays.equals(again, 0, again.length, scratch, 0, length)) {
                throw new MalformedBytes("malformed UTF-8 at byte " + at);
            }
        }
        return text;
    }
}
