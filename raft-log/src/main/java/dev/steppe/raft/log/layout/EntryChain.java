package dev.steppe.raft.log.layout;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The checksum that ties each entry to its place: CRC32C over the record as it lies, with its link in the place of its
 * own checksum. The link is the checksum of the entry before (0 before entry 1), exclusive-or the low 32 bits of the
 * index, exclusive-or the CRC32C of the cluster id. So two replicas hold the same checksum at an index exactly if they
 * agree on all entries up to it (up to collisions), and a record that is being built is summed by one call.
 *
 * <p>Owned by one thread; allocates nothing after construction.
 */
public final class EntryChain {
    /** What stands for the checksum of the entry before the first. */
    public static final int ORIGIN = 0;

    private final Crc crc = new Crc();
    private final ByteBuffer head = ByteBuffer.allocateDirect(RecordLayout.TERM).order(ByteOrder.LITTLE_ENDIAN);
    private final int clusterCrc;

    /** A chain of the group {@code clusterId}. */
    public EntryChain(long clusterId) {
        clusterCrc = crc.start(head.putLong(0, clusterId)).value();
    }

    /** What ties entry {@code index} to the one before, whose checksum is {@code previousCrc}. */
    public int linkOf(int previousCrc, long index) {
        return previousCrc ^ (int) index ^ clusterCrc;
    }

    /** Checksum of the record of {@code recordBytes} at {@code offset} that has its link in the checksum's place. */
    public int crcOfLinked(ByteBuffer buffer, int offset, int recordBytes) {
        return crc.start().add(buffer, offset, recordBytes).value();
    }

    /** Checksum of the whole record at {@code offset} as entry {@code index} behind one with {@code previousCrc}. */
    public int crcOf(int previousCrc, long index, ByteBuffer buffer, int offset) {
        int lengthAndKind = buffer.getInt(offset + RecordLayout.LENGTH_AND_KIND);
        head.putLong(0, RecordLayout.firstWord(lengthAndKind, linkOf(previousCrc, index)));
        int restBytes = RecordLayout.recordBytes(lengthAndKind & RecordLayout.PAYLOAD_MAX_BYTES) - RecordLayout.TERM;
        return crc.start(head)
                .add(buffer, offset + RecordLayout.TERM, restBytes)
                .value();
    }
}
