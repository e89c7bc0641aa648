package dev.steppe.raft.log;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.vault.HardStateVault;
import dev.steppe.raft.storage.StorageDirectory;

/** What opening a data directory came to. Nothing stays open unless the verdict carries an {@link OpenLog}. */
public sealed interface RecoveryVerdict {
    /** Every entry that was ever written is there, or in the snapshot; or the directory was new. */
    record Clean(OpenLog open) implements RecoveryVerdict {}

    /**
     * Behind the last whole frame lay {@code discardedBytes} of bytes that nothing explains, above every surviving
     * watermark. They were zeroed. Nothing that this server acknowledged is lost, unless the disk lost its last batch
     * and its last watermark too, which nobody can tell from here: the vault says {@code DOUBTFUL} from now on.
     *
     * @param place where the tail began, and the first index that is not there
     * @param discardedBytes from there to the last byte that may have been written
     */
    record TornTail(OpenLog open, Place place, long discardedBytes) implements RecoveryVerdict {}

    /**
     * Something that had been forced is not there any more, or a file is not what it must be. Nothing was changed. This
     * server may neither vote nor count until it has been refilled.
     *
     * @param place where the log cannot be believed any more
     */
    record Damaged(Place place, Reason reason) implements RecoveryVerdict {}

    /** A healthy directory of another cluster or member. Nothing was changed. */
    record Foreign(LogIdentity found) implements RecoveryVerdict {}

    /** The directory is new or incomplete, and the disk is too full to make {@code fileName}. */
    record NoSpace(String fileName, long neededBytes) implements RecoveryVerdict {}

    /** Why a directory is damaged. */
    enum Reason {
        /** Neither copy of the identity can be read, or it is missing beside content. */
        DAMAGED_IDENTITY,
        /** Written by a version of this program whose format is not known here. It must not be set aside. */
        OTHER_FORMAT,
        /** Neither copy of term and vote can be read, or the file is missing. */
        DAMAGED_VAULT,
        /** Neither copy of where the log begins can be read, or the file is missing. */
        DAMAGED_BASE,
        /** The log begins behind an entry that no snapshot reaches. */
        MISSING_SNAPSHOT,
        /** The snapshot and the log have the same entry with another past. */
        OTHER_PAST,
        /** A segment is missing. */
        MISSING_SEGMENT,
        /** A segment's header or length is not what it was made with. */
        DAMAGED_SEGMENT_HEADER,
        /** A frame at or below the highest surviving watermark cannot be believed or is missing. */
        DAMAGED_ENTRIES
    }

    /**
     * The opened parts of one directory.
     *
     * @param directory the latched directory under both
     * @param log owned by one thread
     * @param vault owned by the thread that stores term and vote; it also says whether this server is in quarantine
     * @param directoryId random and not 0, drawn when the directory was formatted
     * @param incarnation how often this directory was opened, from 1
     */
    record OpenLog(StorageDirectory directory, RaftLog log, HardStateVault vault, long directoryId, long incarnation)
            implements AutoCloseable {
        /** Forces, closes both and gives the directory back. */
        @Override
        public void close() throws OperatingFault {
            try {
                log.close();
            } finally {
                vault.close();
                directory.close();
            }
        }
    }
}
