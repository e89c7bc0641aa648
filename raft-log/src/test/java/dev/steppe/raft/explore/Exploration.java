package dev.steppe.raft.explore;

import dev.steppe.raft.core.CoreSettings;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.explore.alike.CoreFields;
import dev.steppe.raft.explore.alike.Groups;
import dev.steppe.raft.explore.alike.Renaming;
import dev.steppe.raft.explore.member.Event;
import dev.steppe.raft.explore.member.Member;
import dev.steppe.raft.explore.member.StepResult;
import dev.steppe.raft.explore.said.RuleBroken;
import dev.steppe.raft.explore.search.SeenSet;
import dev.steppe.raft.explore.search.StateQueue;
import dev.steppe.raft.explore.search.Trail;
import java.util.List;

/** Breadth-first through every world within some bounds. */
public final class Exploration {
    private static final int WORDS_MAX = 4096;
    private static final int RENAMED_MAX = 3;

    private final Bounds bounds;
    private final List<Renaming> renamings;
    private final WorldMachine worlds;
    private final SeenSet seen = new SeenSet();
    private final StateQueue queue = new StateQueue();
    private final Trail trail = new Trail();
    private final World world;
    private final World child;
    private final int[] words = new int[WORDS_MAX];
    private final long[] sums;
    private final long[] candidates;
    private long namedCount;
    private int parent;
    private int lifeCount;
    private int damageCount;
    private int wipeCount;
    private int absentCount;
    private long marks;
    private long eventCount;
    private String broken;
    private String beginning = "";
    private String script = "";

    private Exploration(Bounds bounds, List<Renaming> renamings) {
        this.bounds = bounds;
        this.renamings = renamings;
        worlds = new WorldMachine(bounds, renamings);
        world = new World(bounds.memberCount());
        child = new World(bounds.memberCount());
        sums = new long[2 * renamings.size()];
        candidates = new long[2 * renamings.size()];
    }

    /** All worlds; those that differ only by the names of members count once. */
    public static Finding of(Bounds bounds) {
        return after("", bounds);
    }

    /** All worlds; each under every name. */
    public static Finding withNames(Bounds bounds) {
        return new Exploration(bounds, Renaming.none(bounds.memberCount())).explore();
    }

    /** All worlds that can follow a script; those that differ only by names count once if there are few members. */
    public static Finding after(String beginning, Bounds bounds) {
        int count = bounds.memberCount();
        List<Renaming> renamings =
                bounds.voters() > RENAMED_MAX ? Renaming.none(count) : Renaming.all(count, bounds.voters());
        Exploration exploration = new Exploration(bounds, renamings);
        exploration.beginning = beginning;
        return exploration.explore();
    }

    /** The rule that a script breaks, or null. */
    public static String replay(String script, Bounds bounds) {
        try {
            Script.run(new WorldMachine(bounds, Renaming.none(bounds.memberCount())), script);
            return null;
        } catch (RuleBroken rule) {
            return rule.getMessage();
        }
    }

    private Finding explore() {
        World first = Script.run(worlds, beginning);
        if (bounds.isTerse()) {
            worlds.becomeTerse();
        }
        world.set(first);
        sum();
        addIfNew(first, -1, 0);
        int depth = -1;
        long levelEnd = 0;
        while (queue.waitingCount() > 0 && broken == null && seen.count() < bounds.states()) {
            if (parent == levelEnd) {
                depth++;
                levelEnd = queue.writtenCount();
            }
            world.decode(words, queue.take(words));
            sum();
            expand();
            if (broken == null && bounds.fairEvery() > 0 && parent % bounds.fairEvery() == 0) {
                goWell();
            }
            parent++;
        }
        boolean isComplete = queue.waitingCount() == 0 && broken == null;
        return new Finding(
                seen.count(),
                namedCount,
                eventCount,
                depth,
                worlds.machine().count(),
                worlds.machine().packets().count(),
                isComplete,
                marks,
                broken,
                script);
    }

