package dev.steppe.raft.log.layout;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC32C over ranges of direct buffers. Owned by one thread; allocates nothing after construction. */
final class Crc {
    private final CRC32C crc = new CRC32C();

    /** Begins with {@code salt}, whole. */
    Crc start(ByteBuffer salt) {
        crc.reset();
        salt.clear();
        crc.update(salt);
        return this;
    }

    /** Begins with nothing. */
    Crc start() {
        crc.reset();
        return this;
    }

    /** Goes on with {@code lengthBytes} bytes at {@code offset}; moves the buffer's position and limit. */
    Crc add(ByteBuffer buffer, int offset, int lengthBytes) {
        buffer.limit(offset + lengthBytes).position(offset);
        crc.update(buffer);
        buffer.clear();
        return this;
    }

    /** The checksum so far. */
    int value() {
        return (int) crc.getValue();
    }
}
