package dev.steppe.raft.rescue;

import dev.steppe.base.Entropy;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.LogInspection;
import dev.steppe.raft.log.LogInspection.Verdict;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.vault.IdentityFile;
import dev.steppe.raft.log.vault.Quarantine;
import dev.steppe.raft.snapshot.SnapshotShelf;
import dev.steppe.raft.storage.StorageDirectory;

/**
 * Makes the directory of a new group from that of one member of an old one. Used once, by one thread.
 *
 * <p>Every checksum of a log is salted with the identity of its group, and every greeting says it. So the entries are
 * written anew, under the new identity, into a directory of their own: what is of the old group is foreign to the new
 * one and the other way round, byte by byte, and no server of the one can be led to follow the other. Crash-safe
 * because nothing old is changed, and because the identity of the new directory gets its name last, after everything
 * was forced and read back: until then whoever starts on it finds a lost identity and refuses.
 *
 * <p>The new group begins as if this member had just been elected in a term that nobody has had, and had committed a
 * membership of itself alone, in the new directory.
 */
public final class GroupRescue {
    private final StorageDirectory source;
    private final StorageDirectory directory;
    private final NewGroup wanted;
    private final LogIdentity old;

    private GroupRescue(StorageDirectory source, StorageDirectory directory, LogIdentity old, NewGroup wanted) {
        this.source = source;
        this.directory = directory;
        this.old = old;
        this.wanted = wanted;
    }

    /**
     * Makes the group that is {@code wanted} in {@code target} from {@code source}. Reads everything, writes everything
     * and reads it again, so it takes as long as the disk needs for that.
     *
     * @param source directory of a member that does not run; only read
     * @param target without any file
     * @param entropy draws the identity of the new directory
     * @throws OperatingFault when one of them cannot be read or written; no server will start on {@code target}
     */
    public static RescueVerdict rescue(
            StorageDirectory source, StorageDirectory target, NewGroup wanted, Entropy entropy) throws OperatingFault {
        LogIdentity old = LogInspection.identityOf(source);
        if (old == null) {
            return new RescueVerdict.Refused("nobody can say whose directory this is: its identity cannot be read");
        }
        if (old.clusterId() == wanted.clusterId()) {
            return new RescueVerdict.Refused("the new group needs an id of its own: " + "0x"
                    + Long.toHexString(old.clusterId()) + " is that of the old one");
        }
        if (!target.names().isEmpty()) {
            return new RescueVerdict.Refused(
                    "the new directory is not empty: it holds " + target.names().get(0) + "; name another one");
        }
        return new GroupRescue(source, target, old, wanted).run(idOf(entropy.nextLong()));
    }

    private static long idOf(long drawn) {
        return drawn == 0 ? 1 : drawn;
    }

    private RescueVerdict run(long directoryId) throws OperatingFault {
        SnapshotShelf shelf = NewDirectory.proven(source, old.clusterId());
        LogPosition snapshot = NewDirectory.positionOf(shelf.newest());
        EntryDigest digest = new EntryDigest(snapshot);
        LogInspection found = LogInspection.of(source, snapshot, digest);
        LogInspection.HardState vault = found.vault();
        if (found.verdict() == Verdict.DAMAGED || vault == null) {
            return new RescueVerdict.Refused(
                    found.place() + " is damaged (" + found.reason() + "): take another member's directory");
        }
        if (vault.quarantine().equals(Quarantine.DAMAGED.name())) {
            return new RescueVerdict.Refused(
                    "this member was damaged and has not been refilled since: take another member's directory");
        }
        RescueVerdict.Rescued rescued = new RescueVerdict.Rescued(
                old.clusterId(),
                old.memberId(),
                directoryId,
                snapshot.index(),
                snapshot.index() + digest.count(),
                digest.lastTerm(),
                found.verdict() == Verdict.TORN_TAIL);
        if (rescued.lastIndex() == 0) {
            return new RescueVerdict.Refused("there is no entry to keep: begin a new group instead");
        }
        long newTerm = Math.max(vault.term(), digest.lastTerm()) + 1;
        NewDirectory made = new NewDirectory(directory, wanted, rescued, newTerm);
        boolean isMade = made.make(
                        shelf, found.segments().get(0).lengthBytes(), copy -> LogInspection.of(source, snapshot, copy))
                && RescueRecord.write(source, directory, wanted, rescued);
        if (!isMade) {
            return new RescueVerdict.Refused("the disk has no room for the new directory; remove it and make room");
        }
        digest.empty(rescued.lastIndex() + 1, newTerm, digest.lastLogTimeMs());
        made.verify(snapshot, digest);
        directory.rename(IdentityFile.UNFINISHED_NAME, IdentityFile.FILE_NAME);
        return rescued;
    }
}
