package dev.steppe.raft.explore.member;

import dev.steppe.base.InvariantBroken;
import dev.steppe.raft.core.CoreSettings;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftInput;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.explore.alike.CoreFields;
import dev.steppe.raft.explore.alike.Fingerprint;
import dev.steppe.raft.explore.alike.Groups;
import dev.steppe.raft.explore.alike.Renaming;
import dev.steppe.raft.explore.alike.StateVector;
import dev.steppe.raft.explore.said.LogTree;
import dev.steppe.raft.explore.said.Packets;
import dev.steppe.raft.explore.said.RuleBroken;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes members step, and gives each member that comes of it a number; alike members have one number. */
public final class MemberMachine {
    private static final int LOG_KEPT_MAX = 16;
    private static final int KEEPS_VAULT = 0;
    private static final int LOSES_VAULT = 1;
    private static final int LOSES_NOTHING = 2;
    private static final int IN_FLIGHT_MAX_BYTES = 4 * CoreSettings.CHUNK_MAX_BYTES;

    /**
     * How members are explored.
     *
     * @param memberCount how many there may ever be
     * @param firstGroup who belongs to the group before anything is said
     * @param isBlank nobody knows at first that the group is new
     * @param isForcedAtOnce every store is forced within the event that makes it
     * @param isStoredAtOnce so is every piece of a snapshot, and it is installed within the event that completes it
     * @param isLoyal followers stay true to a leader that they hear, until they tire
     * @param driftPpm how far clocks may drift apart for leases, {@link CoreSettings#NO_LEASE} for none
     */
    public record Manner(
            int memberCount,
            int firstGroup,
            boolean isBlank,
            boolean isForcedAtOnce,
            boolean isStoredAtOnce,
            boolean isLoyal,
            int driftPpm) {}

    private record Key(long high, long low) {}

    private final Manner manner;
    private final LogTree logs;
    private final Packets packets;
    private final Groups groups = new Groups();
    private final CoreFields fields;
    private final StateVector vector;
    private final MemberDraft draft;
    private final List<Member> members = new ArrayList<>();
    private final Map<Key, Integer> numbers = new HashMap<>();

    /** For members of this manner that may be renamed so. */
    public MemberMachine(Manner manner, List<Renaming> renamings) {
        this.manner = manner;
        logs = new LogTree(manner.firstGroup(), renamings);
        packets = new Packets(renamings, logs);
        fields = new CoreFields(manner.isLoyal());
        vector = new StateVector(renamings);
        draft = new MemberDraft(logs, packets, groups);
    }

    /** All logs that occur. */
    public LogTree logs() {
        return logs;
    }

    /** All messages that occur. */
    public Packets packets() {
        return packets;
    }

    /** The member with this number. */
    public Member get(int number) {
        return members.get(number);
    }

    /** How many different members have occurred. */
    public int count() {
        return members.size();
    }

    /** A member at its very first start. */
    public int fresh(int id) {
        draft.life = 1;
        draft.log = 0;
        draft.forced = 0;
        draft.vault = manner.isBlank() ? Member.Hard.BLANK : Member.Hard.FRESH;
        draft.past = Member.Past.NONE;
        draft.disk.files = Files.NONE;
        draft.restart(settings(id, 1));
        return numberOf(id);
    }

    /** What the disk may have kept when this member dies. */
    public List<Integer> crashArguments(Member member) {
        List<Integer> found = new ArrayList<>();
        int agreed = logs.agreesUpTo(member.log(), member.forced());
        for (int vault = 0; vault <= member.waiting().size(); vault++) {
            found.add(vault * LOG_KEPT_MAX);
            for (int kept = Math.max(agreed, member.baseIndex()); kept <= logs.lastIndex(member.log()); kept++) {
                if (logs.prefix(member.log(), kept) != member.forced()) {
                    found.add(vault * LOG_KEPT_MAX + 1 + kept);
                }
            }
        }
        return found;
    }

    /** What the disk may have lost when this member dies: the log up to its snapshot, the vault too, or a tail. */
    public List<Integer> damageArguments(Member member) {
        List<Integer> found = new ArrayList<>(List.of(KEEPS_VAULT, LOSES_VAULT, LOSES_NOTHING));
        int least = Math.max(member.baseIndex(), logs.lastIndex(Math.max(0, member.newestSnapshot())));
        for (int kept = least; kept < logs.lastIndex(member.forced()); kept++) {
            found.add(LOSES_NOTHING + 1 + kept);
        }
        return found;
    }

