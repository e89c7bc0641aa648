package dev.steppe.raft.explore.member;

import dev.steppe.raft.core.CoreSettings;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.explore.alike.Fingerprint;
import java.util.List;

/**
 * A member between two events: its core, the log as the core wished it, and its disk. Immutable: the core is copied
 * before it is stepped.
 *
 * @param life number of this start of the process, from 1
 * @param log everything that was written, with the entries that are gone from its front
 * @param forced what the disk holds for certain
 * @param vault what the vault holds for certain
 * @param waiting terms and votes on their way to the vault, oldest first
 * @param held messages that wait for a force
 * @param notice a word of the log that the core has not heard
 * @param past what only rules may know of it
 * @param isLoyal whether it has just heard a leader and votes for nobody else
 * @param roundId last round that it began as a leader
 * @param fingerprint tells it from all others
 */
public record Member(
        int id,
        int life,
        RaftCore core,
        int log,
        int forced,
        Hard vault,
        Files files,
        List<Hard> waiting,
        List<Held> held,
        Notice notice,
        Past past,
        boolean isLoyal,
        long roundId,
        Fingerprint fingerprint) {
    /** A term, vote and quarantine with the core's number for it. */
    public record Hard(long sequence, long term, int votedFor, Quarantine quarantine) {
        static final Hard FRESH = new Hard(0, 0, CoreSettings.NOBODY, Quarantine.NONE);
        static final Hard BLANK = new Hard(0, 0, CoreSettings.NOBODY, Quarantine.BLANK);

        Hard recovered() {
            return new Hard(0, term, votedFor, quarantine);
        }

        Hard doubted(Quarantine newQuarantine) {
            return new Hard(0, term, votedFor, newQuarantine);
        }
    }

    /**
     * What has happened to a member, in all its lives.
     *
     * @param damages how often its disk was damaged
     * @param hasLost whether that may have taken what it had acknowledged
     * @param heardTerm term of the leader whose round it heard last
     * @param heardRound number of that round, 0 if it heard none
     * @param livesElsewhere how many lives it had in a directory that it has no more
     */
    public record Past(int damages, boolean hasLost, long heardTerm, long heardRound, int livesElsewhere) {
        static final Past NONE = new Past(0, false, 0, 0, 0);

        Past damaged(boolean loses) {
            return new Past(damages + 1, hasLost || loses, heardTerm, heardRound, livesElsewhere);
        }

        /** Whether it is in its second directory. */
        public boolean isWiped() {
            return livesElsewhere > 0;
        }

        Past wiped(int lives) {
            return new Past(damages + 1, true, heardTerm, heardRound, lives);
        }

        Past hearing(long term, long round) {
            boolean isLater = term > heardTerm || (term == heardTerm && round > heardRound);
            return isLater ? new Past(damages, hasLost, term, round, livesElsewhere) : this;
        }
    }

    /** A message, not before the vault and the log have come so far. */
    public record Held(int packet, long afterVault, long afterForced) {}

    /** The log had forced so much when it had carried out so many cuts. */
    public record Notice(long forcedIndex, long cutCount) {
        static final Notice NONE = new Notice(-1, 0);
    }

    /** Whether the disk lacks something of the log. */
    public boolean owesForce() {
        return log != forced;
    }

    /** Whether the core has yet to hear of a force. */
    public boolean hasNotice() {
        return notice.forcedIndex() >= 0;
    }

    /** Whether the core has yet to hear of a stored piece of a snapshot. */
    public boolean hasStored() {
        return files.isStored();
    }

    /** Whether a snapshot is about to stand instead of the log. */
    public boolean isReplacing() {
        return files.replacing() >= 0;
    }

    /** Last entry that is gone from the front of the log. */
    public int baseIndex() {
        return files.base();
    }

    /** The log of which the newest snapshot is, -1 if there is none. */
    public int newestSnapshot() {
        return files.newest();
    }
}
