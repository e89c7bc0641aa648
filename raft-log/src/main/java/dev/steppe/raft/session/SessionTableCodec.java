package dev.steppe.raft.session;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The table as bytes, for snapshots; little endian, one way to write a table.
 *
 * <pre>
 *   0  u8   version, 0
 *   1  u8 × 3  zero
 *   4  u32  session count
 *   8  rows of 32 bytes, by the index of last use, ascending:
 *      i64 session id, i64 last sequence, i64 index of that command, i64 index of last use
 * </pre>
 */
public final class SessionTableCodec {
    private static final int HEAD_BYTES = 8;
    private static final int ROW_BYTES = 4 * Long.BYTES;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private SessionTableCodec() {}

    /** Bytes that {@code table} takes. */
    public static int encodedBytes(SessionTable table) {
        return HEAD_BYTES + table.count() * ROW_BYTES;
    }

    /** Writes {@code table}; returns how many bytes. */
    public static int encode(SessionTable table, MutableDirectBuffer buffer, int offset) {
        buffer.putInt(offset, 0, ORDER);
        buffer.putInt(offset + Integer.BYTES, table.count(), ORDER);
        int rowOffset = offset + HEAD_BYTES;
        for (int slot = table.oldest(); slot >= 0; slot = table.newerThan(slot)) {
            buffer.putLong(rowOffset, table.id(slot), ORDER);
            buffer.putLong(rowOffset + Long.BYTES, table.sequence(slot), ORDER);
            buffer.putLong(rowOffset + 2 * Long.BYTES, table.commandIndex(slot), ORDER);
            buffer.putLong(rowOffset + 3 * Long.BYTES, table.usedIndex(slot), ORDER);
            rowOffset += ROW_BYTES;
        }
        return rowOffset - offset;
    }

    /** The table that these bytes say; null unless they are what {@link #encode} could have written. */
    public static @Nullable SessionTable decode(DirectBuffer buffer, int offset, int length) {
        if (length < HEAD_BYTES || buffer.getInt(offset, ORDER) != 0) {
            return null;
        }
        int count = buffer.getInt(offset + Integer.BYTES, ORDER);
        boolean isLengthRight =
                count >= 0 && count <= SessionTable.SESSIONS_MAX_COUNT && length == HEAD_BYTES + count * ROW_BYTES;
        if (!isLengthRight) {
            return null;
        }
        SessionTable table = new SessionTable();
        long lastUsedIndex = 0;
        for (int row = 0; row < count; row++) {
            int rowOffset = offset + HEAD_BYTES + row * ROW_BYTES;
            long usedIndex = buffer.getLong(rowOffset + 3 * Long.BYTES, ORDER);
            if (usedIndex <= lastUsedIndex || !takeRow(table, buffer, rowOffset, usedIndex)) {
                return null;
            }
            lastUsedIndex = usedIndex;
        }
        return table.count() == count ? table : null;
    }

    private static boolean takeRow(SessionTable table, DirectBuffer buffer, int rowOffset, long usedIndex) {
        long id = buffer.getLong(rowOffset, ORDER);
        long sequence = buffer.getLong(rowOffset + Long.BYTES, ORDER);
        long commandIndex = buffer.getLong(rowOffset + 2 * Long.BYTES, ORDER);
        boolean hasCommand = sequence > 0 && commandIndex > id;
        boolean hasNone = sequence == 0 && commandIndex == 0;
        if (id < 1 || id > usedIndex || commandIndex > usedIndex || !(hasCommand || hasNone) || table.isOpen(id)) {
            return false;
        }
        table.put(id, sequence, commandIndex, usedIndex);
        return true;
    }
}