    /** What {@code event} does to the member with this number. */
    public StepResult step(int number, int event) {
        Member before = members.get(number);
        draft.take(before);
        try {
            happen(event);
            if (manner.isForcedAtOnce()) {
                finishAll();
            }
            new AnswerRules(before, event, draft).apply();
            LocalRules.checkMatches(before.core(), draft.core, manner.memberCount());
            draft.answers.marks |= MarkSpotter.spot(before, event, draft, manner.memberCount());
            boolean mayBeNew = draft.life != before.life()
                    || draft.core.commitIndex() > before.core().commitIndex();
            int committed = mayBeNew ? logs.prefix(draft.log, draft.core.commitIndex()) : -1;
            return StepResult.of(numberOf(before.id()), draft, committed);
        } catch (InvariantBroken | RuleBroken broken) {
            return StepResult.broken(number, draft, broken.getMessage());
        } catch (RuntimeException thrown) {
            String where = thrown.getStackTrace().length == 0 ? "" : " at " + thrown.getStackTrace()[0];
            return StepResult.broken(number, draft, "a step throws " + thrown + where);
        }
    }

    private void happen(int event) {
        int argument = Event.argumentOf(event);
        switch (Event.of(event)) {
            case DELIVER -> draft.hear(packets.get(argument));
            case TIMEOUT -> passTime(CoreFields.NOW_NS + CoreFields.TIMES.electionMaxNs());
            case TIRE, RESIGN -> passTime(CoreFields.NOW_NS + CoreFields.TIMES.electionMinNs());
            case HEARTBEAT, LOOK -> passTime(CoreFields.NOW_NS + CoreFields.TIMES.heartbeatNs());
            case STALL -> passTime(CoreFields.NOW_NS + 3 * CoreFields.TIMES.heartbeatNs());
            case DOUBT_ENDS -> passTime(CoreFields.FAR_NS);
            case TRANSFER_END -> passTime(CoreFields.TRANSFER_END_NS);
            case PROPOSE ->
                draft.step(new RaftInput.Proposed().set(1, LogTree.ENTRY_BYTES), CoreFields.NOW_NS, null, argument);
            case READ -> draft.step(new RaftInput.ReadAsked().set(argument));
            case CHANGE -> draft.step(new RaftInput.MembershipAsked(groups.membership(argument)));
            case TRANSFER -> draft.step(new RaftInput.TransferAsked(argument));
            default -> useDisk(event, argument);
        }
    }

    private void useDisk(int event, int argument) {
        switch (Event.of(event)) {
            case VAULT -> draft.forceVault(argument);
            case FORCE -> draft.hear(draft.forceLog());
            case QUIET_FORCE -> draft.notice = draft.forceLog();
            case NOTICE -> {
                Member.Notice word = draft.notice;
                draft.notice = Member.Notice.NONE;
                draft.hear(word);
            }
            case CRASH -> crash(argument);
            case DAMAGE -> damage(argument);
            case WIPE -> wipe();
            case OUTLIVE -> CoreFields.outlive(draft.core);
            case LEASE_ENDS -> CoreFields.endLeases(draft.core);
            case SNAPSHOT -> draft.disk.take();
            case COMPACT -> draft.disk.compact();
            case STORED -> draft.disk.hearStored();
            case INSTALL -> draft.disk.install();
            default -> throw new IllegalArgumentException("no event of one member: " + Event.of(event));
        }
    }

    private void passTime(long untilNs) {
        draft.step(RaftInput.Passed.TIME, untilNs, null, 0);
    }

    private void finishAll() {
        boolean isDone = false;
        while (!isDone) {
            if (!draft.waiting.isEmpty()) {
                draft.forceVault(draft.waiting.size());
            } else if (draft.log != draft.forced) {
                draft.hear(draft.forceLog());
            } else if (manner.isStoredAtOnce() && draft.disk.files.isStored()) {
                draft.disk.hearStored();
            } else if (manner.isStoredAtOnce() && draft.disk.files.replacing() >= 0) {
                draft.disk.install();
            } else {
                isDone = true;
            }
        }
    }

    private void crash(int argument) {
        int vaultKept = argument / LOG_KEPT_MAX;
        int logKept = argument % LOG_KEPT_MAX;
        if (vaultKept > 0) {
            draft.vault = draft.waiting.get(vaultKept - 1);
        }
        if (logKept > 0) {
            draft.forced = logs.prefix(draft.log, logKept - 1);
        }
        draft.life++;
        draft.restart(settings(draft.before.id(), draft.life));
    }