    private void goWell() {
        try {
            FairRun.from(worlds, world);
        } catch (RuleBroken rule) {
            tell(rule.getMessage(), "# and now everything goes well");
        }
    }

    private void expand() {
        lifeCount = 0;
        damageCount = 0;
        wipeCount = 0;
        absentCount = 0;
        for (int number : world.members) {
            lifeCount += worlds.machine().get(number).life();
            Member member = worlds.machine().get(number);
            damageCount += member.past().damages();
            wipeCount += member.past().isWiped() ? 1 : 0;
            absentCount += member.past().isWiped() && member.core().isQuarantined() ? 1 : 0;
        }
        for (int i = 0; i < world.packetCount; i++) {
            happen(Event.deliver(world.packets[i]));
        }
        for (int id = 1; id <= world.members.length; id++) {
            Member member = worlds.member(world, id);
            passTime(member);
            if (member.core().role() == Role.LEADER) {
                askLeader(member);
            } else if (worlds.history(world.history).proposals() < bounds.proposals()) {
                // Whoever led before may still be asked; it must refuse.
                happen(Event.PROPOSE.at(id, worlds.history(world.history).proposals() + 1));
            }
            useDisk(member);
            useSnapshots(member);
        }
    }

    private void passTime(Member member) {
        RaftCore core = member.core();
        if (core.role() == Role.LEADER) {
            int group = worlds.machine().logs().group(member.log());
            boolean isAlone = Groups.isVoter(group, member.id()) && Groups.majority(group) == 1;
            if (!isAlone) {
                happen(Event.RESIGN.at(member.id(), 0));
            }
            if (member.roundId() < bounds.rounds()) {
                happen(Event.HEARTBEAT.at(member.id(), 0));
                happen(Event.STALL.at(member.id(), 0));
            }
            if (bounds.driftPpm() != CoreSettings.NO_LEASE) {
                happen(Event.LEASE_ENDS.at(member.id(), 0));
            }
            return;
        }
        endQuarantine(member);
        boolean isBound = bounds.driftPpm() != CoreSettings.NO_LEASE && !bounds.isAdrift();
        if (isBound && worlds.isBoundByLease(world, member)) {
            return;
        }
        if (core.term() < bounds.terms() && core.electionCount() < bounds.ballots()) {
            beginElection(member);
        }
        if (member.isLoyal()) {
            happen(Event.TIRE.at(member.id(), 0));
        }
    }

    private void endQuarantine(Member member) {
        if (member.core().isQuarantined()) {
            boolean isBlank = member.vault().quarantine() == Quarantine.BLANK;
            for (int id = 1; id <= bounds.memberCount() && isBlank; id++) {
                if (id != member.id()) {
                    happen(Event.LOOK.at(member.id(), id));
                }
            }
            boolean mayOutlive = CoreFields.isWaiting(member.core()) && !worlds.isFormerVoteCounted(world, member);
            if (mayOutlive) {
                happen(Event.OUTLIVE.at(member.id(), 0));
            }
            // That a doubtful disk has lost nothing is what ends the doubt; nobody promises it for one that has.
            boolean isDoubtful = member.vault().quarantine() == Quarantine.DOUBTFUL
                    && !member.past().hasLost();
            if (isDoubtful) {
                happen(Event.DOUBT_ENDS.at(member.id(), 0));
            }
        }
    }

    private void beginElection(Member member) {
        if (!bounds.isTerse()) {
            happen(Event.TIMEOUT.at(member.id(), 0));
            return;
        }
        int group = worlds.machine().logs().group(member.log());
        int own = (1 << (member.id() - 1)) & Groups.voterBits(group);
        int wantedCount = Groups.majority(group) - Integer.bitCount(own);
        for (int others = 0; others < (1 << bounds.memberCount()); others++) {
            boolean areVoters = (others & ~(Groups.voterBits(group) ^ own)) == 0;
            if (areVoters && Integer.bitCount(others) == wantedCount) {
                happen(Event.CAMPAIGN.at(member.id(), others));
            }
        }
    }

