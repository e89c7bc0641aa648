package dev.steppe.raft.rescue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.FileVerdict;
import dev.steppe.raft.storage.SequentialFile;
import dev.steppe.raft.storage.StorageDirectory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * The file {@value #FILE_NAME} of a directory: one line for each time that a new group was begun from its content,
 * oldest first. No server reads it; people do.
 */
final class RescueRecord {
    static final String FILE_NAME = "rescues";
    private static final int BYTES_MAX = 1 << 20;

    private RescueRecord() {}

    /** Writes what the old directory says and one line more, forced; false if the disk has no room. */
    static boolean write(StorageDirectory from, StorageDirectory to, NewGroup wanted, RescueVerdict.Rescued rescued)
            throws OperatingFault {
        byte[] line = line(wanted, rescued).getBytes(StandardCharsets.US_ASCII);
        byte[] before = from.names().contains(FILE_NAME) ? read(from) : new byte[0];
        ByteBuffer bytes = ByteBuffer.allocateDirect(before.length + line.length);
        bytes.put(before).put(line).flip();
        try (SequentialFile file = to.create(FILE_NAME)) {
            if (file.append(bytes) == FileVerdict.NO_SPACE) {
                return false;
            }
            file.force();
            return file.publish() == FileVerdict.DONE;
        }
    }

    private static byte[] read(StorageDirectory from) throws OperatingFault {
        try (SequentialFile file = from.openSequential(FILE_NAME)) {
            if (file.lengthBytes() > BYTES_MAX) {
                throw new OperatingFault(FILE_NAME + " has " + file.lengthBytes() + " bytes; move it away");
            }
            byte[] content = new byte[(int) file.lengthBytes()];
            ByteBuffer bytes = ByteBuffer.allocateDirect(content.length);
            file.read(0, bytes);
            bytes.flip().get(content);
            return content;
        }
    }

    private static String line(NewGroup wanted, RescueVerdict.Rescued rescued) {
        return Instant.ofEpochMilli(wanted.askedAtMs()) + " " + printable(wanted.askedBy()) + ": cluster "
                + "0x" + Long.toHexString(wanted.clusterId()) + " from cluster "
                + "0x" + Long.toHexString(rescued.oldClusterId()) + ", member " + rescued.memberId()
                + " alone, last entry "
                + rescued.lastIndex() + " of term " + rescued.lastTerm() + ", snapshot up to " + rescued.snapshotIndex()
                + "\n";
    }

    /** A name cannot begin a line of its own. */
    private static String printable(String name) {
        return name.replaceAll("[^ -~]", "?");
    }
}
