package dev.steppe.raft.storage;

import dev.steppe.base.OperatingFault;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The data directory of one server, held exclusively from its creation to {@link #close()}. {@link #prepare} may run on
 * a thread of its own beside the owner; the rest belongs to the owner.
 */
public interface StorageDirectory extends AutoCloseable {
    /** Names of all complete files, ascending; what an interrupted {@link #prepare} left is not among them. */
    List<String> names() throws OperatingFault;

    /** Opens and maps an existing file, whole. */
    StorageFile open(String name) throws OperatingFault;

    /**
     * Makes a file of {@code lengthBytes}: {@code head} (from position to limit) at offset 0, zeros behind it, all of
     * it written, forced, given its name and the directory synced, in this order. A crash leaves the whole file or
     * none.
     *
     * @throws OperatingFault on anything but a full disk; a name that exists is a broken invariant
     */
    PrepareVerdict prepare(String name, int lengthBytes, ByteBuffer head) throws OperatingFault;

    /** False where the file system keeps nothing over a power loss (tmpfs): durability is then shown as unforced. */
    boolean isDurable();

    /** Gives the directory back. Idempotent; files must have been closed. */
    @Override
    void close();
}
