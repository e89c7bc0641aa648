package dev.steppe.raft.node.mail;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.snapshot.SnapshotReader;
import dev.steppe.runtime.handover.ByteMailbox;
import dev.steppe.runtime.handover.Doorbell;
import dev.steppe.runtime.handover.Mailbox;
import dev.steppe.runtime.handover.Published;
import dev.steppe.transport.Link;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The mailboxes in which the agents of one node meet, and what the mails mean. A mail of numbers is four 64-bit words;
 * commands, entry records and frames are bytes. A log index in a mail is a licence to read the mapped log up to it.
 */
public final class NodeMail {
    /** To log: first index to cut. */
    public static final int CUT = 1;
    /** To log: term. A leadership begins here; commands that follow are of this term. */
    public static final int NO_OP = 2;
    /** To log: payload of one command. */
    public static final int COMMAND = 3;
    /** To log: whole entry records of a leader. */
    public static final int RECORDS = 4;
    /** To log: payload of one entry that opens a session. */
    public static final int SESSION_OPEN = 5;
    /** To log: payload of one command of a session. */
    public static final int SESSION_COMMAND = 6;

    /** To log: payload of one entry that says a membership. */
    public static final int MEMBERSHIP = 7;
    /** To log: index up to which a snapshot stands for the entries, of which whole segments may go. */
    public static final int DROP_PREFIX = 8;
    /** To log: index, term, chain checksum and log time of the entry behind which it begins anew. */
    public static final int RESET = 9;

    /** To consensus: readable index, forced index, cuts carried out, forced sequence of the vault. */
    public static final int LOG_PROGRESS = 1;
    /** To consensus: applied index, state hash there. */
    public static final int APPLIED = 2;
    /** To consensus: a marked index, hash of the state there. */
    public static final int STATE_MARK = 4;
    /** To consensus: 1 when the disk has no room for the log's next segment, 0 when it has again. */
    public static final int DISK_FULL = 3;

    /** To consensus: the log's base, its chain checksum, 1 if the log began anew there. */
    public static final int BASE = 5;
    /** To consensus: the state was restored from the snapshot up to this index. */
    public static final int RESTORED = 6;

    /** To apply: index up to which entries are committed and can be read. */
    public static final int APPLY = 1;
    /** To apply: seat of a proposal, its index, its term; in the order of indexes. */
    public static final int EXPECT = 2;
    /**
     * To apply: last own entry known to be committed when a leadership ended; what is expected behind it is unknown.
     */
    public static final int ABANDON = 3;
    /** To apply: term, known leader or -1, index of the own empty entry or 0 if this member does not lead. */
    public static final int ROLE = 4;
    /** To apply: batch of reads, index to wait for or -1 if refused. */
    public static final int READ = 5;

    /** Kinds of entries in the log. */
    public static final int KIND_NO_OP = 0;

    public static final int KIND_COMMAND = 1;
    /** Payload: {@link dev.steppe.raft.message} says how a membership is written. */
    public static final int KIND_MEMBERSHIP = 2;
    /** Payload: how many sessions there may be with this one, i64. */
    public static final int KIND_SESSION_OPEN = 3;
    /** Payload: session id i64, sequence i64, then the command. */
    public static final int KIND_SESSION_COMMAND = 4;

    public static final int SESSION_HEAD_BYTES = 2 * Long.BYTES;

    private static final int PROGRESS_BYTES = 1 << 12;
    public static final int MEMBER_ID_MAX = 127;

    /** One bell for each agent, rung with every mail for it. */
    public final Doorbell consensusBell = new Doorbell();

    public final Doorbell logBell = new Doorbell();
    public final Doorbell applyBell = new Doorbell();
    public final Doorbell snapshotBell = new Doorbell();

    /** Frames of peers; the type is the peer's id. */
    public final ByteMailbox frames;

    /**
     * The newest term and vote, from consensus to log. Published before the mails that depend on it, so whoever has
     * such a mail sees it; and never behind entries that wait for room on the disk.
     */
    public final Published<HardState> hardState = new Published<>(new HardState(0, 0, 0, Quarantine.NONE));

    /** Images to write, from apply to snapshots. */
    public final Mailbox<CapturedImage> captured = new Mailbox<>(2, snapshotBell);

    /** Frames of leaders that carry pieces of snapshots, from consensus to snapshots. */
    public final ByteMailbox chunks;

    /** Pieces to send, and a snapshot to restore from, from consensus to snapshots. */
    public final Mailbox<SnapshotWish> wishes = new Mailbox<>(64, snapshotBell);

    /** A snapshot to restore the state from, from snapshots to apply. */
    public final Mailbox<SnapshotReader> restores = new Mailbox<>(2, applyBell);

    /** What became of files, from snapshots to consensus. */
    public final Mailbox<SnapshotNews> news = new Mailbox<>(64, consensusBell);

    /** What operators ask for, from anyone to consensus. */
    public final Mailbox<OperatorRequest> requests = new Mailbox<>(64, consensusBell);

    public final ByteMailbox progress;
    public final ByteMailbox log;
    public final ByteMailbox apply;

    /** The newest link to each peer, by its id; null while there is none. Set by the transport, read by consensus. */
    public final AtomicReferenceArray<@Nullable Link> links = new AtomicReferenceArray<>(MEMBER_ID_MAX + 1);

    /** Set by anyone, cleared by apply: a snapshot is wanted. */
    public final AtomicBoolean isSnapshotWanted = new AtomicBoolean();

    public final Mailbox<OperatingFault> faults = new Mailbox<>(4);

    /** Frames that were no message of a voter, or for which there was no room; lost as on any network. */
    public final AtomicLong droppedFrameCount = new AtomicLong();

    /** Messages that no link took. */
    public final AtomicLong unsentMessageCount = new AtomicLong();

    /** Term, vote and quarantine to force; {@code sequence} counts their changes from 1. */
    public record HardState(long sequence, long term, int votedFor, Quarantine quarantine) {}

    /**
     * Empty boxes.
     *
     * @param frameMaxBytes longest frame
     * @param chunkFrameMaxBytes longest frame with a piece of a snapshot
     * @param seatCount most proposals under way
     */
    public NodeMail(int frameMaxBytes, int chunkFrameMaxBytes, int seatCount) {
        // A mail is at most an eighth of its box.
        frames = new ByteMailbox(8 * frameMaxBytes, consensusBell);
        chunks = new ByteMailbox(8 * chunkFrameMaxBytes, snapshotBell);
        progress = new ByteMailbox(PROGRESS_BYTES, consensusBell);
        log = new ByteMailbox(8 * frameMaxBytes, logBell);
        apply = new ByteMailbox(4 * MailPen.MAIL_BYTES * seatCount, applyBell);
    }

    public static long word(DirectBuffer buffer, int offset, int word) {
        return buffer.getLong(offset + word * Long.BYTES, ByteOrder.LITTLE_ENDIAN);
    }
}
