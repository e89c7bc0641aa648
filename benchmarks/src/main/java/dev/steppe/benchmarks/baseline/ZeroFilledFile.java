package dev.steppe.benchmarks.baseline;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file in the directory for temporary files, filled with zeros and forced; gone when it is closed. One owner. */
final class ZeroFilledFile implements AutoCloseable {
    private static final int FILL_BYTES = 1 << 20;

    private final Path path;
    private final FileChannel channel;

    private ZeroFilledFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /** Makes one of {@code lengthMib} MiB. */
    static ZeroFilledFile make(int lengthMib) throws IOException {
        Path path = Files.createTempFile("steppe-benchmark-", ".zeros");
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        ByteBuffer zeros = ByteBuffer.allocateDirect(FILL_BYTES);
        for (int i = 0; i < lengthMib; i++) {
            zeros.clear();
            while (zeros.hasRemaining()) {
                channel.write(zeros);
            }
        }
        channel.force(true);
        return new ZeroFilledFile(path, channel);
    }

    FileChannel channel() {
        return channel;
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.delete(path);
    }
}
