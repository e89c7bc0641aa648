package dev.steppe.raft.storage;

import dev.steppe.base.OperatingFault;
import java.nio.ByteBuffer;

/**
 * A file that is written once from its first byte to its last, gets its name when it is whole, and is read by position
 * ever after; it may be longer than 2 GiB. Owned by one thread.
 *
 * <p>From {@link StorageDirectory#create} to {@link #publish()} nobody finds it: it is gone after a crash and after
 * {@link #close()}.
 */
public interface SequentialFile extends AutoCloseable {
    /** Name that it has, or will have, inside the directory. */
    String name();

    /** Bytes that were appended so far. */
    long lengthBytes();

    /**
     * Stores {@code source} from its position to its limit behind the last byte; it must be a direct buffer and is left
     * with its position at its limit, or as it was where there is no space. Not durable before {@link #force()}.
     * Allocates nothing. After {@link #publish()} a broken invariant.
     */
    FileVerdict append(ByteBuffer source) throws OperatingFault;

    /**
     * Returns when every byte appended before the call is on the disk.
     *
     * @throws OperatingFault when the system could not say so; the file must then not be trusted again in this process
     */
    void force() throws OperatingFault;

    /**
     * Gives the file its name, in place of a file that has it, and syncs the folder: after a crash in between one of
     * them has it, or nobody. All that was appended must have been forced, or it is a broken invariant.
     */
    FileVerdict publish() throws OperatingFault;

    /**
     * Fills {@code target} from its position to its limit with the bytes at {@code fileOffset}. Allocates nothing if it
     * is a direct buffer. Asking for bytes behind {@link #lengthBytes()} is a broken invariant.
     *
     * @throws OperatingFault when the bytes cannot be read, or somebody cut the file short
     */
    void read(long fileOffset, ByteBuffer target) throws OperatingFault;

    /** Closes; a file that was not published is removed. Idempotent. */
    @Override
    void close();
}
