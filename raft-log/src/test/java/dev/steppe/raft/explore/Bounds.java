package dev.steppe.raft.explore;

import dev.steppe.raft.core.CoreSettings;

/**
 * How far a search goes. Each bound is a property of the state itself, so what is reached does not depend on the way,
 * and a search within bounds comes to an end. Without a word, nothing happens.
 */
public final class Bounds {
    private final int memberCount;
    private int terms;
    private int ballots;
    private int rounds;
    private int proposals;
    private int reads;
    private int crashes;
    private int packets = 1_000;
    private int states = Integer.MAX_VALUE;
    private int voters;
    private int learners;
    private int changes;
    private int transfers;
    private int snapshots;
    private int damages;
    private int wipes;
    private boolean isUntied;
    private boolean isBlank;
    private int driftPpm = CoreSettings.NO_LEASE;
    private boolean isAdrift;
    private int fairEvery;
    private boolean isForcedLate;
    private boolean isStoredLate;
    private boolean isLoyal;
    private boolean isNoticedLate;
    private boolean isTerse;
    private boolean areBeatsHeard;

    private Bounds(int memberCount) {
        this.memberCount = memberCount;
        voters = memberCount;
    }

    /** So many members, all of them voters, to whom nothing happens yet. */
    public static Bounds of(int memberCount) {
        return new Bounds(memberCount);
    }

    /** No member begins an election when it is in this term. */
    public Bounds terms(int count) {
        terms = count;
        return this;
    }

    /** Rounds of votes that one member begins in one life, pre-votes included. */
    public Bounds ballots(int count) {
        ballots = count;
        return this;
    }

    /** Rounds of heartbeats that one member begins in one life, the first of each office included. */
    public Bounds rounds(int count) {
        rounds = count;
        return this;
    }

    /** Commands that clients propose. */
    public Bounds proposals(int count) {
        proposals = count;
        return this;
    }

    /** Reads that clients ask for. */
    public Bounds reads(int count) {
        reads = count;
        return this;
    }

    /** Crashes of all members together. */
    public Bounds crashes(int count) {
        crashes = count;
        return this;
    }

    /** Different messages that are ever sent. */
    public Bounds packets(int count) {
        packets = count;
        return this;
    }

    /** A search ends here although it has not seen everything. */
    public Bounds states(int count) {
        states = count;
        return this;
    }

    /** Members 1 to this one vote before anything is said, the others do not belong. */
    public Bounds voters(int count) {
        voters = count;
        return this;
    }

    /** So many after the voters learn before anything is said. */
    public Bounds learners(int count) {
        learners = count;
        return this;
    }

    /** How often leaders are asked for another membership. */
    public Bounds changes(int count) {
        changes = count;
        return this;
    }

    /** How often leaders are asked to hand over. */
    public Bounds transfers(int count) {
        transfers = count;
        return this;
    }

    /** How many snapshots one member takes in all its lives. */
    public Bounds snapshots(int count) {
        snapshots = count;
        return this;
    }

    /** Damages of the disks of all members together. */
    public Bounds damages(int count) {
        damages = count;
        return this;
    }

    /** How many members get a new, empty directory under their old id; never more at once than may fail. */
    public Bounds wipes(int count) {
        wipes = count;
        return this;
    }

    /** No member is tied to its directory at first. */
    public Bounds untied() {
        isUntied = true;
        return this;
    }

    /** Nor does any member know at first that the group is new. Looks leave no traces only in terse networks. */
    public Bounds blank() {
        isBlank = true;
        return untied().terse();
    }

    /** Reads by lease, for clocks that drift apart by a tenth at most; followers are loyal. */
    public Bounds leases() {
        driftPpm = 100_000;
        isLoyal = true;
        return this;
    }

    /** From one of so many worlds everything goes well for a while, and must come to something. */
    public Bounds fairEvery(int count) {
        fairEvery = count;
        return this;
    }

    /** Clocks drift as they please: what leases rely on does not hold. */
    public Bounds adrift() {
        isAdrift = true;
        return this;
    }

    /** Stores are forced by events of their own, not within the event that makes them. */
    public Bounds forcedLate() {
        isForcedLate = true;
        return this;
    }

    /**
     * Pieces of snapshots are stored, and snapshots installed, by events of their own; so they are with late forces.
     */
    public Bounds storedLate() {
        isStoredLate = true;
        return this;
    }

    /** The word of a force may come later than the force. */
    public Bounds noticedLate() {
        isNoticedLate = true;
        return this;
    }

    /** Followers stay true to a leader that they hear, until they tire. */
    public Bounds loyal() {
        isLoyal = true;
        return this;
    }

    /**
     * Only networks that lose every refused vote and every heartbeat without entries, and in which the question before
     * a candidacy is asked and answered by a majority in one event. Nothing else becomes possible, but longer stories
     * fit into the same number of states.
     */
    public Bounds terse() {
        isTerse = true;
        return this;
    }

    /** As {@link #terse}, but heartbeats without entries can arrive. */
    public Bounds terseButBeating() {
        areBeatsHeard = true;
        return terse();
    }

    boolean areBeatsHeard() {
        return areBeatsHeard;
    }

    int memberCount() {
        return memberCount;
    }

    int voters() {
        return voters;
    }

    int learners() {
        return learners;
    }

    int changes() {
        return changes;
    }

    int transfers() {
        return transfers;
    }

    int snapshots() {
        return snapshots;
    }

    int damages() {
        return damages;
    }

    int wipes() {
        return wipes;
    }

    boolean isUntied() {
        return isUntied;
    }

    boolean isBlank() {
        return isBlank;
    }

    int driftPpm() {
        return driftPpm;
    }

    int fairEvery() {
        return fairEvery;
    }

    boolean isAdrift() {
        return isAdrift;
    }

    int terms() {
        return terms;
    }

    int ballots() {
        return ballots;
    }

    int rounds() {
        return rounds;
    }

    int proposals() {
        return proposals;
    }

    int reads() {
        return reads;
    }

    int crashes() {
        return crashes;
    }

    int packets() {
        return packets;
    }

    int states() {
        return states;
    }

    boolean isForcedLate() {
        return isForcedLate;
    }

    boolean isStoredLate() {
        return isStoredLate || isForcedLate;
    }

    boolean isNoticedLate() {
        return isNoticedLate;
    }

    boolean isLoyal() {
        return isLoyal;
    }

    boolean isTerse() {
        return isTerse;
    }
}
