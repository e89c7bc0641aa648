package dev.steppe.raft.storage.file;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.PrepareVerdict;
import dev.steppe.raft.storage.SequentialFile;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.StorageFile;
import dev.steppe.raft.storage.WriteStrategy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.agrona.CloseHelper;

/**
 * A data directory on a real file system, held by a lock on its file {@code lock}. {@link #prepare} may run on a thread
 * of its own, the rest belongs to the owner.
 */
public final class FileDirectory implements StorageDirectory {
    static final String LOCK = "lock";
    /** Beginning of the names of folders in which damaged files are kept. */
    private static final String SET_ASIDE = "damaged-";

    private static final List<String> FOLDERS = List.of("segments", "snapshots");
    /** A file that is being filled; whatever carries this ending when a directory is opened was never finished. */
    static final String UNFINISHED = ".preparing";

    private static final int FILL_BYTES = 1 << 20;
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path root;
    private final FileChannel lockChannel;
    private final boolean isDurable;
    private int createdCount;

    private FileDirectory(Path root, FileChannel lockChannel, boolean isDurable) {
        this.root = root;
        this.lockChannel = lockChannel;
        this.isDurable = isDurable;
    }

    /**
     * Holds {@code path}, which is made with its parents if it is not there, and removes what interrupted preparations
     * left.
     *
     * @throws OperatingFault when it cannot be made, read or locked, or is a symbolic link
     */
    public static DirectoryVerdict hold(Path path) throws OperatingFault {
        Path root = path.toAbsolutePath().normalize();
        try {
            makeParents(root);
            makeDirectory(root);
            FileChannel channel = FileChannel.open(
                    root.resolve(LOCK),
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                    OWNER_ONLY_FILE);
            if (!isLocked(channel)) {
                channel.close();
                return new DirectoryVerdict.InUse(root.toString());
            }
            for (String folder : FOLDERS) {
                makeDirectory(root.resolve(folder));
            }
            FileDirectory directory = new FileDirectory(root, channel, isDurable(root));
            directory.removeUnfinished();
            // A life that was killed between a new name and its sync has left a name that power loss would take away.
            syncDirectory(root);
            for (String folder : FOLDERS) {
                syncDirectory(root.resolve(folder));
            }
            return new DirectoryVerdict.Held(directory);
        } catch (IOException fault) {
            throw new OperatingFault("cannot hold " + root + "; check the path and its permissions", fault);
        }
    }

    @Override
    public List<String> names() throws OperatingFault {
        return namesIn(root);
    }

    /** Names of all complete files below {@code root}, ascending. */
    static List<String> namesIn(Path root) throws OperatingFault {
        List<String> names = new ArrayList<>();
        try {
            for (String folder : foldersOf(root)) {
                addEntries(root.resolve(folder), folder, names);
            }
        } catch (IOException fault) {
            throw new OperatingFault("cannot list " + root + "; check its permissions", fault);
        }
        names.removeIf(name -> name.equals(LOCK) || name.endsWith(UNFINISHED));
        names.sort(null);
        return names;
    }

    @Override
    public StorageFile open(String name, WriteStrategy strategy) throws OperatingFault {
        Path path = root.resolve(name);
        return strategy == WriteStrategy.MAPPED ? MsyncFile.open(name, path) : MappedFile.open(name, path);
    }

