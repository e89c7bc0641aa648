package dev.steppe.raft.storage.file;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Tells a full disk from a broken one: Java has one exception for both, and only the system's words differ. */
final class DiskFull {
    private DiskFull() {}

    /** True if {@code fault} says that there is no space, or that a quota is used up. */
    static boolean isReasonOf(IOException fault) {
        @Nullable String message = fault.getMessage();
        return message != null && (message.contains("quota") || message.contains("No space left"));
    }
}
