package dev.steppe.benchmarks.raft;

import java.io.IOException;
import org.agrona.DirectBuffer;

/**
 * A replicated log with all its replicas and one client, open and with a leader. A command carries its sequence number
 * in its first eight bytes, little-endian. Everything but {@link Acks} belongs to the client's thread.
 */
public interface GroupUnderLoad extends AutoCloseable {
    /** Offers a command, whose bytes are copied; false, and nothing done, when the group takes none now. */
    boolean offer(DirectBuffer buffer, int offset, int lengthBytes);

    /** Lets acknowledgements come in that this thread must fetch; how much was done. */
    default int poll() {
        return 0;
    }

    /** What the figures must say about the group, in one line: version, durability, threads. */
    String description();

    /** Ends every replica. */
    @Override
    void close() throws IOException;

    /** Who is told that a command has been committed and applied. */
    @FunctionalInterface
    interface Acks {
        /** The command {@code sequence} is committed and applied; once for each, in any order, by any thread. */
        void acknowledged(long sequence);
    }
}
