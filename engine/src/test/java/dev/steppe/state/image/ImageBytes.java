package dev.steppe.state.image;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.machine.SnapshotImage;
import dev.steppe.raft.api.machine.SnapshotSource;
import java.io.ByteArrayOutputStream;
import org.agrona.MutableDirectBuffer;

/** Images as arrays of bytes, and back. */
public final class ImageBytes {
    private ImageBytes() {}

    /** Everything that {@code image} writes. */
    public static byte[] of(SnapshotImage image) throws OperatingFault {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        boolean isEnded = false;
        while (!isEnded) {
            isEnded = image.writeTo((buffer, offset, length) -> {
                byte[] piece = new byte[length];
                buffer.getBytes(offset, piece);
                bytes.writeBytes(piece);
            });
        }
        return bytes.toByteArray();
    }

    /** A source of {@code bytes}, at most {@code pieceBytes} a read. */
    public static SnapshotSource source(byte[] bytes, int pieceBytes) {
        return new SnapshotSource() {
            private int readBytes;

            @Override
            public int read(MutableDirectBuffer buffer, int offset, int lengthMax) {
                int length = Math.min(Math.min(lengthMax, pieceBytes), bytes.length - readBytes);
                buffer.putBytes(offset, bytes, readBytes, length);
                readBytes += length;
                return length == 0 ? END : length;
            }
        };
    }
}
