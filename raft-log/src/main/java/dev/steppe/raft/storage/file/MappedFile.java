package dev.steppe.raft.storage.file;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.agrona.BufferUtil;
import org.agrona.CloseHelper;

/** One open file: positional writes through the channel, reads through a mapping of the whole. */
final class MappedFile implements StorageFile {
    static final Set<? extends OpenOption> READ_WRITE =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private final String name;
    private final FileChannel channel;
    private final MappedByteBuffer mapped;
    private final int lengthBytes;
    private final ByteBuffer lastByte = ByteBuffer.allocateDirect(1);
    private boolean isClosed;

    private MappedFile(String name, FileChannel channel, MappedByteBuffer mapped) {
        this.name = name;
        this.channel = channel;
        this.mapped = mapped;
        lengthBytes = mapped.capacity();
    }

    static MappedFile open(String name, Path path) throws OperatingFault {
        return open(name, path, READ_WRITE);
    }

    /** One that is never written or forced. */
    static MappedFile openReadOnly(String name, Path path) throws OperatingFault {
        return open(name, path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    }

    /** The whole file of {@code channel}. */
    static MappedByteBuffer map(Path path, FileChannel channel, FileChannel.MapMode mode)
            throws IOException, OperatingFault {
        long lengthBytes = channel.size();
        if (lengthBytes > Integer.MAX_VALUE) {
            throw new OperatingFault(path + " has " + lengthBytes + " bytes; no file of a log has 2 GiB");
        }
        return channel.map(mode, 0, lengthBytes);
    }

    private static MappedFile open(String name, Path path, Set<? extends OpenOption> options) throws OperatingFault {
        try {
            FileChannel channel = FileChannel.open(path, options);
            try {
                return new MappedFile(name, channel, map(path, channel, FileChannel.MapMode.READ_ONLY));
            } catch (IOException | OperatingFault fault) {
                channel.close();
                throw fault;
            }
        } catch (IOException fault) {
            throw new OperatingFault("cannot open " + path + "; check that this user may read and write it", fault);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int lengthBytes() {
        return lengthBytes;
    }

    @Override
    public ByteBuffer mapping() {
        return mapped.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void write(int fileOffset, ByteBuffer source) throws OperatingFault {
        int endOffset = Math.addExact(fileOffset, source.remaining());
        if (fileOffset < 0 || endOffset > lengthBytes) {
            throw Invariant.broken("write beyond the file: offset, end", fileOffset, endOffset);
        }
        try {
            while (source.hasRemaining()) {
                channel.write(source, (long) endOffset - source.remaining());
            }
        } catch (IOException fault) {
            throw new OperatingFault("cannot write " + name + "; check the disk, then restart this server", fault);
        }
    }

    /**
     * A write makes a file that somebody cut short longer again, with a hole in it; so its last byte is asked for here.
     * Not its length: who asks for that has the next write change the file's times, which the journal then waits for
     * (50 us a force on ext4).
     */
    @Override
    public void force() throws OperatingFault {
        try {
            channel.force(false);
            if (channel.read(lastByte.clear(), lengthBytes - 1L) != 1) {
                throw new OperatingFault(name + " has " + channel.size() + " bytes instead of " + lengthBytes
                        + ": somebody else changed it; put a new member in this one's place");
            }
        } catch (IOException fault) {
            throw new OperatingFault("cannot force " + name + "; check the disk, then restart this server", fault);
        }
    }

    @Override
    public void warm() {
        mapped.load();
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            BufferUtil.free(mapped);
            // Everything that had to be durable was forced; a close that fails takes nothing back.
            CloseHelper.quietClose(channel);
        }
    }
}
