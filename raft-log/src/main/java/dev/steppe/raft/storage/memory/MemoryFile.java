package dev.steppe.raft.storage.memory;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.StorageFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;

/** Both images of one file. It outlives the programs that open it; one handle per opening stands before it. */
final class MemoryFile {
    static final int PAGE_BYTES = 4096;
    static final int SECTOR_BYTES = 512;

    private final MemoryDisk disk;
    private final String name;
    private final ByteBuffer volatileImage;
    private final ByteBuffer durableImage;
    private final BitSet dirtyPages = new BitSet();

    MemoryFile(MemoryDisk disk, String name, int lengthBytes) {
        this.disk = disk;
        this.name = name;
        volatileImage = ByteBuffer.allocateDirect(lengthBytes).order(ByteOrder.LITTLE_ENDIAN);
        durableImage = ByteBuffer.allocateDirect(lengthBytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    String name() {
        return name;
    }

    int lengthBytes() {
        return volatileImage.capacity();
    }

    ByteBuffer volatileImage() {
        return volatileImage;
    }

    BitSet dirtyPages() {
        return dirtyPages;
    }

    StorageFile handle() {
        return new Handle();
    }

    void write(int fileOffset, ByteBuffer source) {
        int writtenBytes = source.remaining();
        if (fileOffset < 0 || writtenBytes > lengthBytes() - fileOffset) {
            throw Invariant.broken(
                    "write beyond the file: offset, bytes, length", fileOffset, writtenBytes, lengthBytes());
        }
        if (writtenBytes > 0) {
            volatileImage.put(fileOffset, source, source.position(), writtenBytes);
            source.position(source.limit());
            dirtyPages.set(fileOffset / PAGE_BYTES, (fileOffset + writtenBytes - 1) / PAGE_BYTES + 1);
        }
    }

    /** Takes over both images of {@code other}, a file of the same length. */
    void become(MemoryFile other) {
        volatileImage.put(0, other.volatileImage, 0, lengthBytes());
        durableImage.put(0, other.durableImage, 0, lengthBytes());
        dirtyPages.clear();
        dirtyPages.or(other.dirtyPages);
    }

    /** Makes every dirty page durable. */
    void settle() {
        for (int page = dirtyPages.nextSetBit(0); page >= 0; page = dirtyPages.nextSetBit(page + 1)) {
            copySectors(page, 0xFF);
        }
        dirtyPages.clear();
    }

    /** Makes one page durable as it is now; it stays dirty. */
    void writeBack(int page) {
        copySectors(page, 0xFF);
    }

    /** Loses power: dirty pages keep what {@code fate} says, and programs see what is left. */
    void losePower(PageFate fate) {
        for (int page = dirtyPages.nextSetBit(0); page >= 0; page = dirtyPages.nextSetBit(page + 1)) {
            copySectors(page, fate.survivingSectors(name, page));
        }
        revert();
    }

    /** What programs see becomes what is durable. */
    void revert() {
        dirtyPages.clear();
        volatileImage.put(0, durableImage, 0, lengthBytes());
    }

    /** Flips one bit on the disk, and so in what programs see. */
    void flipBit(int offset, int bit) {
        byte mask = (byte) (1 << bit);
        volatileImage.put(offset, (byte) (volatileImage.get(offset) ^ mask));
        durableImage.put(offset, (byte) (durableImage.get(offset) ^ mask));
    }

    private void copySectors(int page, int sectors) {
        for (int sector = 0; sector < PAGE_BYTES / SECTOR_BYTES; sector++) {
            int offset = page * PAGE_BYTES + sector * SECTOR_BYTES;
            if ((sectors & 1 << sector) != 0 && offset < lengthBytes()) {
                int copiedBytes = Math.min(SECTOR_BYTES, lengthBytes() - offset);
                durableImage.put(offset, volatileImage, offset, copiedBytes);
            }
        }
    }

    /** One opening of the file by one program; dead after the power was lost. */
    private final class Handle implements StorageFile {
        private final int lifeCount = disk.lifeCount();

        @Override
        public String name() {
            return name;
        }

        @Override
        public int lengthBytes() {
            return volatileImage.capacity();
        }

        @Override
        public ByteBuffer mapping() {
            return volatileImage.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public void write(int fileOffset, ByteBuffer source) throws OperatingFault {
            disk.checkAlive(lifeCount);
            disk.beforeWrite(MemoryFile.this);
            MemoryFile.this.write(fileOffset, source);
        }

        @Override
        public void force() throws OperatingFault {
            disk.checkAlive(lifeCount);
            disk.force(MemoryFile.this);
        }

        @Override
        public void close() {
            // The images stay: they are the disk's.
        }
    }
}
