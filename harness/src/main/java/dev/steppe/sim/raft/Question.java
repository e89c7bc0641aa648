package dev.steppe.sim.raft;

import dev.steppe.check.ClientChecker;
import dev.steppe.check.InvariantViolated;
import dev.steppe.fault.Coverage;
import dev.steppe.fault.Mark;
import dev.steppe.raft.api.ProposalListener;
import dev.steppe.raft.api.ReadListener;
import dev.steppe.raft.api.SessionListener;
import dev.steppe.raft.api.SessionOpening;

/**
 * One question that a client has put to one member, and what the checkers are told when the answer comes. It is
 * answered at most once: never if the member dies, and perhaps long after the client has lost patience.
 */
abstract sealed class Question {
    private final Asker asker;
    private final SimMember asked;
    private final long floor;
    private boolean isAnswered;
    private boolean isOver;

    /** Who asked. */
    interface Asker {
        /** The checkers. */
        ClientChecker checker();

        /** What was met. */
        Coverage coverage();

        /** The client may go on, for the first time after this question. */
        void goOn(Question question);
    }

    private Question(Asker asker, SimMember asked, long floor) {
        this.asker = asker;
        this.asked = asked;
        this.floor = floor;
    }

    /** The client waits no longer; true if it did until now. */
    boolean giveUp() {
        boolean wasWaiting = !isOver;
        isOver = true;
        return wasWaiting;
    }

    SimMember asked() {
        return asked;
    }

    ClientChecker checker() {
        return asker.checker();
    }

    long floor() {
        return floor;
    }

    void answered(Mark mark) {
        if (mark != Mark.COMMAND_ACKNOWLEDGED && mark != Mark.READ_ANSWERED) {
            asker.coverage().met(mark); // Those two the checker counts.
        }
        if (isAnswered) {
            throw new InvariantViolated("C3", "a client was answered twice: " + this);
        }
        isAnswered = true;
    }

    void noteTransfer() {
        if (asked.isUp() && asked.node().inspection().core().transferTargetId() != 0) {
            asker.coverage().met(Mark.TRANSFER_HELD_OFF);
        }
    }

    void goOn() {
        if (asked.wasFull && isAnswered) {
            asked.wasFull = false;
            asker.coverage().met(Mark.DISK_FULL_RESUMED);
        }
        if (giveUp()) {
            asker.goOn(this);
        }
    }

    /** A command outside any session: asked once. */
    static final class Command extends Question implements ProposalListener<Long> {
        private final long id;

        Command(Asker asker, SimMember asked, long id) {
            super(asker, asked, asker.checker().floor());
            this.id = id;
        }

        @Override
        public void onApplied(long index, long term, Long result) {
            answered(Mark.COMMAND_ACKNOWLEDGED);
            checker().acknowledged(id, index, result, floor());
            goOn();
        }

        @Override
        public void onLost(String reason) {
            answered(Mark.COMMAND_LOST);
            noteTransfer();
            checker().lost(id);
            goOn();
        }

        @Override
        public void onUnknown(String reason) {
            answered(Mark.COMMAND_UNKNOWN);
            goOn();
        }

        @Override
        public String toString() {
            return "command " + id;
        }
    }

    /** A command of a session, asked for the first time or again. */
    static final class Attempt extends Question implements SessionListener<Long> {
        private final Session session;
        private final long id;

        Attempt(Asker asker, SimMember asked, Session session) {
            super(asker, asked, session.floor);
            this.session = session;
            id = session.commandId;
        }

        @Override
        public void onApplied(long index, long term, Long result) {
            answered(Mark.COMMAND_ACKNOWLEDGED);
            checker().acknowledged(id, index, result, floor());
            session.decided(id);
            goOn();
        }

        @Override
        public void onDuplicate(long originalIndex) {
            answered(Mark.COMMAND_DUPLICATE);
            if (session.commandId == id) {
                // While it is the session's last command the original is named exactly.
                checker().repeated(id, originalIndex, floor());
            }
            session.decided(id);
            goOn();
        }

        @Override
        public void onExpired() {
            answered(Mark.SESSION_EXPIRED);
            session.expired();
            goOn();
        }

        @Override
        public void onLost(String reason) {
            answered(Mark.COMMAND_LOST);
            goOn();
        }

        @Override
        public void onUnknown(String reason) {
            answered(Mark.COMMAND_UNKNOWN);
            goOn();
        }

        @Override
        public String toString() {
            return "command " + id + " of a session";
        }
    }

    /** The wish for a session. */
    static final class Opening extends Question implements SessionOpening {
        private final Session session;

        Opening(Asker asker, SimMember asked, Session session) {
            super(asker, asked, 0);
            this.session = session;
        }

        @Override
        public void onOpened(long sessionId) {
            answered(Mark.SESSION_OPENED);
            session.opened(sessionId);
            goOn();
        }

        @Override
        public void onLost(String reason) {
            answered(Mark.COMMAND_LOST);
            goOn();
        }

        @Override
        public void onUnknown(String reason) {
            answered(Mark.COMMAND_UNKNOWN);
            goOn();
        }
    }

    /** A linearizable read. */
    static final class Read extends Question implements ReadListener {
        Read(Asker asker, SimMember asked) {
            super(asker, asked, asker.checker().floor());
        }

        @Override
        public void onReadable(long appliedIndex) {
            answered(Mark.READ_ANSWERED);
            RegisterMachine machine = asked().machine();
            checker().read(asked().id, machine.lastIndex(), machine.stateHash(), floor());
            goOn();
        }

        @Override
        public void onRefused(String reason) {
            answered(Mark.READ_REFUSED);
            goOn();
        }

        @Override
        public String toString() {
            return "read at member " + asked().id;
        }
    }

    /** A client's session: one command under way at a time, repeated under one number until its outcome is known. */
    static final class Session {
        private long id;
        private long sequence;
        private long commandId;
        private long floor;

        /** 0 while no session is open. */
        long id() {
            return id;
        }

        long sequence() {
            return sequence;
        }

        long commandId() {
            return commandId;
        }

        boolean isUndecided() {
            return commandId != 0;
        }

        /** Begins the next command. */
        void begin(long newCommandId, long newFloor) {
            sequence++;
            commandId = newCommandId;
            floor = newFloor;
        }

        private void opened(long newId) {
            if (id == 0) {
                id = newId;
                sequence = 0;
                commandId = 0;
            }
        }

        private void decided(long decidedId) {
            if (commandId == decidedId) {
                commandId = 0;
            }
        }

        private void expired() {
            id = 0;
            commandId = 0;
        }
    }
}
