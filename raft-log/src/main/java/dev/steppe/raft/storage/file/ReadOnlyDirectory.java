package dev.steppe.raft.storage.file;

import dev.steppe.base.Invariant;
import dev.steppe.base.InvariantBroken;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.PrepareVerdict;
import dev.steppe.raft.storage.SequentialFile;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.StorageFile;
import dev.steppe.raft.storage.WriteStrategy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

/**
 * A data directory that nobody runs on, to be looked at: nothing in it is made, changed or removed. While it is open no
 * server can start on it. Owned by one thread.
 */
public final class ReadOnlyDirectory implements StorageDirectory {
    private static final Set<? extends OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    private final Path root;
    private final @Nullable FileChannel lockChannel;

    private ReadOnlyDirectory(Path root, @Nullable FileChannel lockChannel) {
        this.root = root;
        this.lockChannel = lockChannel;
    }

    /**
     * Opens {@code path} for reading.
     *
     * @throws OperatingFault when it is no directory, cannot be read, or a server runs on it
     */
    public static ReadOnlyDirectory open(Path path) throws OperatingFault {
        Path root = path.toAbsolutePath().normalize();
        if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
            throw new OperatingFault(path + " is no directory: name the data directory of a server");
        }
        Path lock = root.resolve(FileDirectory.LOCK);
        if (!Files.exists(lock, LinkOption.NOFOLLOW_LINKS)) {
            return new ReadOnlyDirectory(root, null);
        }
        try {
            FileChannel channel = FileChannel.open(lock, READ);
            if (isShared(channel)) {
                return new ReadOnlyDirectory(root, channel);
            }
            channel.close();
        } catch (IOException fault) {
            throw new OperatingFault("cannot read " + lock + "; check its permissions", fault);
        }
        throw new OperatingFault("a server runs on " + path + ": stop it first, or look at a copy");
    }

    private static boolean isShared(FileChannel channel) throws IOException {
        try {
            return channel.tryLock(0, Long.MAX_VALUE, true) != null;
        } catch (OverlappingFileLockException held) {
            // A server in this process holds it.
            return false;
        }
    }

    @Override
    public List<String> names() throws OperatingFault {
        return FileDirectory.namesIn(root);
    }

    @Override
    public StorageFile open(String name, WriteStrategy strategy) throws OperatingFault {
        return MappedFile.openReadOnly(name, root.resolve(name));
    }

    @Override
    public PrepareVerdict prepare(String name, int lengthBytes, ByteBuffer head) {
        throw changed(name);
    }

    @Override
    public SequentialFile create(String name) {
        throw changed(name);
    }

    @Override
    public SequentialFile openSequential(String name) throws OperatingFault {
        return ChannelFile.open(name, root.resolve(name));
    }

    @Override
    public void delete(String name) {
        throw changed(name);
    }

    @Override
    public void rename(String from, String to) {
        throw changed(from);
    }

    @Override
    public boolean isDurable() {
        return true;
    }

    @Override
    public void close() {
        CloseHelper.quietClose(lockChannel);
    }

    private static InvariantBroken changed(String name) {
        return Invariant.broken("a directory that is only looked at would change", name);
    }
}
