package dev.steppe.check;

import dev.steppe.fault.Coverage;
import dev.steppe.fault.Mark;
import java.util.Arrays;
import org.agrona.collections.LongHashSet;

/**
 * C1 to C4, H1 and H2. The register that clients append to is one list; each command has an id of its own, and the
 * state's hash after a command names the whole list up to it. So one comparison per answer shows whether it belongs to
 * the one history, and one number, the highest index that anybody had been told of when a question was asked, shows
 * whether it comes in an order that clients could have seen (the trick of append registers, ScyllaDB).
 */
public final class ClientChecker {
    private static final int ENTRY_COUNT = 1 << 9;

    private final Coverage coverage;
    private final LongHashSet appliedIds = new LongHashSet();
    private final LongHashSet lostIds = new LongHashSet();
    private long[] ids = new long[ENTRY_COUNT];
    private long[] hashes = new long[ENTRY_COUNT];
    private boolean[] isKnown = new boolean[ENTRY_COUNT];
    private long toldIndex;
    private long acknowledgedCount;
    private boolean mayReadStale;

    /** Nothing was asked yet. */
    public ClientChecker(Coverage coverage) {
        this.coverage = coverage;
    }

    /** Clocks keep apart further than the group was told: reads may see what was, and nothing else. */
    public void allowStaleReads() {
        mayReadStale = true;
    }

    /** Somebody asks now: what an answer must at least know. */
    public long floor() {
        return toldIndex;
    }

    /** A member's state machine has applied a command, and its state has this hash afterwards. */
    public void applied(int memberId, long index, long commandId, long hash) {
        int place = Math.toIntExact(index);
        if (place >= ids.length) {
            ids = Arrays.copyOf(ids, 2 * place);
            hashes = Arrays.copyOf(hashes, 2 * place);
            isKnown = Arrays.copyOf(isKnown, 2 * place);
        }
        if (!isKnown[place]) {
            isKnown[place] = true;
            ids[place] = commandId;
            hashes[place] = hash;
            InvariantViolated.unless(
                    appliedIds.add(commandId), "C2", "a command was applied twice: command, index", commandId, index);
            InvariantViolated.unless(
                    !lostIds.contains(commandId),
                    "C3",
                    "a command was applied that a client was told is lost: command, index",
                    commandId,
                    index);
        }
        InvariantViolated.unless(
                ids[place] == commandId && hashes[place] == hash,
                "H1",
                "a member's state differs from that of the first to come so far: member, index, command",
                memberId,
                index,
                commandId);
    }

    /** A member's state machine has taken a snapshot's state: H2, the same as by applying. */
    public void restored(int memberId, long index, long hash) {
        int place = Math.toIntExact(index);
        InvariantViolated.unless(
                index == 0 || (place < ids.length && isKnown[place] && hashes[place] == hash),
                "H2",
                "a snapshot's state is not that of the history: member, index",
                memberId,
                index);
        coverage.met(Mark.SNAPSHOT_RESTORED);
    }

    /** A client is told that its command is applied. */
    public void acknowledged(long commandId, long index, long hash, long floor) {
        acknowledgedCount++;
        coverage.met(Mark.COMMAND_ACKNOWLEDGED);
        int place = Math.toIntExact(index);
        InvariantViolated.unless(
                place < ids.length && isKnown[place] && ids[place] == commandId && hashes[place] == hash,
                "C3",
                "an acknowledged command is not in the history: command, index",
                commandId,
                index);
        InvariantViolated.unless(
                index > floor,
                "C1",
                "a command stands before one that was known when it was asked for: index, known",
                index,
                floor);
        toldIndex = Math.max(toldIndex, index);
    }

    /** A client is told that the command which it repeated stands in the history already. */
    public void repeated(long commandId, long index, long floor) {
        int place = Math.toIntExact(index);
        InvariantViolated.unless(
                place < ids.length && isKnown[place] && ids[place] == commandId && index > floor,
                "C2",
                "a repeated command is not where its client is told: command, index, known when asked",
                commandId,
                index,
                floor);
        toldIndex = Math.max(toldIndex, index);
    }

    /** A client is told that its command will never be applied. */
    public void lost(long commandId) {
        coverage.met(Mark.COMMAND_LOST);
        lostIds.add(commandId);
        InvariantViolated.unless(
                !appliedIds.contains(commandId),
                "C3",
                "a client is told that its command is lost, which is applied: command, last told",
                commandId,
                toldIndex);
    }

    /** A client reads at a member whose last command was at {@code index} and whose state has this hash. */
    public void read(int memberId, long index, long hash, long floor) {
        coverage.met(Mark.READ_ANSWERED);
        int place = Math.toIntExact(index);
        InvariantViolated.unless(
                index == 0 || (isKnown[place] && hashes[place] == hash),
                "C1",
                "a read saw a state that is not in the history: member, index",
                memberId,
                index);
        InvariantViolated.unless(
                index >= floor || mayReadStale,
                "C1",
                "a stale read: member, index, known when asked",
                memberId,
                index,
                floor);
        toldIndex = Math.max(toldIndex, index);
    }

    /** How many commands were acknowledged. */
    public long acknowledgedCount() {
        return acknowledgedCount;
    }
}
