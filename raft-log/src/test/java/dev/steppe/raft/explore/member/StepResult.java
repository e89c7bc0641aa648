package dev.steppe.raft.explore.member;

/** What one event does to one member. Immutable. */
public final class StepResult {
    static final long NO_READ = -2;

    private final int next;
    private final int[] sent;
    private final long leaderTerm;
    private final int committed;
    private final boolean isAccepted;
    private final int readId;
    private final long readIndex;
    private final long marks;
    private final String broken;

    private StepResult(int next, MemberDraft.Answers answers, int committed, String broken) {
        this.next = next;
        sent = answers.sent.toIntArray();
        leaderTerm = answers.leaderTerm;
        this.committed = committed;
        isAccepted = answers.isAccepted;
        readId = answers.readId;
        readIndex = answers.readIndex;
        marks = answers.marks;
        this.broken = broken;
    }

    /** The member is now the one with this number; {@code committed} is -1 if it learned nothing new. */
    static StepResult of(int next, MemberDraft draft, int committed) {
        return new StepResult(next, draft.answers, committed, null);
    }

    /** A rule did not hold; the member is as it was. */
    static StepResult broken(int member, MemberDraft draft, String what) {
        draft.answers.clear();
        return new StepResult(member, draft.answers, -1, what);
    }

    /** Number of the member as it is then. */
    public int next() {
        return next;
    }

    /** How many packets left it. */
    public int sentCount() {
        return sent.length;
    }

    /** The packet that left it as the {@code i}-th. */
    public int sent(int i) {
        return sent[i];
    }

    /** Term in which it became leader, 0 if it did not. */
    public long leaderTerm() {
        return leaderTerm;
    }

    /** The log up to what it now knows to be committed, -1 if it learned nothing new. */
    public int committed() {
        return committed;
    }

    /** Whether it took a proposal. */
    public boolean isAccepted() {
        return isAccepted;
    }

    /** Whether no read was answered. */
    public boolean hasNoRead() {
        return readIndex == NO_READ;
    }

    /** The read that was answered. */
    public int readId() {
        return readId;
    }

    /** The answer to it: -1 refused. */
    public long readIndex() {
        return readIndex;
    }

    /** Rare things that it came through, as bits. */
    public long marks() {
        return marks;
    }

    /** A rule that did not hold, or null. */
    public String broken() {
        return broken;
    }

    /** Whether nothing at all has come of it, whatever was said before. */
    public boolean isSilent(int before) {
        return next == before && sent.length == 0 && hasNoRead() && broken == null;
    }
}
