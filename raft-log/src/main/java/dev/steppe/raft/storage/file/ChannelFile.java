package dev.steppe.raft.storage.file;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.FileVerdict;
import dev.steppe.raft.storage.SequentialFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

/** One sequential file: positional writes and reads through its channel. Owned by one thread. */
final class ChannelFile implements SequentialFile {
    private final String name;
    private final Path target;
    private final Path unfinished;
    private @Nullable FileChannel channel;
    private boolean isPublished;
    private long lengthBytes;
    private long forcedBytes;

    private ChannelFile(String name, Path target, Path unfinished) {
        this.name = name;
        this.target = target;
        this.unfinished = unfinished;
    }

    /** One that will be {@code target}; {@code ordinal} tells it from others on their way to that name. */
    static ChannelFile create(String name, Path target, int ordinal) {
        String unfinishedName = target.getFileName() + "." + ordinal + FileDirectory.UNFINISHED;
        return new ChannelFile(name, target, target.resolveSibling(unfinishedName));
    }

    /** One that lies under its name. */
    static ChannelFile open(String name, Path target) throws OperatingFault {
        ChannelFile file = new ChannelFile(name, target, target);
        try {
            file.channel = FileChannel.open(target, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
            file.isPublished = true;
            file.lengthBytes = file.channel.size();
            file.forcedBytes = file.lengthBytes;
            return file;
        } catch (IOException fault) {
            file.close();
            throw new OperatingFault("cannot open " + target + "; check that this user may read it", fault);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long lengthBytes() {
        return lengthBytes;
    }

    @Override
    public FileVerdict append(ByteBuffer source) throws OperatingFault {
        if (isPublished) {
            throw Invariant.broken("append to a file that has its name", name);
        }
        int startPosition = source.position();
        long endOffset = lengthBytes + source.remaining();
        try {
            if (channel == null) {
                channel = begin();
            }
            while (source.hasRemaining()) {
                channel.write(source, endOffset - source.remaining());
            }
            lengthBytes = endOffset;
            return FileVerdict.DONE;
        } catch (IOException fault) {
            if (!DiskFull.isReasonOf(fault)) {
                throw new OperatingFault("cannot write " + name + "; check the disk, then restart this server", fault);
            }
            source.position(startPosition);
            cutPartialWrite();
            return FileVerdict.NO_SPACE;
        }
    }

    @Override
    public void force() throws OperatingFault {
        try {
            if (channel != null) {
                channel.force(false);
            }
            forcedBytes = lengthBytes;
        } catch (IOException fault) {
            throw new OperatingFault("cannot force " + name + "; check the disk, then restart this server", fault);
        }
    }

    @Override
    public FileVerdict publish() throws OperatingFault {
        if (isPublished || channel == null || forcedBytes != lengthBytes) {
            throw Invariant.broken("not ready for its name: " + name + ": length, forced", lengthBytes, forcedBytes);
        }
        try {
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException fault) {
            if (DiskFull.isReasonOf(fault)) {
                return FileVerdict.NO_SPACE;
            }
            throw new OperatingFault("cannot rename " + unfinished + "; check the disk, then restart", fault);
        }
        isPublished = true;
        FileDirectory.syncParent(target);
        return FileVerdict.DONE;
    }

    @Override
    public void read(long fileOffset, ByteBuffer buffer) throws OperatingFault {
        long endOffset = fileOffset + buffer.remaining();
        if (fileOffset < 0 || fileOffset > lengthBytes || endOffset > lengthBytes || channel == null) {
            throw Invariant.broken("read beyond the file: offset, end, length", fileOffset, endOffset, lengthBytes);
        }
        try {
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, endOffset - buffer.remaining()) < 0) {
                    throw new OperatingFault(target + " was cut short by somebody else");
                }
            }
        } catch (IOException fault) {
            throw new OperatingFault("cannot read " + target + "; check the disk", fault);
        }
    }

    @Override
    public void close() {
        if (channel == null) {
            return;
        }
        CloseHelper.quietClose(channel);
        channel = null;
        if (!isPublished) {
            removeUnfinished();
        }
    }

    private FileChannel begin() throws IOException {
        return FileChannel.open(
                unfinished,
                Set.of(
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS),
                FileDirectory.OWNER_ONLY_FILE);
    }

    /** What a full disk took of the last append is given back, so that the next one may come. */
    private void cutPartialWrite() throws OperatingFault {
        try {
            if (channel != null) {
                channel.truncate(lengthBytes);
            }
        } catch (IOException fault) {
            throw new OperatingFault("cannot cut " + name + "; check the disk, then restart this server", fault);
        }
    }

    /** Best effort: what stays is removed when the directory is held the next time. */
    private void removeUnfinished() {
        unfinished.toFile().delete();
    }
}
