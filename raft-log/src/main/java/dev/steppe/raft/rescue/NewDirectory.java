package dev.steppe.raft.rescue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.LogConfig;
import dev.steppe.raft.log.LogInspection;
import dev.steppe.raft.log.LogRecovery;
import dev.steppe.raft.log.RecoveryVerdict;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.layout.FrameHeader;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.SegmentLayout;
import dev.steppe.raft.log.vault.BaseFile;
import dev.steppe.raft.log.vault.HardStateVault;
import dev.steppe.raft.log.vault.IdentityFile;
import dev.steppe.raft.log.vault.Quarantine;
import dev.steppe.raft.message.MembershipCodec;
import dev.steppe.raft.node.disk.SnapshotAgent;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.snapshot.SnapshotHeader;
import dev.steppe.raft.snapshot.SnapshotProgress;
import dev.steppe.raft.snapshot.SnapshotReader;
import dev.steppe.raft.snapshot.SnapshotShelf;
import dev.steppe.raft.snapshot.SnapshotWriter;
import dev.steppe.raft.storage.PrepareVerdict;
import dev.steppe.raft.storage.StorageDirectory;
import java.nio.ByteBuffer;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** The directory of the new group, file by file, the identity under another name first. Owned by one thread. */
final class NewDirectory {
    private static final long FORCE_EVERY_BYTES = 4 << 20;
    private static final int BATCH_LIMIT_BYTES = 1 << 24;

    private final UnnamedDirectory directory;
    private final LogIdentity identity;
    private final RescueVerdict.Rescued rescued;
    private final long newTerm;
    private final UnsafeBuffer membership;

    NewDirectory(StorageDirectory directory, NewGroup wanted, RescueVerdict.Rescued rescued, long newTerm) {
        this.directory = new UnnamedDirectory(directory);
        this.rescued = rescued;
        this.newTerm = newTerm;
        identity = new LogIdentity(wanted.clusterId(), rescued.memberId());
        Membership alone = Membership.of(
                List.of(new Membership.Server(rescued.memberId(), rescued.directoryId(), wanted.host(), wanted.port())),
                List.of());
        membership = new UnsafeBuffer(new byte[MembershipCodec.lengthOf(alone)]);
        new MembershipCodec().encode(alone, membership, 0);
    }

    /** Tells a visitor every entry that is to be kept. */
    interface Entries {
        LogInspection tell(LogInspection.EntryVisitor visitor) throws OperatingFault;
    }

    /** Makes everything but the identity's name; false, with a part of it there, if the disk has no room. */
    boolean make(SnapshotShelf shelf, int segmentBytes, Entries entries) throws OperatingFault {
        LogPosition snapshot = positionOf(shelf.newest());
        boolean isRoom = make(
                        IdentityFile.FILE_NAME,
                        IdentityFile.FILE_BYTES,
                        IdentityFile.head(identity, rescued.directoryId()))
                && make(
                        HardStateVault.FILE_NAME,
                        HardStateVault.FILE_BYTES,
                        HardStateVault.head(identity, Quarantine.NONE))
                && make(BaseFile.FILE_NAME, BaseFile.FILE_BYTES, BaseFile.head(identity, 1, snapshot))
                && make(SegmentLayout.nameOf(1), segmentBytes, SegmentLayout.head(identity, 1, 0, segmentBytes))
                && copySnapshot(shelf);
        return isRoom && copyLog(snapshot, segmentBytes, entries);
    }

    private boolean make(String name, int lengthBytes, ByteBuffer head) throws OperatingFault {
        return directory.prepare(name, lengthBytes, head) == PrepareVerdict.PREPARED;
    }

    private boolean copySnapshot(SnapshotShelf shelf) throws OperatingFault {
        try (SnapshotReader reader = shelf.read()) {
            if (reader == null) {
                return true;
            }
            SnapshotHeader old = reader.header();
            SnapshotHeader header = new SnapshotHeader(
                    identity.clusterId(), old.position(), old.stateHash(), membership.byteArray(), old.sessions());
            try (SnapshotWriter writer =
                    new SnapshotWriter(directory, header, new SnapshotCopy(reader), FORCE_EVERY_BYTES)) {
                SnapshotProgress progress = SnapshotProgress.GOES_ON;
                while (progress == SnapshotProgress.GOES_ON) {
                    progress = writer.step();
                }
                return progress == SnapshotProgress.DONE;
            }
        }
    }

    private boolean copyLog(LogPosition snapshot, int segmentBytes, Entries entries) throws OperatingFault {
        int roomBytes = segmentBytes - SegmentLayout.FRAMES_OFFSET - FrameHeader.BYTES;
        LogConfig config = new LogConfig(segmentBytes, Math.min(roomBytes, BATCH_LIMIT_BYTES));
        RecoveryVerdict verdict = LogRecovery.open(directory, identity, config, () -> 1, snapshot);
        if (verdict instanceof RecoveryVerdict.NoSpace) {
            return false;
        }
        if (!(verdict instanceof RecoveryVerdict.Clean clean)) {
            throw new OperatingFault("what was just written cannot be read: " + verdict + "; check the disk");
        }
        try (OpenLog open = clean.open()) {
            EntryCopy copy = new EntryCopy(open.log());
            entries.tell(copy);
            copy.end(newTerm, membership);
            open.vault().store(newTerm, identity.memberId(), Quarantine.NONE);
            return !copy.isFull();
        }
    }

    /** Reads everything back and compares it with what was to be kept, and the entry behind it. */
    void verify(LogPosition snapshot, EntryDigest wanted) throws OperatingFault {
        LogPosition found = positionOf(proven(directory, identity.clusterId()).newest());
        EntryDigest digest = new EntryDigest(found);
        LogInspection inspection = LogInspection.of(directory, found, digest);
        boolean isSame = found.equals(snapshot)
                && inspection.verdict() == LogInspection.Verdict.CLEAN
                && digest.count() == wanted.count()
                && digest.value() == wanted.value();
        if (!isSame) {
            throw new OperatingFault("what was just written reads otherwise: " + inspection + "; check the disk");
        }
    }

    /** The snapshots in {@code directory}, each of them read. */
    static SnapshotShelf proven(StorageDirectory directory, long clusterId) throws OperatingFault {
        SnapshotShelf shelf = SnapshotShelf.open(directory, clusterId);
        boolean isMore = true;
        while (isMore) {
            isMore = shelf.proveNext();
        }
        return shelf;
    }

    /** What a snapshot stands for. */
    static LogPosition positionOf(@Nullable SnapshotHeader header) {
        return header == null ? LogPosition.ORIGIN : SnapshotAgent.logPosition(header.position());
    }
}
