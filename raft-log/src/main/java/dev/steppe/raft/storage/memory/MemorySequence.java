package dev.steppe.raft.storage.memory;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.FileVerdict;
import dev.steppe.raft.storage.SequentialFile;
import java.nio.ByteBuffer;

/** One opening of a sequential file by one program; dead after the power was lost. */
final class MemorySequence implements SequentialFile {
    private static final int FIRST_BYTES = MemoryFile.PAGE_BYTES;

    private final MemoryDisk disk;
    private final MemoryFile file;
    private final int lifeCount;
    private boolean isPublished;
    private boolean isClosed;
    private int forcedBytes;

    private MemorySequence(MemoryDisk disk, MemoryFile file, boolean isPublished) {
        this.disk = disk;
        this.file = file;
        this.isPublished = isPublished;
        lifeCount = disk.lifeCount();
    }

    /** One that will get {@code name}. */
    static MemorySequence create(MemoryDisk disk, String name) {
        MemoryFile file = MemoryFile.empty(disk, name, FIRST_BYTES);
        disk.begin(file);
        return new MemorySequence(disk, file, false);
    }

    /** One that has its name. */
    static MemorySequence open(MemoryDisk disk, MemoryFile file) {
        return new MemorySequence(disk, file, true);
    }

    @Override
    public String name() {
        return file.name();
    }

    @Override
    public long lengthBytes() {
        return file.lengthBytes();
    }

    @Override
    public FileVerdict append(ByteBuffer source) throws OperatingFault {
        disk.checkAlive(lifeCount);
        if (isPublished) {
            throw Invariant.broken("append to a file that has its name", name());
        }
        return disk.append(file, source);
    }

    @Override
    public void force() throws OperatingFault {
        disk.checkAlive(lifeCount);
        disk.force(file);
        forcedBytes = file.lengthBytes();
    }

    @Override
    public FileVerdict publish() throws OperatingFault {
        disk.checkAlive(lifeCount);
        if (isPublished || forcedBytes != file.lengthBytes()) {
            throw Invariant.broken(
                    "not ready for its name: " + name() + ": length, forced", file.lengthBytes(), forcedBytes);
        }
        disk.publish(file);
        isPublished = true;
        return FileVerdict.DONE;
    }

    @Override
    public void read(long fileOffset, ByteBuffer target) throws OperatingFault {
        disk.checkAlive(lifeCount);
        long endOffset = fileOffset + target.remaining();
        if (fileOffset < 0 || fileOffset > file.lengthBytes() || endOffset > file.lengthBytes()) {
            throw Invariant.broken(
                    "read beyond the file: offset, end, length", fileOffset, endOffset, file.lengthBytes());
        }
        int readBytes = target.remaining();
        target.put(target.position(), file.image(), (int) fileOffset, readBytes);
        target.position(target.position() + readBytes);
    }

    @Override
    public void close() {
        if (!isClosed && !isPublished) {
            disk.abandon(file);
        }
        isClosed = true;
    }
}
