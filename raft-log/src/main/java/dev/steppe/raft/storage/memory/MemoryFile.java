package dev.steppe.raft.storage.memory;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.StorageFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * One file: what programs see, whole, and of each page that the disk holds otherwise, what the disk holds. It outlives
 * the programs that open it; one handle per opening stands before it.
 *
 * <p>A page is dirty from its first write until a force, which makes the disk hold what programs see. A force that
 * fails or lies leaves it clean and the disk as it was: then only another write makes it dirty again.
 */
final class MemoryFile {
    static final int PAGE_BYTES = 4096;
    static final int SECTOR_BYTES = 512;
    static final int ALL_SECTORS = 0xFF;

    private final MemoryDisk disk;
    private final BitSet dirtyPages = new BitSet();
    /** Pages of which either side changed since {@link #become}. */
    private final BitSet changedPages = new BitSet();

    private String name;
    private ByteBuffer image;
    private byte[] @Nullable [] onDisk;
    private int seenBytes;
    private int durableBytes;
    private long changeCount;
    private @Nullable MemoryFile model;
    private long modelChangeCount;

    MemoryFile(MemoryDisk disk, String name, int lengthBytes) {
        this.disk = disk;
        this.name = name;
        image = ByteBuffer.allocateDirect(lengthBytes).order(ByteOrder.LITTLE_ENDIAN);
        onDisk = new byte[pageCount(lengthBytes)] @Nullable [];
        seenBytes = lengthBytes;
        durableBytes = lengthBytes;
    }

    /** A file of no bytes that grows. */
    static MemoryFile empty(MemoryDisk disk, String name, int capacityBytes) {
        MemoryFile file = new MemoryFile(disk, name, capacityBytes);
        file.seenBytes = 0;
        file.durableBytes = 0;
        return file;
    }

    /** An independent file that both sides see alike. */
    MemoryFile copyTo(MemoryDisk target) {
        MemoryFile copy = new MemoryFile(target, name, image.capacity());
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
        return seenBytes;
    }

    /** Bytes that the image can hold without growing. */
    int capacityBytes() {
        return image.capacity();
    }

    /** What programs see; not to be written. */
    ByteBuffer image() {
        return image;
    }

    /** Pages that were written and not forced; a copy. */
    BitSet dirtyPages() {
        return (BitSet) dirtyPages.clone();
    }

    StorageFile handle() {
        return new Handle();
    }

    void write(int fileOffset, ByteBuffer source) {
        int writtenBytes = source.remaining();
        if (fileOffset < 0 || writtenBytes > seenBytes - fileOffset) {
            throw Invariant.broken("write beyond the file: offset, bytes, length", fileOffset, writtenBytes, seenBytes);
        }
        if (writtenBytes > 0) {
            int lastPage = (fileOffset + writtenBytes - 1) / PAGE_BYTES;
            for (int page = fileOffset / PAGE_BYTES; page <= lastPage; page++) {
                keepDurable(page);
                dirtyPages.set(page);
            }
            image.put(fileOffset, source, source.position(), writtenBytes);
            source.position(source.limit());
        }
    }

    /** Writes behind the last byte. Who holds a mapping sees the old image: sequential files only. */
    void append(ByteBuffer source) {
        int endBytes = Math.addExact(seenBytes, source.remaining());
        if (endBytes > image.capacity()) {
            int grownBytes = Math.max(endBytes, Math.min(2 * image.capacity(), 1 << 30));
            ByteBuffer grown = ByteBuffer.allocateDirect(grownBytes).order(ByteOrder.LITTLE_ENDIAN);
            grown.put(0, image, 0, image.capacity());
            image = grown;
            onDisk = Arrays.copyOf(onDisk, pageCount(grownBytes));
        }
        int startOffset = seenBytes;
        seenBytes = endBytes;
        write(startOffset, source);
    }

    /**
     * Takes over both sides of {@code other}, a file of the same capacity; fast if few pages changed since last time.
     */
    void become(MemoryFile other) {
        boolean isSameModel = model == other && modelChangeCount == other.changeCount;
        if (!isSameModel) {
            changedPages.set(0, onDisk.length);
        }
        for (int page = changedPages.nextSetBit(0); page >= 0; page = changedPages.nextSetBit(page + 1)) {
            int offset = page * PAGE_BYTES;
            image.put(offset, other.image, offset, pageBytes(page));
            byte @Nullable [] kept = other.onDisk[page];
            onDisk[page] = kept == null ? null : kept.clone();
        }
        changedPages.clear();
        dirtyPages.clear();
        dirtyPages.or(other.dirtyPages);
        seenBytes = other.seenBytes;
        durableBytes = other.durableBytes;
        changeCount++;
        model = other;
        modelChangeCount = other.changeCount;
    }