    private void askLeader(Member leader) {
        History history = worlds.history(world.history);
        if (history.proposals() < bounds.proposals()) {
            happen(Event.PROPOSE.at(leader.id(), history.proposals() + 1));
        }
        if (history.readFloors().size() < bounds.reads()) {
            happen(Event.READ.at(leader.id(), history.readFloors().size() + 1));
        }
        if (history.changes() < bounds.changes()) {
            askForChange(leader);
        }
        boolean isOpen = leader.core().transferTargetId() != 0;
        for (int id = 1; id <= bounds.memberCount() && !isOpen && history.transfers() < bounds.transfers(); id++) {
            happen(Event.TRANSFER.at(leader.id(), id));
        }
        if (isOpen && leader.roundId() < bounds.rounds()) {
            happen(Event.TRANSFER_END.at(leader.id(), 0));
        }
    }

    private void askForChange(Member leader) {
        int group = worlds.machine().logs().group(leader.log());
        for (int id = 1; id <= bounds.memberCount(); id++) {
            boolean isMember = (((Groups.voterBits(group) | Groups.learnerBits(group)) >>> (id - 1)) & 1) != 0;
            boolean isVoter = Groups.isVoter(group, id);
            boolean isLastVoter = isVoter && Integer.bitCount(Groups.voterBits(group)) == 1;
            if (!isLastVoter) {
                int without = Groups.with(group, id, false, false);
                int learning = Groups.with(group, id, false, true);
                happen(Event.CHANGE.at(leader.id(), isMember ? without : learning));
                if (isMember) {
                    happen(Event.CHANGE.at(leader.id(), isVoter ? learning : Groups.with(group, id, true, false)));
                }
            }
        }
    }

    private void useSnapshots(Member member) {
        int newest = member.newestSnapshot();
        int newestIndex = newest < 0 ? 0 : worlds.machine().logs().lastIndex(newest);
        boolean mayTake = !member.isReplacing() && newestIndex < member.core().commitIndex();
        if (mayTake && newestIndex < bounds.snapshots()) {
            happen(Event.SNAPSHOT.at(member.id(), 0));
        }
        if (member.baseIndex() < member.core().snapshotIndex() && !member.isReplacing()) {
            happen(Event.COMPACT.at(member.id(), 0));
        }
        if (member.hasStored()) {
            happen(Event.STORED.at(member.id(), 0));
        }
        if (member.isReplacing()) {
            happen(Event.INSTALL.at(member.id(), 0));
        }
    }

    private void useDisk(Member member) {
        for (int count = 1; count <= member.waiting().size(); count++) {
            happen(Event.VAULT.at(member.id(), count));
        }
        if (member.owesForce()) {
            happen(Event.FORCE.at(member.id(), 0));
        }
        if (member.owesForce() && bounds.isNoticedLate() && !member.hasNotice()) {
            happen(Event.QUIET_FORCE.at(member.id(), 0));
        }
        if (member.hasNotice()) {
            happen(Event.NOTICE.at(member.id(), 0));
        }
        int absentMax = (bounds.voters() - 1) / 2;
        if (wipeCount < bounds.wipes()
                && absentCount < absentMax
                && !member.past().isWiped()) {
            happen(Event.WIPE.at(member.id(), 0));
        }
        if (damageCount < bounds.damages()) {
            for (int argument : worlds.machine().damageArguments(member)) {
                happen(Event.DAMAGE.at(member.id(), argument));
            }
        }
        if (lifeCount - world.members.length - damageCount < bounds.crashes()) {
            for (int argument : worlds.machine().crashArguments(member)) {
                happen(Event.CRASH.at(member.id(), argument));
            }
        }
    }

