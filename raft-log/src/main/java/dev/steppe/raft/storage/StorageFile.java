package dev.steppe.raft.storage;

import dev.steppe.base.OperatingFault;
import java.nio.ByteBuffer;

/**
 * One file of fixed length whose blocks exist. Written and forced by one thread; read through {@link #mapping()} by any
 * thread that was told how far it may read. How bytes are stored is chosen when it is opened ({@link WriteStrategy}).
 */
public interface StorageFile extends AutoCloseable {
    /** Name inside the directory, with {@code /} between folder and file. */
    String name();

    /** Length in bytes, fixed since the file was prepared. */
    int lengthBytes();

    /**
     * A new little-endian view of the whole file, read only; what was written is seen at once, forced or not. Touching
     * it after {@link #close()} ends the process. Allocates: take one per owner and keep it.
     */
    ByteBuffer mapping();

    /**
     * Stores {@code source} from its position to its limit at {@code fileOffset}; the source must be a direct buffer
     * and is left with its position at its limit. Not durable before {@link #force()}. Allocates nothing.
     *
     * @throws OperatingFault when not every byte could be handed to the system
     */
    void write(int fileOffset, ByteBuffer source) throws OperatingFault;

    /**
     * Returns when every byte written to this file before the call is on the disk.
     *
     * @throws OperatingFault when the system could not say so; the file must then not be trusted again in this process
     */
    void force() throws OperatingFault;

    /**
     * Brings every page into memory and into the mapping, so that neither a write nor a read has to wait for the disk
     * soon after. Takes as long as reading the file.
     */
    void warm();

    /** Unmaps and closes. Idempotent. The owner knows that nobody reads any more. */
    @Override
    void close();
}
