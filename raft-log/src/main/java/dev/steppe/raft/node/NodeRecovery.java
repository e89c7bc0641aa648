package dev.steppe.raft.node;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.core.CoreSettings;
import dev.steppe.raft.core.LogShape;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.track.MembershipStack;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.core.track.SnapshotPosition;
import dev.steppe.raft.log.EntryCursor;
import dev.steppe.raft.log.LogConfig;
import dev.steppe.raft.log.LogInspection;
import dev.steppe.raft.log.LogRecovery;
import dev.steppe.raft.log.RecoveryVerdict;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.message.MembershipCodec;
import dev.steppe.raft.node.disk.SnapshotAgent;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.snapshot.SnapshotHeader;
import dev.steppe.raft.snapshot.SnapshotSender;
import dev.steppe.raft.snapshot.SnapshotShelf;
import dev.steppe.raft.storage.LatchedDirectory;
import dev.steppe.raft.storage.StorageDirectory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what a member remembers: the newest snapshot that can be believed, the log behind it, term and vote. A
 * damaged log is set aside and refilled by the others; a member that is the only voter, by the latest membership that
 * its directory still tells, refuses to start from one. Used once, by the thread that opens the node.
 */
final class NodeRecovery {
    private final RaftConfig config;
    private final NodeSizes sizes;
    private final SnapshotShelf shelf;
    private final OpenLog open;
    private final Membership first;
    private final MembershipCodec memberships = new MembershipCodec();
    private long discardedTailBytes;
    private String damage = "";

    private NodeRecovery(RaftConfig config, SnapshotShelf shelf, OpenLog open, Membership first) {
        this.config = config;
        this.shelf = shelf;
        this.open = open;
        this.first = first;
        sizes = NodeSizes.of(config.limits());
    }

    /** Reads everything, so it takes as long as the disk needs for that. */
    static NodeRecovery open(RaftConfig config, StorageDirectory raw, NodeWorld world) throws OperatingFault {
        StorageDirectory directory = new LatchedDirectory(raw);
        SnapshotShelf shelf = SnapshotShelf.open(directory, config.clusterId());
        while (shelf.proveNext()) {
            // One piece after another, until each file is known to be good or not.
        }
        LogPosition position = positionOf(shelf);
        LogIdentity identity = new LogIdentity(config.clusterId(), config.memberId());
        LogConfig log = NodeSizes.of(config.limits()).log(config);
        RecoveryVerdict verdict = LogRecovery.open(directory, identity, log, world.entropy(), position);
        String damage = "";
        Membership first = configured(config);
        if (verdict instanceof RecoveryVerdict.Damaged damaged
                && damaged.reason() != RecoveryVerdict.Reason.OTHER_FORMAT) {
            first = latestKnown(directory, shelf, first);
            boolean isAlone = first.voterCount() == 1 && first.memberId(0) == config.memberId();
            if (!isAlone) {
                damage = sentence(verdict);
                verdict = LogRecovery.setAside(directory, identity, log, world.entropy(), position);
            }
        }
        NodeRecovery recovery = new NodeRecovery(config, shelf, openLogOf(verdict, config.memberId()), first);
        recovery.damage = damage;
        recovery.discardedTailBytes = verdict instanceof RecoveryVerdict.TornTail torn ? torn.discardedBytes() : 0;
        return recovery;
    }

    RaftConfig config() {
        return config;
    }

    OpenLog open() {
        return open;
    }

    SnapshotShelf shelf() {
        return shelf;
    }

    long discardedTailBytes() {
        return discardedTailBytes;
    }

    /** Why the directory was set aside; empty if it was not. */
    String damage() {
        return damage;
    }

    /** The core as this member remembers itself. */
    RaftCore core(long seed) throws OperatingFault {
        SnapshotPosition snapshot = snapshot();
        LogPosition base = open.log().base();
        LogShape shape = new LogShape(sizes.strideBytes(), base.index(), base.term());
        // In front of the snapshot nobody asks who belonged; from there on the entries of the log say it. Where they
        // were lost, what they said last is worth more than the snapshot: it tells whom to dial.
        boolean isFirst = base.index() == 0 || !damage.isEmpty();
        Membership atBase = isFirst || snapshot == null ? first : snapshot.membership();
        MembershipStack stack = new MembershipStack(base.index(), atBase);
        readLog(shape, stack);
        // The log may be ahead of the vault: then this member learned a later term from entries, stored those first,
        // and told nobody. It has given no vote in that term.
        long term = Math.max(open.vault().term(), shape.lastTerm());
        int votedFor = term == open.vault().term() ? open.vault().votedFor() : CoreSettings.NOBODY;
        RaftCore.Recovered recovered = new RaftCore.Recovered(term, votedFor, quarantine(), shape, stack, snapshot);
        return new RaftCore(settings(), recovered, seed, 0);
    }

    /** The membership with which the group begins, by the configuration. */
    static Membership configured(RaftConfig config) {
        List<Membership.Server> voters = config.firstVoters().stream()
                .map(member -> new Membership.Server(member.id(), 0, member.host(), member.port()))
                .toList();
        return Membership.of(voters, List.of());
    }

