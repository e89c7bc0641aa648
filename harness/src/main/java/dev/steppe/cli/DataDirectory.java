package dev.steppe.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where a command puts its data: the operator's directory, kept; or a temporary one, removed at the end. */
final class DataDirectory implements AutoCloseable {
    private final Path path;
    private final boolean temporary;

    private DataDirectory(Path path, boolean temporary) {
        this.path = path;
        this.temporary = temporary;
    }

    /** {@code chosen}, created if absent; a temporary directory if null. */
    static DataDirectory at(@Nullable Path chosen) throws IOException {
        if (chosen != null) {
            return new DataDirectory(Files.createDirectories(chosen), false);
        }
        return new DataDirectory(Files.createTempDirectory("steppe-"), true);
    }

    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        if (!temporary) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> walk = Files.walk(path)) {
            deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path one : deepestFirst) {
            Files.deleteIfExists(one);
        }
    }
}
