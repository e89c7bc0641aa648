package dev.steppe.raft.log;

/**
 * Somewhere in a data directory.
 *
 * @param fileName inside the directory
 * @param offset byte offset in the file; {@link #WHOLE_FILE} if all of it is meant
 * @param index the first entry that is not there because of it; 0 if none is
 */
public record Place(String fileName, int offset, long index) {
    /** In place of an offset. */
    public static final int WHOLE_FILE = -1;

    /** All of {@code fileName}. */
    static Place file(String fileName) {
        return new Place(fileName, WHOLE_FILE, 0);
    }

    @Override
    public String toString() {
        return offset == WHOLE_FILE ? fileName : fileName + " at offset " + offset;
    }
}
