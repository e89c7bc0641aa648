package dev.steppe.raft.storage.file;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.StorageFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.agrona.BufferUtil;

/**
 * One open file: stores through a writable mapping of the whole, and msync of the range that was stored. Every block of
 * it was written when it was prepared, so no page of the mapping is a hole. One thread writes; another one may force
 * meanwhile, and forces what was written before it began.
 */
final class MsyncFile implements StorageFile {
    private static final int PAGE_BYTES = 4096;

    private final String name;
    private final MappedByteBuffer mapped;
    private final int lengthBytes;
    private final DirtyRange dirty = new DirtyRange();
    private boolean isClosed;

    private MsyncFile(String name, MappedByteBuffer mapped) {
        this.name = name;
        this.mapped = mapped;
        lengthBytes = mapped.capacity();
    }

    static MsyncFile open(String name, Path path) throws OperatingFault {
        try (FileChannel channel = FileChannel.open(path, MappedFile.READ_WRITE)) {
            return new MsyncFile(name, MappedFile.map(path, channel, FileChannel.MapMode.READ_WRITE));
        } catch (IOException fault) {
            throw new OperatingFault("cannot open " + path + "; check that this user may read and write it", fault);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int lengthBytes() {
        return lengthBytes;
    }

    @Override
    public ByteBuffer mapping() {
        return mapped.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void write(int fileOffset, ByteBuffer source) {
        int writtenBytes = source.remaining();
        if (fileOffset < 0 || writtenBytes > lengthBytes - fileOffset) {
            throw Invariant.broken(
                    "write beyond the file: offset, bytes, length", fileOffset, writtenBytes, lengthBytes);
        }
        mapped.put(fileOffset, source, source.position(), writtenBytes);
        source.position(source.limit());
        dirty.add(fileOffset, fileOffset + writtenBytes);
    }

    @Override
    public void force() throws OperatingFault {
        long range = dirty.take();
        if (range == DirtyRange.CLEAN) {
            return;
        }
        try {
            mapped.force(DirtyRange.start(range), DirtyRange.end(range) - DirtyRange.start(range));
        } catch (UncheckedIOException fault) {
            throw new OperatingFault("cannot force " + name + "; check the disk, then restart this server", fault);
        }
    }

    /**
     * Stores into every page what it holds: a page that was only read traps into the file system at its first store,
     * which costs more than the entries that go into it. The system writes the pages once more for that, some time.
     */
    @Override
    public void warm() {
        for (int offset = 0; offset < lengthBytes; offset += PAGE_BYTES) {
            mapped.put(offset, mapped.get(offset));
        }
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            BufferUtil.free(mapped);
        }
    }
}
