package dev.steppe.raft.node.disk;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.ForceAside;
import dev.steppe.raft.log.RaftLog;
import dev.steppe.raft.node.flight.FlightNotes;
import dev.steppe.raft.timing.BroadcastTimer;
import dev.steppe.raft.timing.LatencyWindows;
import dev.steppe.runtime.BelledAgent;
import dev.steppe.runtime.BlockingAgent;
import dev.steppe.runtime.handover.Doorbell;
import dev.steppe.runtime.handover.Mailbox;
import java.util.function.Consumer;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * When and by whom the log is forced, and how long that takes. Owned by the log agent, which waits for the disk itself,
 * unless it shares its thread with others and much is to be forced: then a {@link Hand} waits, and meanwhile messages
 * come and go and the next entries are written. What is small is not worth two changes of threads.
 */
public final class LogForcing {
    /** benchmarks/RESULTS.md: below this a changed thread costs more than it brings. */
    static final int ASIDE_MIN_BYTES = 96 * 1024;

    private final RaftLog log;
    private final NanoClock clock;
    private final FlightNotes notes;
    private final LatencyWindows forces = new LatencyWindows(BroadcastTimer.WINDOW_NS, 0);
    private final long originNs;
    private final Consumer<ForceAside> takingBack = this::takeBack;
    private @Nullable Hand hand;
    private @Nullable OperatingFault fault;
    private boolean isAside;
    private long asideStartNs;
    private long unforcedBytes;
    private long windowOrdinal;

    public LogForcing(RaftLog log, NanoClock clock, FlightNotes notes) {
        this.log = log;
        this.clock = clock;
        this.notes = notes;
        originNs = clock.nanoTime();
    }

    /** Has {@code newHand} wait for the disk where that takes long; before the first turn. */
    void leaveTo(Hand newHand) {
        hand = newHand;
    }

    /** Whether a force is under way elsewhere. */
    boolean isAside() {
        return isAside;
    }

    /** {@code byteCount} more were written. */
    public void wrote(int byteCount) {
        unforcedBytes += byteCount;
    }

    /** Forces what was written, or has it forced, and takes note of what was; returns how much was done. */
    public int work() throws OperatingFault {
        Hand helping = hand;
        int workCount = helping == null ? 0 : helping.done.drain(takingBack, 1);
        if (fault != null) {
            throw fault;
        }
        if (isAside || log.forcedIndex() >= log.lastIndex()) {
            return workCount;
        }
        if (helping != null && unforcedBytes >= ASIDE_MIN_BYTES) {
            ForceAside next = log.beginForce();
            if (next != null) {
                asideStartNs = clock.nanoTime();
                isAside = true;
                unforcedBytes = 0;
                helping.wanted.offer(next);
                return workCount + 1;
            }
        }
        long startNs = clock.nanoTime();
        log.force();
        unforcedBytes = 0;
        measure(startNs);
        return workCount + 1;
    }

    private void takeBack(ForceAside done) {
        isAside = false;
        measure(asideStartNs);
        try {
            log.endForce(done);
        } catch (OperatingFault first) {
            fault = first;
        }
    }

    private void measure(long startNs) {
        long endNs = clock.nanoTime();
        long ordinal = forces.windowOrdinal(endNs - originNs);
        if (ordinal != windowOrdinal) {
            windowOrdinal = ordinal;
            notes.force(forces.lastEnded(endNs - originNs));
        }
        forces.record(endNs - startNs, endNs - originNs);
    }

    /** Waits for the disk in place of a log agent; owns nothing, one force at a time. */
    public static final class Hand implements BelledAgent, BlockingAgent {
        private final Doorbell bell = new Doorbell();
        private final Mailbox<ForceAside> wanted = new Mailbox<>(2, bell);
        private final Mailbox<ForceAside> done;
        private final Mailbox<OperatingFault> faults;
        private final Consumer<ForceAside> performing = this::perform;

        /** Hands faults over in {@code faults}, and rings {@code logBell} when a force is done. */
        public Hand(Mailbox<OperatingFault> faults, Doorbell logBell) {
            this.faults = faults;
            done = new Mailbox<>(2, logBell);
        }

        @Override
        public int doWork() {
            return wanted.drain(performing, 1);
        }

        @Override
        public Doorbell doorbell() {
            return bell;
        }

        @Override
        public String roleName() {
            return "force";
        }

        private void perform(ForceAside force) {
            try {
                force.perform();
                done.offer(force);
            } catch (OperatingFault fault) {
                faults.offer(fault);
            }
        }
    }
}