    /** Makes every dirty page durable. */
    void settle() {
        for (int page = dirtyPages.nextSetBit(0); page >= 0; page = dirtyPages.nextSetBit(page + 1)) {
            reachDisk(page, ALL_SECTORS);
        }
        dirtyPages.clear();
        durableBytes = seenBytes;
    }

    /** Lets sectors of one page reach the disk as they are now; a page that is there whole is clean. */
    void writeBack(int page, int sectors) {
        reachDisk(page, sectors);
        if (sectors == ALL_SECTORS) {
            dirtyPages.clear(page);
        }
    }

    /** Takes all pages for clean, whether they are on the disk or not. */
    void forgetDirty() {
        dirtyPages.clear();
        changeCount++;
    }

    /** Dirty pages become what they are on the disk. */
    void revert() {
        for (int page = dirtyPages.nextSetBit(0); page >= 0; page = dirtyPages.nextSetBit(page + 1)) {
            restore(page, 0);
        }
        dirtyPages.clear();
        seenBytes = durableBytes;
    }

    /** Loses power: dirty pages keep what {@code fate} says, the others are what they are on the disk. */
    void losePower(PageFate fate) {
        for (int page = 0; page < onDisk.length; page++) {
            if (onDisk[page] != null) {
                restore(page, dirtyPages.get(page) ? fate.survivingSectors(name, page) : 0);
            }
        }
        dirtyPages.clear();
        seenBytes = durableBytes;
    }

    /** Flips one bit on the disk, and so in what programs see. */
    void flipBit(int offset, int bit) {
        int page = offset / PAGE_BYTES;
        byte mask = (byte) (1 << bit);
        image.put(offset, (byte) (image.get(offset) ^ mask));
        byte @Nullable [] kept = onDisk[page];
        if (kept != null) {
            kept[offset % PAGE_BYTES] ^= mask;
        }
        changed(page);
    }

    /** The disk, not programs, gets {@code bytes} for one page: a write that was meant for another place. */
    void receive(int page, byte[] bytes) {
        if (page < onDisk.length) {
            keepDurable(page);
            onDisk[page] = bytes;
        }
    }

    /** What programs see of one page, filled with zeros behind the end of the file; a copy. */
    byte[] seenPage(int page) {
        byte[] bytes = new byte[PAGE_BYTES];
        image.get(page * PAGE_BYTES, bytes, 0, pageBytes(page));
        return bytes;
    }

    private static int pageCount(int capacityBytes) {
        return (capacityBytes + PAGE_BYTES - 1) / PAGE_BYTES;
    }

    private int pageBytes(int page) {
        return Math.min(PAGE_BYTES, image.capacity() - page * PAGE_BYTES);
    }

    private void changed(int page) {
        changeCount++;
        changedPages.set(page);
    }

    private void keepDurable(int page) {
        if (onDisk[page] == null) {
            onDisk[page] = seenPage(page);
        }
        changed(page);
    }

    private void reachDisk(int page, int sectors) {
        byte @Nullable [] kept = onDisk[page];
        if (kept == null) {
            return;
        }
        changed(page);
        if (disk.isMisdirected(this, page)) {
            return;
        }
        if (sectors == ALL_SECTORS) {
            onDisk[page] = null;
        }
        for (int sector = 0; sector < PAGE_BYTES / SECTOR_BYTES; sector++) {
            int offset = page * PAGE_BYTES + sector * SECTOR_BYTES;
            if ((sectors & 1 << sector) != 0 && offset < seenBytes) {
                int sectorBytes = Math.min(SECTOR_BYTES, seenBytes - offset);
                image.get(offset, kept, sector * SECTOR_BYTES, sectorBytes);
                durableBytes = Math.max(durableBytes, offset + sectorBytes);
            }
        }
    }

    /** Programs see of {@code page} what the disk holds, except in {@code survivingSectors}: those reach the disk. */
    private void restore(int page, int survivingSectors) {
        if (survivingSectors != 0) {
            reachDisk(page, survivingSectors);
        }
        byte @Nullable [] kept = onDisk[page];
        if (kept != null) {
            image.put(page * PAGE_BYTES, kept, 0, pageBytes(page));
            onDisk[page] = null;
            changed(page);
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
            return seenBytes;
        }

        @Override
        public ByteBuffer mapping() {
            return image.slice(0, seenBytes).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
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
            // The file stays: it is the disk's.
        }
    }
}
