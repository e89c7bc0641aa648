package dev.steppe.raft.storage;

import dev.steppe.base.OperatingFault;
import java.nio.ByteBuffer;

/** A sequential file of a {@link LatchedDirectory}; owned by the thread that owns the file. */
final class LatchedSequentialFile implements SequentialFile {
    private final LatchedDirectory directory;
    private final SequentialFile file;

    LatchedSequentialFile(LatchedDirectory directory, SequentialFile file) {
        this.directory = directory;
        this.file = file;
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
        directory.check();
        try {
            return file.append(source);
        } catch (OperatingFault fault) {
            throw directory.latch(fault);
        }
    }

    @Override
    public void force() throws OperatingFault {
        directory.check();
        try {
            file.force();
        } catch (OperatingFault fault) {
            throw directory.latch(fault);
        }
    }

    @Override
    public FileVerdict publish() throws OperatingFault {
        directory.check();
        try {
            return file.publish();
        } catch (OperatingFault fault) {
            throw directory.latch(fault);
        }
    }

    @Override
    public void read(long fileOffset, ByteBuffer target) throws OperatingFault {
        file.read(fileOffset, target);
    }

    @Override
    public void close() {
        file.close();
    }
}
