package dev.steppe.server.duty;

import dev.steppe.base.Invariant;
import dev.steppe.command.Command;
import dev.steppe.command.CommandCodec;
import dev.steppe.command.CommandOutcome;
import dev.steppe.raft.api.ProposalListener;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftServer;
import dev.steppe.runtime.handover.Mailbox;
import java.util.ArrayDeque;
import org.agrona.ExpandableArrayBuffer;

/**
 * Proposes the commands of one agent, and brings what became of them back to it. Bounded: at most {@code openMax}
 * proposals are on their way, the rest waits here in order, which is what its owner sees as back-pressure
 * ({@link #isFull()}). Owned by that agent; outcomes arrive as mails in its own mailbox.
 */
public final class Proposals {
    private final RaftServer<CommandOutcome> raft;
    private final Mailbox<Runnable> home;
    private final int openMax;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final CommandCodec codec = new CommandCodec();
    private final ExpandableArrayBuffer scratch = new ExpandableArrayBuffer(64 << 10);
    private int openCount;

    /** What becomes of a proposal; exactly one of the two is called, by the owner. */
    interface Done {
        /** Committed and applied. */
        void applied(CommandOutcome outcome);

        /** Not applied here; {@code reason} is a sentence for people. */
        void lost(Loss loss, String reason);
    }

    /** How a proposal came to nothing. */
    enum Loss {
        /** It is certainly not committed, and could be on the server that leads. */
        NOT_LED,
        /** It is certainly not committed, and never could be. */
        REFUSED,
        /** It may be committed all the same. */
        UNKNOWN
    }

    private record Waiting(Command command, Done done) {}

    /** {@code home} must have room for {@code openMax} mails beside whatever else its owner gets. */
    public Proposals(RaftServer<CommandOutcome> raft, Mailbox<Runnable> home, int openMax) {
        this.raft = raft;
        this.home = home;
        this.openMax = openMax;
    }

    /** Whether as many wait as may be open: whoever can, should not propose more. */
    boolean isFull() {
        return waiting.size() >= openMax;
    }

    /** Proposes, at once or as soon as there is room. */
    void propose(Command command, Done done) {
        waiting.add(new Waiting(command, done));
        doWork();
    }

    /** Offers what waits, in order; how many were taken. */
    int doWork() {
        int takenCount = 0;
        while (openCount < openMax && !waiting.isEmpty() && offer(waiting.getFirst())) {
            waiting.removeFirst();
            takenCount++;
        }
        return takenCount;
    }

    /** Whether it is done with: taken, or refused for good. */
    private boolean offer(Waiting next) {
        int lengthBytes = codec.encode(next.command(), scratch, 0);
        openCount++;
        Homing homing = new Homing(next.done());
        ProposeVerdict verdict = raft.propose(scratch, 0, lengthBytes, homing);
        if (verdict == ProposeVerdict.ACCEPTED) {
            return true;
        }
        if (verdict == ProposeVerdict.BACK_PRESSURED) {
            openCount--;
            return false;
        }
        // By mail like every answer: the owner may be in the middle of something.
        if (verdict == ProposeVerdict.TOO_LARGE) {
            homing.lost(
                    Loss.REFUSED,
                    "the command takes " + lengthBytes + " bytes, more than one entry of the log may have");
        } else {
            homing.onLost(verdict == ProposeVerdict.NOT_LEADER ? "this server does not lead" : "the server is closing");
        }
        return true;
    }

    /** Carries an outcome from the apply agent to the owner. */
    private final class Homing implements ProposalListener<CommandOutcome> {
        private final Done done;

        private Homing(Done done) {
            this.done = done;
        }

        @Override
        public void onApplied(long index, long term, CommandOutcome result) {
            mail(() -> done.applied(result));
        }

        @Override
        public void onLost(String reason) {
            lost(Loss.NOT_LED, reason);
        }

        @Override
        public void onUnknown(String reason) {
            lost(Loss.UNKNOWN, reason);
        }

        private void lost(Loss loss, String reason) {
            mail(() -> done.lost(loss, reason));
        }

        private void mail(Runnable work) {
            Runnable closing = () -> {
                openCount--;
                work.run();
            };
            if (!home.offer(closing)) {
                throw Invariant.broken(
                        "no room for an outcome: mails, capacity", home.waitingCount(), home.capacityCount());
            }
        }
    }
}
