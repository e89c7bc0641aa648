package dev.steppe.raft.explore.member;

/** Rare things that a search must have come through to be worth its name. */
public enum Mark {
    LEADER_ELECTED("a leader is elected"),
    LONGER_LOG_LOSES("a candidate with a longer log of an older term is refused"),
    VOTE_REPEATED("a vote is repeated to the same candidate"),
    SECOND_CANDIDATE_REFUSED("a second candidate of one term is refused"),
    VOTE_KEPT_OVER_RESTART("a restarted member refuses a second candidate of the term in which it has voted"),
    LATE_VOTE_IGNORED("a vote of an earlier round arrives in a later one"),
    CANDIDATE_YIELDS("a candidate follows the leader of its own term"),
    STALE_LEADER_REFUSED("a leader of an earlier term is refused"),
    LOYAL_REFUSES("a follower that hears its leader gives no vote"),
    DEPOSED_IN_FLIGHT("a leader steps down for a later term while an append is in flight"),
    RESIGNED("a leader gives up because it hears no majority"),
    OWN_VOTE_WAITS("a majority has voted before a candidate's own vote is forced"),
    HELD_BACK("a message waits for a force"),
    CUT_OF_TWO("a conflict cuts two entries"),
    CUT_OF_FORCED("a conflict cuts an entry that was forced"),
    OLD_APPEND_HARMLESS("an old append arrives behind a newer one and cuts nothing"),
    OLD_TERM_COMMITTED_ALONG("an entry of an older term is committed along with a new one"),
    OLD_TERM_NOT_COUNTED("a majority holds an entry of an older term, and it is not committed"),
    COMMIT_AHEAD_OF_OWN_FORCE("a leader commits what it has not forced itself"),
    COMMIT_LIMITED("a follower commits less than its leader, as far as its log is known to agree"),
    LATE_ANSWER_HARMLESS("an answer arrives behind a newer one"),
    PROBED_BACK("a refusal sends a leader back"),
    REVIVED("a stalled follower is fed anew"),
    LATE_NOTICE_VOID("a notice of the log from before a cut is void"),
    LOST_BY_CRASH("a crash loses entries that were not forced"),
    KEPT_BY_CRASH("a crash leaves entries that nobody was told to be forced"),
    VOTE_LOST_BY_CRASH("a crash loses a vote that nobody has heard of"),
    LOG_AHEAD_OF_VAULT("a crash leaves a log of a later term than the vault's"),
    READ_ANSWERED("a read is answered"),
    READ_REFUSED("a read is refused because the leadership ended"),
    CHANGE_ACCEPTED("a change of membership begins"),
    CHANGE_NOT_SETTLED("a change is refused before the leader has committed an entry of its own term"),
    CHANGE_IN_PROGRESS("a second change is refused while the first is not committed"),
    NOT_CAUGHT_UP("a learner that lags is not promoted"),
    CHANGE_CUT("a membership is reverted by a cut"),
    COMMITS_WITHOUT_ITSELF("a leader that was removed commits without counting itself"),
    REMOVED_LEADER_LEAVES("a removed leader leaves once that is committed"),
    ELECTED_BY_EVEN("a leader is elected by an even number of voters"),
    STRANGER_UNANSWERED("one that does not vote here asks for a vote and gets no answer"),
    STRANGER_AHEAD_ELECTED("one that is no voter as far as the log here goes gets a vote because its log is ahead"),
    FORMER_LIFE_IGNORED("an answer of a former life of a follower arrives after one of the present"),
    HANDED_OVER("an office is handed over"),
    TRANSFER_FAILED("a transfer fails"),
    STANDS_AT_ONCE("the target of a transfer stands at once"),
    NO_PROPOSAL_MEANWHILE("a proposal is refused during a transfer"),
    COMPACTED("a log loses its front"),
    FED_BY_SNAPSHOT("a follower is fed by a snapshot"),
    LOG_REPLACED("a snapshot stands instead of a whole log"),
    CONFLICT_REPLACED("a snapshot replaces a conflicting log"),
    SUFFIX_KEPT("a snapshot is installed and what follows it is kept"),
    OLD_SNAPSHOT_DONE("a snapshot of what is committed here is answered as done"),
    APPEND_BEFORE_BASE("entries arrive that begin before the log does"),
    CRASH_BEFORE_INSTALL("a crash between the reception of a snapshot and its installation"),
    QUARANTINED_ASKED("a quarantined member is asked for a vote and has none to give"),
    NOT_COUNTED("a quarantined member stores what its leader has, and is not counted"),
    HEALED("a quarantined member counts again"),
    DOUBT_ENDED("a doubtful member counts again because nobody leads"),
    LEASE_READ("a read is answered without a round"),
    LEASE_OVER("a read waits for a round because the last one is too old"),
    FOUNDED("a member in a blank directory counts because its group is new"),
    TIED("a leader ties voters to the directories from which they speak"),
    STRANGE_DIRECTORY("a leader is answered from another directory than the one that it knows");

    private final String text;

    Mark(String text) {
        this.text = text;
    }

    /** Its place in a set of marks. */
    @SuppressWarnings("EnumOrdinal") // lives as long as a run
    public long bit() {
        return 1L << ordinal();
    }

    @Override
    public String toString() {
        return name() + " (" + text + ")";
    }
}
