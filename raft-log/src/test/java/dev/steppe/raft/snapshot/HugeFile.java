package dev.steppe.raft.snapshot;

import dev.steppe.raft.storage.FileVerdict;
import dev.steppe.raft.storage.SequentialFile;
import java.nio.ByteBuffer;
import java.util.TreeMap;

/** A file of gigabytes that keeps only those of its pieces that are not all zeros. */
final class HugeFile implements SequentialFile {
    private static final int PIECE_BYTES = 64;

    private final String name;
    private final TreeMap<Long, byte[]> pieces = new TreeMap<>();
    private long lengthBytes;

    HugeFile(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long lengthBytes() {
        return lengthBytes;
    }

    @Override
    public FileVerdict append(ByteBuffer source) {
        for (int position = source.position(); position < source.limit(); position += PIECE_BYTES) {
            byte[] piece = new byte[Math.min(PIECE_BYTES, source.limit() - position)];
            source.get(position, piece);
            if (isContent(piece)) {
                pieces.put(lengthBytes + position - source.position(), piece);
            }
        }
        lengthBytes += source.remaining();
        source.position(source.limit());
        return FileVerdict.DONE;
    }

    /** Makes the file {@code moreBytes} of zeros longer. */
    void skip(long moreBytes) {
        lengthBytes += moreBytes;
    }

    @Override
    public void force() {
        // It lies nowhere.
    }

    @Override
    public FileVerdict publish() {
        return FileVerdict.DONE;
    }

    @Override
    public void read(long fileOffset, ByteBuffer target) {
        int startPosition = target.position();
        while (target.hasRemaining()) {
            target.put((byte) 0);
        }
        long endOffset = fileOffset + target.limit() - startPosition;
        for (var piece : pieces.subMap(fileOffset - PIECE_BYTES, endOffset).entrySet()) {
            for (int i = 0; i < piece.getValue().length; i++) {
                long place = piece.getKey() + i - fileOffset;
                if (place >= 0 && piece.getKey() + i < endOffset) {
                    target.put(startPosition + (int) place, piece.getValue()[i]);
                }
            }
        }
    }

    @Override
    public void close() {
        // It lies nowhere.
    }

    private static boolean isContent(byte[] piece) {
        for (byte one : piece) {
            if (one != 0) {
                return true;
            }
        }
        return false;
    }
}
