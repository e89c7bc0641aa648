package dev.steppe.raft.storage;

import dev.steppe.base.OperatingFault;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The data directory of one server, held exclusively from its creation to {@link #close()}. Every name that is there at
 * its creation is durable: a killed process may have left one that was not synced. {@link #prepare} may run on a thread
 * of its own beside the owner, and so may {@link #create}, {@link #openSequential}, {@link #open}, {@link #rename},
 * {@link #delete} and the files that they are about; the rest belongs to the owner.
 */
public interface StorageDirectory extends AutoCloseable {
    /** Names of all complete files, ascending; what an interrupted {@link #prepare} left is not among them. */
    List<String> names() throws OperatingFault;

    /** Opens and maps an existing file, whole; its bytes will be stored by {@code strategy}. */
    StorageFile open(String name, WriteStrategy strategy) throws OperatingFault;

    /** As {@link #open(String, WriteStrategy)}, with positional writes. */
    default StorageFile open(String name) throws OperatingFault {
        return open(name, WriteStrategy.POSITIONAL);
    }

    /**
     * Makes a file of {@code lengthBytes}: {@code head} (from position to limit) at offset 0, zeros behind it, all of
     * it written, forced, given its name and the directory synced, in this order. A crash leaves the whole file or
     * none.
     *
     * @throws OperatingFault on anything but a full disk; a name that exists is a broken invariant
     */
    PrepareVerdict prepare(String name, int lengthBytes, ByteBuffer head) throws OperatingFault;

    /**
     * Begins a file that gets {@code name} when it is published; the first append makes it on the disk. Several may be
     * on their way to one name; the last one published has it.
     */
    SequentialFile create(String name) throws OperatingFault;

    /** Opens a file that was published, for reading. */
    SequentialFile openSequential(String name) throws OperatingFault;

    /**
     * Takes the name away and syncs the folder: after a crash in between it may be there again. Who has the file open
     * reads on. A name that is not there is not missed.
     */
    void delete(String name) throws OperatingFault;

    /**
     * Gives the file {@code from} the name {@code to}, which nobody has, and syncs the folders: after a crash in
     * between it has the one or the other. A folder that is not there is made. Who has the file open reads on.
     */
    void rename(String from, String to) throws OperatingFault;

    /** False where the file system keeps nothing over a power loss (tmpfs): durability is then shown as unforced. */
    boolean isDurable();

    /** Gives the directory back. Idempotent; files must have been closed. */
    @Override
    void close();
}
