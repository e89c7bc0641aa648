package dev.steppe.raft.storage;

import dev.steppe.base.OperatingFault;
import java.nio.ByteBuffer;

/**
 * A file of a {@link LatchedDirectory}; owned by the thread that owns the file, forced by any. Forces do not overlap: a
 * system tells one fault to one caller, so whoever asks while another force is under way learns how that one ended
 * first.
 */
final class LatchedFile implements StorageFile {
    private final LatchedDirectory directory;
    private final StorageFile file;

    LatchedFile(LatchedDirectory directory, StorageFile file) {
        this.directory = directory;
        this.file = file;
    }

    @Override
    public String name() {
        return file.name();
    }

    @Override
    public int lengthBytes() {
        return file.lengthBytes();
    }

    @Override
    public ByteBuffer mapping() {
        return file.mapping();
    }

    @Override
    public void write(int fileOffset, ByteBuffer source) throws OperatingFault {
        directory.check();
        try {
            file.write(fileOffset, source);
        } catch (OperatingFault fault) {
            throw directory.latch(fault);
        }
    }

    @Override
    public synchronized void force() throws OperatingFault {
        directory.check();
        try {
            file.force();
        } catch (OperatingFault fault) {
            throw directory.latch(fault);
        }
    }

    @Override
    public void warm() {
        file.warm();
    }

    @Override
    public void close() {
        file.close();
    }
}
