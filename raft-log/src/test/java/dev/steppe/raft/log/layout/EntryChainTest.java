package dev.steppe.raft.log.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

final class EntryChainTest {
    private static final long CLUSTER_ID = 0x1234_5678_9ABC_DEF0L;
    private static final int PREVIOUS = 0x0BAD_CAFE;
    private static final long INDEX = 77;
    private static final int OFFSET = 16;

    private final EntryChain chain = new EntryChain(CLUSTER_ID);

    /** A record of {@code payloadBytes} whose checksum is written. */
    private ByteBuffer record(int payloadBytes) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(512).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < payloadBytes; i++) {
            buffer.put(OFFSET + RecordLayout.HEADER_BYTES + i, (byte) (i + 1));
        }
        int link = chain.linkOf(PREVIOUS, INDEX);
        RecordLayout.putHeader(buffer, OFFSET, RecordLayout.lengthAndKind(payloadBytes, 3), link, 5, 1_000);
        int crc = chain.crcOfLinked(buffer, OFFSET, RecordLayout.recordBytes(payloadBytes));
        RecordLayout.putChainCrc(buffer, OFFSET, crc);
        return buffer;
    }

    @Test
    void isTheChecksumThatTheFormatDraws() {
        ByteBuffer drawn = record(13).duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int crc = RecordLayout.chainCrc(drawn, OFFSET);
        CRC32C ofCluster = new CRC32C();
        ofCluster.update(
                ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, CLUSTER_ID));
        drawn.putInt(OFFSET + 4, PREVIOUS ^ 77 ^ (int) ofCluster.getValue());
        CRC32C expected = new CRC32C();
        expected.update(drawn.slice(OFFSET, 40));
        assertEquals((int) expected.getValue(), crc);
    }

    @Test
    void isFoundAgainInARecordOfAnyLength() {
        for (int payloadBytes = 0; payloadBytes < 300; payloadBytes++) {
            ByteBuffer buffer = record(payloadBytes);
            int crc = RecordLayout.chainCrc(buffer, OFFSET);
            assertEquals(crc, chain.crcOf(PREVIOUS, INDEX, buffer, OFFSET), "payload of " + payloadBytes);
        }
    }

    @Test
    void saysWhereTheEntryBelongs() {
        ByteBuffer buffer = record(21);
        int crc = RecordLayout.chainCrc(buffer, OFFSET);
        assertNotEquals(crc, chain.crcOf(PREVIOUS + 1, INDEX, buffer, OFFSET));
        assertNotEquals(crc, chain.crcOf(PREVIOUS, INDEX + 1, buffer, OFFSET));
        assertNotEquals(crc, new EntryChain(CLUSTER_ID + 1).crcOf(PREVIOUS, INDEX, buffer, OFFSET));
        assertNotEquals(crc, new EntryChain(CLUSTER_ID + (1L << 40)).crcOf(PREVIOUS, INDEX, buffer, OFFSET));
    }

    @Test
    void changesWithEachBitOfTheRecord() {
        ByteBuffer buffer = record(21);
        int crc = RecordLayout.chainCrc(buffer, OFFSET);
        for (int bit = RecordLayout.TERM * 8; bit < RecordLayout.recordBytes(21) * 8; bit++) {
            int place = OFFSET + bit / 8;
            byte before = buffer.get(place);
            buffer.put(place, (byte) (before ^ 1 << bit % 8));
            assertNotEquals(crc, chain.crcOf(PREVIOUS, INDEX, buffer, OFFSET), "bit " + bit);
            buffer.put(place, before);
        }
    }
}