    @Override
    public PrepareVerdict prepare(String name, int lengthBytes, ByteBuffer head) throws OperatingFault {
        Path target = root.resolve(name);
        Path unfinished = root.resolve(name + UNFINISHED);
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw Invariant.broken("file prepared twice", name);
        }
        try {
            Files.deleteIfExists(unfinished);
            fill(unfinished, lengthBytes, head);
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
            syncDirectory(parentOf(target));
            return PrepareVerdict.PREPARED;
        } catch (IOException fault) {
            return refuseOrThrow(unfinished, lengthBytes, fault);
        }
    }

    @Override
    public SequentialFile create(String name) {
        return ChannelFile.create(name, root.resolve(name), ++createdCount);
    }

    @Override
    public SequentialFile openSequential(String name) throws OperatingFault {
        return ChannelFile.open(name, root.resolve(name));
    }

    @Override
    public void delete(String name) throws OperatingFault {
        Path target = root.resolve(name);
        try {
            Files.deleteIfExists(target);
        } catch (IOException fault) {
            throw new OperatingFault("cannot remove " + target + "; check the disk, then restart this server", fault);
        }
        syncParent(target);
    }

    @Override
    public void rename(String from, String to) throws OperatingFault {
        Path source = root.resolve(from);
        Path target = root.resolve(to);
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw Invariant.broken("file renamed over another", to);
        }
        try {
            makeDirectory(parentOf(target));
            Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException fault) {
            throw new OperatingFault("cannot rename " + source + "; check the disk, then restart this server", fault);
        }
        syncParent(target);
        if (!parentOf(source).equals(parentOf(target))) {
            syncParent(source);
        }
    }

    @Override
    public boolean isDurable() {
        return isDurable;
    }

    @Override
    public void close() {
        // The lock goes with the descriptor, which is gone whatever close says.
        CloseHelper.quietClose(lockChannel);
    }

    private static void makeParents(Path path) throws IOException {
        Path parent = path.getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            makeParents(parent);
            makeDirectory(parent);
        }
    }

    private static void makeDirectory(Path path) throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(path, OWNER_ONLY_DIRECTORY);
            Path parent = path.getParent();
            if (parent != null) {
                syncDirectory(parent);
            }
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException held) {
            // Another server in this process holds it.
            return false;
        }
    }

    private static boolean isDurable(Path root) throws IOException {
        String type = Files.getFileStore(root).type();
        return !type.equals("tmpfs") && !type.equals("ramfs");
    }

    private void removeUnfinished() throws IOException {
        List<String> names = new ArrayList<>();
        addEntries(root, "", names);
        for (String folder : FOLDERS) {
            addEntries(root.resolve(folder), folder + "/", names);
        }
        for (String name : names) {
            if (name.endsWith(UNFINISHED)) {
                Files.delete(root.resolve(name));
            }
        }
    }

    /** The directory itself, as nothing, and the folders in it that are ours, each with its slash. */
    private static List<String> foldersOf(Path root) throws IOException {
        List<String> folders = new ArrayList<>(List.of(""));
        try (Stream<Path> entries = Files.list(root)) {
            entries.filter(entry -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS))
                    .map(entry -> String.valueOf(entry.getFileName()))
                    .filter(name -> FOLDERS.contains(name) || name.startsWith(SET_ASIDE))
                    .forEach(name -> folders.add(name + "/"));
        }
        return folders;
    }

    private static void addEntries(Path folder, String prefix, List<String> names) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            entries.filter(entry -> Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS))
                    .forEach(entry -> names.add(prefix + entry.getFileName()));
        }
    }

    private static void fill(Path path, int lengthBytes, ByteBuffer head) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(Math.min(FILL_BYTES, lengthBytes));
        try (FileChannel channel = FileChannel.open(
                path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                OWNER_ONLY_FILE)) {
            ByteBuffer source = head.duplicate();
            while (source.hasRemaining()) {
                channel.write(source);
            }
            while (channel.position() < lengthBytes) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), lengthBytes - channel.position()));
                channel.write(zeros);
                // Piece by piece: a force of the log would have to wait behind all that is dirty on the same disk.
                channel.force(false);
            }
            channel.force(true);
        }
    }

    /** Returns when the folder that {@code path} lies in is on the disk. */
    static void syncParent(Path path) throws OperatingFault {
        try {
            syncDirectory(parentOf(path));
        } catch (IOException fault) {
            throw new OperatingFault("cannot sync the folder of " + path + "; check the disk, then restart", fault);
        }
    }

    private static Path parentOf(Path path) {
        return Objects.requireNonNull(path.getParent());
    }

    private static void syncDirectory(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** NO_SPACE, with the unfinished file removed, if that is why {@code fault} was thrown; else the fault. */
    private PrepareVerdict refuseOrThrow(Path unfinished, int lengthBytes, IOException fault) throws OperatingFault {
        try {
            long writtenBytes = Files.exists(unfinished) ? Files.size(unfinished) : 0;
            long usableBytes = Files.getFileStore(root).getUsableSpace();
            Files.deleteIfExists(unfinished);
            if (usableBytes < lengthBytes - writtenBytes || DiskFull.isReasonOf(fault)) {
                return PrepareVerdict.NO_SPACE;
            }
        } catch (IOException second) {
            fault.addSuppressed(second);
        }
        throw new OperatingFault("cannot prepare " + unfinished + "; check the disk, then restart this server", fault);
    }
}
