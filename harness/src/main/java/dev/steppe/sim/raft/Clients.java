package dev.steppe.sim.raft;

import dev.steppe.check.InvariantViolated;
import dev.steppe.fault.Chance;
import dev.steppe.fault.Mark;
import dev.steppe.fault.Swarm;
import dev.steppe.raft.api.ProposalListener;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.ReadListener;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Those who ask: each has one question under way, asks whom it takes for the leader, waits for the answer or loses
 * patience, and asks the next. An answer that comes after it has lost patience still must be true.
 */
final class Clients {
    private static final long PATIENCE_MIN_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long PATIENCE_MAX_NS = TimeUnit.SECONDS.toNanos(3);
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(30);

    private final RaftWorld world;
    private final Chance chance;
    private final Swarm.Load load;
    private final UnsafeBuffer payload;
    private List<SimMember> reachable;
    private long nextCommandId = 1;
    private boolean isOver;
    private int likelyLeaderId = 1;

    /** One question; told exactly once what became of it. */
    private abstract static class Question {
        final long floor;
        private boolean isAnswered;
        private boolean isGivenUp;

        Question(long floor) {
            this.floor = floor;
        }

        void answer() {
            if (isAnswered) {
                throw new InvariantViolated("C3", "a client was answered twice: " + this);
            }
            isAnswered = true;
        }
    }

    private final class Command extends Question implements ProposalListener<Long> {
        private final long id;
        private final SimMember asked;

        Command(long id, SimMember asked, long floor) {
            super(floor);
            this.id = id;
            this.asked = asked;
        }

        @Override
        public void onApplied(long index, long term, Long result) {
            answer();
            world.clientChecker.acknowledged(id, index, result, floor);
            if (asked.wasFull) {
                asked.wasFull = false;
                world.coverage.met(Mark.DISK_FULL_RESUMED);
            }
            goOn(this);
        }

        @Override
        public void onLost(String reason) {
            answer();
            world.clientChecker.lost(id);
            goOn(this);
        }

        @Override
        public void onUnknown(String reason) {
            answer();
            world.coverage.met(Mark.COMMAND_UNKNOWN);
            goOn(this);
        }

        @Override
        public String toString() {
            return "command " + id;
        }
    }

    private final class Read extends Question implements ReadListener {
        private final SimMember asked;

        Read(SimMember asked, long floor) {
            super(floor);
            this.asked = asked;
        }

        @Override
        public void onReadable(long appliedIndex) {
            answer();
            RegisterMachine machine = asked.machine();
            world.clientChecker.read(asked.id, machine.lastIndex(), machine.stateHash(), floor);
            goOn(this);
        }

        @Override
        public void onRefused(String reason) {
            answer();
            world.coverage.met(Mark.READ_REFUSED);
            goOn(this);
        }

        @Override
        public String toString() {
            return "read at member " + asked.id;
        }
    }

    Clients(RaftWorld world) {
        this.world = world;
        chance = world.chance.split();
        load = world.swarm.load();
        payload = new UnsafeBuffer(new byte[Math.max(Long.BYTES, load.payloadMaxBytes())]);
        reachable = world.members;
    }

    /** Lets all of them ask. */
    void start() {
        isOver = false;
        for (int i = 0; i < load.clientCount(); i++) {
            askIn(1 + chance.entropy().nextBelow(2 * load.gapNs()));
        }
    }

    /** Nobody asks anything more. */
    void stop() {
        isOver = true;
    }

    /** From now on only these members are asked. */
    void reach(List<SimMember> newReachable) {
        reachable = List.copyOf(newReachable);
    }

    private void askIn(long waitNs) {
        world.agenda.at(world.nowNs() + waitNs, this::ask);
    }

    private void ask() {
        if (isOver) {
            return;
        }
        SimMember asked = target();
        if (!asked.isUp() || asked.isPaused(world.nowNs())) {
            likelyLeaderId = 0;
            askIn(RETRY_NS + chance.entropy().nextBelow(RETRY_NS));
            return;
        }
        Question question;
        ProposeVerdict verdict;
        if (chance.hits(load.readPermille())) {
            Read read = new Read(asked, world.clientChecker.floor());
            verdict = asked.node().read(read);
            question = read;
        } else {
            Command command = new Command(nextCommandId++, asked, world.clientChecker.floor());
            verdict = propose(asked, command);
            question = command;
        }
        asked.wakeConsensus(world.nowNs());
        if (verdict == ProposeVerdict.ACCEPTED) {
            likelyLeaderId = asked.id;
            long patienceNs = PATIENCE_MIN_NS + chance.entropy().nextBelow(PATIENCE_MAX_NS);
            world.agenda.at(world.nowNs() + patienceNs, () -> giveUp(question));
        } else {
            refused(asked, verdict);
            askIn(RETRY_NS + chance.entropy().nextBelow(RETRY_NS));
        }
    }

    private ProposeVerdict propose(SimMember asked, Command command) {
        int length = Long.BYTES + chance.below(payload.capacity() - Long.BYTES + 1);
        payload.putLong(0, command.id);
        payload.setMemory(Long.BYTES, length - Long.BYTES, (byte) command.id);
        ProposeVerdict verdict = asked.node().propose(payload, 0, length, command);
        if (verdict != ProposeVerdict.ACCEPTED) {
            world.clientChecker.lost(command.id);
        }
        return verdict;
    }

    private void refused(SimMember asked, ProposeVerdict verdict) {
        if (verdict == ProposeVerdict.BACK_PRESSURED) {
            world.coverage.met(Mark.COMMAND_REFUSED);
            asked.wasFull = true;
        } else {
            likelyLeaderId = Math.max(0, asked.node().status().leaderId());
        }
    }

    private SimMember target() {
        if (likelyLeaderId > 0 && chance.hits(900)) {
            SimMember likely = world.member(likelyLeaderId);
            if (reachable.contains(likely)) {
                return likely;
            }
        }
        return chance.of(reachable);
    }

    private void goOn(Question question) {
        if (!question.isGivenUp) {
            question.isGivenUp = true;
            askIn(1 + chance.entropy().nextBelow(2 * load.gapNs()));
        }
    }

    private void giveUp(Question question) {
        if (!question.isGivenUp) {
            question.isGivenUp = true;
            ask();
        }
    }
}
