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
    private String name;
    private final BitSet dirtyPages = new BitSet();
    private ByteBuffer volatileImage;
    private ByteBuffer durableImage;
    private int volatileBytes;
    private int durableBytes;

    MemoryFile(MemoryDisk disk, String name, int lengthBytes) {
        this.disk = disk;
        this.name = name;
        volatileImage = ByteBuffer.allocateDirect(lengthBytes).order(ByteOrder.LITTLE_ENDIAN);
        durableImage = ByteBuffer.allocateDirect(lengthBytes).order(ByteOrder.LITTLE_ENDIAN);
        volatileBytes = lengthBytes;
        durableBytes = lengthBytes;
    }

    /** A file of no bytes that grows. */
    static MemoryFile empty(MemoryDisk disk, String name, int capacityBytes) {
        MemoryFile file = new MemoryFile(disk, name, capacityBytes);
        file.volatileBytes = 0;
        file.durableBytes = 0;
        return file;
    }

    /** An independent file with the same images. */
    MemoryFile copyTo(MemoryDisk target) {
        MemoryFile copy = new MemoryFile(target, name, volatileImage.capacity());
        copy.become(this);
        return copy;
    }

    String name() {
        return name;
    }

    void rename(String newName) {
        name = newName;
    }

    /** Bytes that programs see. */
    int lengthBytes() {
        return volatileBytes;
    }

    /** Bytes that an image can hold without growing. */
    int capacityBytes() {
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

    /** Writes behind the last byte; both images grow. Who holds a mapping sees the old ones: sequential files only. */
    void append(ByteBuffer source) {
        int endBytes = Math.addExact(volatileBytes, source.remaining());
        if (endBytes > volatileImage.capacity()) {
            int grownBytes = Math.max(endBytes, Math.min(2 * volatileImage.capacity(), 1 << 30));
            volatileImage = grown(volatileImage, grownBytes);
            durableImage = grown(durableImage, grownBytes);
        }
        int startOffset = volatileBytes;
        volatileBytes = endBytes;
        write(startOffset, source);
    }

    /** Takes over both images of {@code other}, a file of the same capacity. */
    void become(MemoryFile other) {
        volatileImage.put(0, other.volatileImage, 0, capacityBytes());
        durableImage.put(0, other.durableImage, 0, capacityBytes());
        volatileBytes = other.volatileBytes;
        durableBytes = other.durableBytes;
        dirtyPages.clear();
        dirtyPages.or(other.dirtyPages);
    }

    /** Makes every dirty page durable. */
    void settle() {
        for (int page = dirtyPages.nextSetBit(0); page >= 0; page = dirtyPages.nextSetBit(page + 1)) {
            copySectors(page, 0xFF);
        }
        dirtyPages.clear();
        durableBytes = volatileBytes;
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
        volatileBytes = durableBytes;
        volatileImage.put(0, durableImage, 0, volatileBytes);
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
                durableBytes = Math.max(durableBytes, offset + copiedBytes);
            }
        }
    }

    private static ByteBuffer grown(ByteBuffer image, int capacityBytes) {
        ByteBuffer grown = ByteBuffer.allocateDirect(capacityBytes).order(ByteOrder.LITTLE_ENDIAN);
        grown.put(0, image, 0, image.capacity());
        return grown;
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
            return volatileBytes;
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
        public void warm() {
            // It is nowhere but in memory.
        }

        @Override
        public void close() {
            // The images stay: they are the disk's.
        }
    }
}
