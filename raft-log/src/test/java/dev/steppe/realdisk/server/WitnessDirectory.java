package dev.steppe.realdisk.server;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.PrepareVerdict;
import dev.steppe.raft.storage.SequentialFile;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.StorageFile;
import dev.steppe.raft.storage.WriteStrategy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * A directory that tells how far the log was forced, as the bytes show that go through it: the last index of the last
 * frame that was written to a segment whose force came back well. It knows FORMAT.md, and nothing of the log's code.
 */
record WitnessDirectory(StorageDirectory directory, LongConsumer forced) implements StorageDirectory {
    @Override
    public List<String> names() throws OperatingFault {
        return directory.names();
    }

    @Override
    public StorageFile open(String name, WriteStrategy strategy) throws OperatingFault {
        StorageFile file = directory.open(name, strategy);
        return name.startsWith("segments/") ? new Segment(file, forced) : file;
    }

    @Override
    public PrepareVerdict prepare(String name, int lengthBytes, ByteBuffer head) throws OperatingFault {
        return directory.prepare(name, lengthBytes, head);
    }

    @Override
    public SequentialFile create(String name) throws OperatingFault {
        return directory.create(name);
    }

    @Override
    public SequentialFile openSequential(String name) throws OperatingFault {
        return directory.openSequential(name);
    }

    @Override
    public void delete(String name) throws OperatingFault {
        directory.delete(name);
    }

    @Override
    public void rename(String from, String to) throws OperatingFault {
        directory.rename(from, to);
    }

    @Override
    public boolean isDurable() {
        return directory.isDurable();
    }

    @Override
    public void close() {
        directory.close();
    }

    /** One segment. Owned by the thread that writes it; another one may force it meanwhile. */
    private static final class Segment implements StorageFile {
        private static final int KIND_OFFSET = 3;
        private static final int BATCH = 1;
        private static final int FIRST_INDEX_OFFSET = 16;
        private static final int COUNT_OFFSET = 24;

        private final StorageFile file;
        private final LongConsumer forced;
        private volatile long writtenIndex;

        Segment(StorageFile file, LongConsumer forced) {
            this.file = file;
            this.forced = forced;
        }

        @Override
        public String name() {
            return file.name();
        }

        @Override
        public int lengthBytes() {
            return file.lengthBytes();
        }

        @Override
        public ByteBuffer mapping() {
            return file.mapping();
        }

        @Override
        public void write(int fileOffset, ByteBuffer source) throws OperatingFault {
            ByteBuffer frame = source.slice().order(ByteOrder.LITTLE_ENDIAN);
            file.write(fileOffset, source);
            boolean isFrame = frame.remaining() > COUNT_OFFSET + Integer.BYTES
                    && frame.get(0) == 'S'
                    && frame.get(1) == 'F'
                    && frame.get(KIND_OFFSET) == BATCH;
            if (isFrame) {
                writtenIndex = frame.getLong(FIRST_INDEX_OFFSET) + frame.getInt(COUNT_OFFSET) - 1;
            }
        }

        @Override
        public void force() throws OperatingFault {
            long index = writtenIndex;
            file.force();
            if (index > 0) {
                forced.accept(index);
            }
        }

        @Override
        public void warm() {
            file.warm();
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
