package dev.steppe.raft.storage;

import dev.steppe.base.OperatingFault;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A directory that is given up after its first fault: one failed write or force of any of its files, and every later
 * write, force, preparation, publication, renaming and deletion is refused with that fault. Reading goes on.
 *
 * <p>After a failed force the kernel marks pages clean that never reached the disk, and the next force succeeds; so a
 * retry would acknowledge what is not there. Sources: 1. Rebello et al., Can Applications Recover from fsync Failures,
 * ATC 2020. 2. PostgreSQL's fsyncgate, 2018.
 */
public final class LatchedDirectory implements StorageDirectory {
    private final StorageDirectory directory;
    private volatile @Nullable OperatingFault firstFault;

    /** Guards {@code directory}, which nobody else may use from now on. */
    public LatchedDirectory(StorageDirectory directory) {
        this.directory = directory;
    }

    /** True once a write, a force or a preparation has failed. Any thread. */
    public boolean isLatched() {
        return firstFault != null;
    }

    @Override
    public List<String> names() throws OperatingFault {
        return directory.names();
    }

    @Override
    public StorageFile open(String name, WriteStrategy strategy) throws OperatingFault {
        return new LatchedFile(this, directory.open(name, strategy));
    }

    @Override
    public PrepareVerdict prepare(String name, int lengthBytes, ByteBuffer head) throws OperatingFault {
        check();
        try {
            return directory.prepare(name, lengthBytes, head);
        } catch (OperatingFault fault) {
            throw latch(fault);
        }
    }

    @Override
    public SequentialFile create(String name) throws OperatingFault {
        return new LatchedSequentialFile(this, directory.create(name));
    }

    @Override
    public SequentialFile openSequential(String name) throws OperatingFault {
        return new LatchedSequentialFile(this, directory.openSequential(name));
    }

    @Override
    public void delete(String name) throws OperatingFault {
        check();
        try {
            directory.delete(name);
        } catch (OperatingFault fault) {
            throw latch(fault);
        }
    }

    @Override
    public void rename(String from, String to) throws OperatingFault {
        check();
        try {
            directory.rename(from, to);
        } catch (OperatingFault fault) {
            throw latch(fault);
        }
    }

    @Override
    public boolean isDurable() {
        return directory.isDurable();
    }

    @Override
    public void close() {
        directory.close();
    }

    /** Refuses with the first fault, if there was one. */
    void check() throws OperatingFault {
        OperatingFault fault = firstFault;
        if (fault != null) {
            throw new OperatingFault("this directory is given up since: " + fault.getMessage(), fault);
        }
    }

    /** Keeps {@code fault} if it is the first, and hands it back. */
    OperatingFault latch(OperatingFault fault) {
        if (firstFault == null) {
            firstFault = fault;
        }
        return fault;
    }
}