    /**
     * Who belonged to the group as far as a damaged directory tells: by its last entry that says so and can be
     * believed, by its snapshot, or if neither is left by the configuration.
     */
    private static Membership latestKnown(StorageDirectory directory, SnapshotShelf shelf, Membership configured)
            throws OperatingFault {
        byte[] bytes = LogInspection.lastOf(directory, positionOf(shelf), NodeMail.KIND_MEMBERSHIP);
        SnapshotHeader header = shelf.newest();
        if (bytes == null && header != null) {
            bytes = header.membership();
        }
        Membership known =
                bytes == null ? null : new MembershipCodec().decode(new UnsafeBuffer(bytes), 0, bytes.length);
        return known == null ? configured : known;
    }

    private CoreSettings settings() {
        RaftConfig.Timing timing = config.timing();
        CoreSettings.Times times = new CoreSettings.Times(
                TimeUnit.MILLISECONDS.toNanos(timing.heartbeatMs()),
                TimeUnit.MILLISECONDS.toNanos(timing.electionMinMs()),
                TimeUnit.MILLISECONDS.toNanos(timing.electionMaxMs()),
                timing.isAutomatic());
        return new CoreSettings(
                config.memberId(),
                open.directoryId(),
                open.incarnation(),
                times,
                config.limits().inFlightBytes(),
                config.options().maxClockDriftPpm());
    }

    private Quarantine quarantine() {
        return switch (open.vault().quarantine()) {
            case NONE -> Quarantine.NONE;
            case DOUBTFUL -> Quarantine.DOUBTFUL;
            case DAMAGED -> Quarantine.DAMAGED;
            // Who joins is no voter as far as it knows; where it counts, a leader has tied it to its directory.
            case BLANK -> config.options().isJoining() ? Quarantine.NONE : Quarantine.BLANK;
        };
    }

    private @Nullable SnapshotPosition snapshot() throws OperatingFault {
        SnapshotHeader header = shelf.newest();
        if (header == null) {
            return null;
        }
        byte[] bytes = header.membership();
        Membership membership = memberships.decode(new UnsafeBuffer(bytes), 0, bytes.length);
        if (membership == null) {
            throw new OperatingFault("the newest snapshot says a membership that this version cannot read");
        }
        try (SnapshotSender sender = shelf.send()) {
            long totalBytes = sender == null ? 0 : sender.totalBytes();
            return new SnapshotPosition(
                    header.position().index(), header.position().term(), totalBytes, membership);
        }
    }

    private void readLog(LogShape shape, MembershipStack stack) throws OperatingFault {
        try (EntryCursor cursor = open.log().openCursor()) {
            long lastIndex = open.log().lastIndex();
            for (long index = shape.baseIndex() + 1; index <= lastIndex; index++) {
                cursor.moveTo(index, lastIndex);
                shape.append(cursor.term(), 1, cursor.recordBytes());
                if (cursor.kind() == NodeMail.KIND_MEMBERSHIP) {
                    Membership membership =
                            memberships.decode(cursor.buffer(), cursor.payloadOffset(), cursor.payloadBytes());
                    if (membership == null) {
                        throw new OperatingFault("entry " + index + " says a membership that this version cannot read");
                    }
                    stack.push(index, membership);
                }
            }
        }
    }

    private static LogPosition positionOf(SnapshotShelf shelf) {
        SnapshotHeader header = shelf.newest();
        return header == null ? LogPosition.ORIGIN : SnapshotAgent.logPosition(header.position());
    }

    private static OpenLog openLogOf(RecoveryVerdict verdict, int memberId) throws OperatingFault {
        if (verdict instanceof RecoveryVerdict.Clean clean) {
            return clean.open();
        }
        if (verdict instanceof RecoveryVerdict.TornTail torn) {
            return torn.open();
        }
        throw new OperatingFault("member " + memberId + " cannot use its directory: " + sentence(verdict));
    }

    private static String sentence(RecoveryVerdict verdict) {
        if (verdict instanceof RecoveryVerdict.Damaged damaged
                && damaged.reason() == RecoveryVerdict.Reason.OTHER_FORMAT) {
            return "it is in a format of another version of this program; nothing was changed, start that version";
        }
        if (verdict instanceof RecoveryVerdict.Damaged damaged) {
            return damaged.place() + " is damaged (" + damaged.reason()
                    + "); nothing was changed, keep the directory and put a new member in this one's place";
        }
        if (verdict instanceof RecoveryVerdict.Foreign foreign) {
            return "it belongs to member " + foreign.found().memberId() + " of cluster "
                    + foreign.found().clusterId() + "; nothing was changed, check the path";
        }
        if (verdict instanceof RecoveryVerdict.NoSpace noSpace) {
            return "the disk has no room for " + noSpace.fileName() + " of " + noSpace.neededBytes()
                    + " bytes; make room and start again";
        }
        throw Invariant.broken("no log although the verdict is good", verdict.toString());
    }
}