    /** What was not forced is gone as well. */
    private void damage(int argument) {
        boolean isTail = argument >= LOSES_NOTHING;
        Quarantine found = isTail ? Quarantine.DOUBTFUL : Quarantine.DAMAGED;
        boolean wasWorse = draft.vault.quarantine() == Quarantine.DAMAGED;
        draft.vault = argument == LOSES_VAULT ? Member.Hard.FRESH : draft.vault;
        draft.vault = draft.vault.doubted(wasWorse ? Quarantine.DAMAGED : found);
        if (argument > LOSES_NOTHING) {
            draft.forced = logs.prefix(draft.forced, argument - LOSES_NOTHING - 1);
        } else if (!isTail) {
            draft.disk.loseLog();
        }
        draft.past = draft.past.damaged(argument != LOSES_NOTHING);
        draft.life++;
        draft.restart(settings(draft.before.id(), draft.life));
    }

    private void wipe() {
        draft.vault = Member.Hard.BLANK;
        draft.forced = 0;
        draft.disk.files = Files.NONE;
        draft.past = draft.past.wiped(draft.life);
        draft.life++;
        draft.restart(settings(draft.before.id(), draft.life));
    }

    private CoreSettings settings(int id, int life) {
        long directoryId = draft.past.isWiped() ? id + Groups.SECOND : id;
        int incarnation = life - draft.past.livesElsewhere();
        return new CoreSettings(id, directoryId, incarnation, CoreFields.TIMES, IN_FLIGHT_MAX_BYTES, manner.driftPpm());
    }

    private int numberOf(int id) {
        RaftCore core = draft.core;
        vector.clear().name(id).plain(draft.life);
        fields.settle(core, draft.steppedNs, logs.shape(draft.log, draft.disk.files.base()), vector);
        vector.part(logs.fingerprint(draft.log)).part(logs.fingerprint(draft.forced));
        vector.plain(draft.vault.term()).name(draft.vault.votedFor()).plain(ordinal(draft.vault.quarantine()));
        writePast(draft.past);
        vector.plain(draft.waiting.size());
        for (Member.Hard hard : draft.waiting) {
            vector.plain(hard.sequence() - draft.vault.sequence())
                    .plain(hard.term())
                    .name(hard.votedFor())
                    .plain(ordinal(hard.quarantine()));
        }
        boolean hasNotice = draft.notice.forcedIndex() >= 0;
        vector.plain(draft.notice.forcedIndex());
        vector.plain(hasNotice ? draft.notice.cutCount() - core.cutCount() : 0);
        write(draft.disk.files);
        fields.writeGroups(vector);
        for (Member.Held one : draft.held) {
            long afterForced = one.afterForced() <= core.forcedIndex() ? 0 : one.afterForced();
            vector.group().plain(2).part(packets.get(one.packet()).fingerprint());
            vector.plain(Math.max(0, one.afterVault() - draft.vault.sequence())).plain(afterForced);
        }
        Fingerprint fingerprint = vector.fingerprint();
        Key key = new Key(fingerprint.word(0, 0), fingerprint.word(0, 1));
        return numbers.computeIfAbsent(key, unknown -> put(id, fingerprint));
    }

    @SuppressWarnings("EnumOrdinal") // lives as long as a run
    private static int ordinal(Quarantine quarantine) {
        return quarantine.ordinal();
    }

    private void writePast(Member.Past past) {
        vector.plain(past.damages()).plain(past.hasLost() ? 1 : 0).plain(past.livesElsewhere());
        boolean isMeant = manner.driftPpm() != CoreSettings.NO_LEASE;
        vector.plain(isMeant ? past.heardTerm() : 0).plain(isMeant ? past.heardRound() : 0);
    }

    private void write(Files files) {
        vector.plain(files.base()).plain(files.snapshots().size());
        for (int snapshot : files.snapshots()) {
            vector.part(logs.fingerprint(snapshot));
        }
        vector.plain(files.isStored() ? 1 : 0).plain(files.replacing() >= 0 ? 1 : 0);
        Files.Partial partial = files.partial();
        if (partial.log() >= 0) {
            vector.part(logs.fingerprint(partial.log())).name(partial.fromMember());
            vector.plain(partial.fromIncarnation()).plain(partial.bytes());
        }
    }

    private int put(int id, Fingerprint fingerprint) {
        members.add(new Member(
                id,
                draft.life,
                draft.core,
                draft.log,
                draft.forced,
                draft.vault,
                draft.disk.files,
                List.copyOf(draft.waiting),
                List.copyOf(draft.held),
                draft.notice,
                draft.past,
                CoreFields.isTrueToLeader(draft.core),
                CoreFields.roundId(draft.core),
                fingerprint));
        return members.size() - 1;
    }
}