    private void happen(int event) {
        if (broken != null) {
            return;
        }
        eventCount++;
        try {
            boolean isOne = Event.of(event) != Event.CAMPAIGN && Event.of(event) != Event.LOOK;
            if (isOne && isSilent(event)) {
                return;
            }
            boolean isNew = worlds.happen(world, event, child);
            marks |= worlds.lookMarks();
            if (isNew && child.packetCount <= bounds.packets()) {
                addIfNew(child, parent, event);
            }
        } catch (RuleBroken rule) {
            tell(rule.getMessage(), worlds.text(event));
        }
    }

    private boolean isSilent(int event) {
        int at = worlds.memberOf(event) - 1;
        StepResult result = worlds.result(world.members[at], event);
        marks |= result.marks();
        return result.isSilent(world.members[at]);
    }

    private void addIfNew(World found, int from, int event) {
        int least = 0;
        for (int i = 0; i < renamings.size(); i++) {
            candidates[2 * i] = sums[2 * i] + difference(found, i, 0);
            candidates[2 * i + 1] = sums[2 * i + 1] + difference(found, i, 1);
            least = compare(i, least) < 0 ? i : least;
        }
        if (!seen.add(candidates[2 * least], candidates[2 * least + 1])) {
            return;
        }
        namedCount += differentCandidates();
        queue.put(words, found.encode(words));
        trail.add(from, event);
        if (from >= 0) {
            worlds.check(found, worlds.memberOf(event));
        }
    }

    private int compare(int one, int other) {
        int order = Long.compareUnsigned(candidates[2 * one], candidates[2 * other]);
        return order != 0 ? order : Long.compareUnsigned(candidates[2 * one + 1], candidates[2 * other + 1]);
    }

    /** How many worlds this one stands for: those that it becomes under some renaming. */
    private int differentCandidates() {
        int count = 0;
        for (int i = 0; i < renamings.size(); i++) {
            boolean isNew = true;
            for (int before = 0; before < i && isNew; before++) {
                isNew = compare(i, before) != 0;
            }
            count += isNew ? 1 : 0;
        }
        return count;
    }

    /** What the sum of {@code found} has more than that of the world from which it comes. */
    private long difference(World found, int renaming, int half) {
        long more = 0;
        for (int i = 0; i < found.members.length; i++) {
            if (found.members[i] != world.members[i]) {
                more += worlds.machine().get(found.members[i]).fingerprint().word(renaming, half);
                more -= worlds.machine().get(world.members[i]).fingerprint().word(renaming, half);
            }
        }
        if (found.history != world.history) {
            more += worlds.historyFingerprint(found.history).word(renaming, half);
            more -= worlds.historyFingerprint(world.history).word(renaming, half);
        }
        if (found.packetCount != world.packetCount) {
            int at = 0;
            for (int i = 0; i < found.packetCount; i++) {
                if (at < world.packetCount && world.packets[at] == found.packets[i]) {
                    at++;
                } else {
                    more += worlds.machine()
                            .packets()
                            .get(found.packets[i])
                            .fingerprint()
                            .word(renaming, half);
                }
            }
        }
        return more;
    }

    private void sum() {
        for (int word = 0; word < sums.length; word++) {
            int renaming = word / 2;
            int half = word % 2;
            long sum = worlds.historyFingerprint(world.history).word(renaming, half);
            for (int number : world.members) {
                sum += worlds.machine().get(number).fingerprint().word(renaming, half);
            }
            for (int i = 0; i < world.packetCount; i++) {
                sum += worlds.machine()
                        .packets()
                        .get(world.packets[i])
                        .fingerprint()
                        .word(renaming, half);
            }
            sums[word] = sum;
        }
    }

    private void tell(String what, String last) {
        broken = what;
        StringBuilder text = new StringBuilder(beginning);
        for (int before : trail.eventsTo(parent)) {
            text.append(worlds.text(before)).append('\n');
        }
        script = text.append(last).append('\n').toString();
    }
}
