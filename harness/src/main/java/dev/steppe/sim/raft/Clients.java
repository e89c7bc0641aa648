package dev.steppe.sim.raft;

import dev.steppe.check.ClientChecker;
import dev.steppe.fault.Chance;
import dev.steppe.fault.Coverage;
import dev.steppe.fault.Mark;
import dev.steppe.fault.Swarm;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftStatus.Role;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Those who ask: each has one question under way, asks somebody who takes himself for the leader, waits for the answer
 * or loses patience, and asks the next. Some have sessions, and repeat a command until they know its outcome; the
 * others now and then send a whole volley, which a leader that is about to be deposed then holds.
 */
final class Clients {
    private static final long PATIENCE_MIN_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long PATIENCE_MAX_NS = TimeUnit.SECONDS.toNanos(3);
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(30);
    private static final int VOLLEY_COUNT = 12;

    private final RaftWorld world;
    private final Chance chance;
    private final Swarm.Load load;
    private final UnsafeBuffer payload;
    private List<SimMember> reachable;
    private long nextCommandId = 1;
    private boolean isOver;
    private int startCount;

    /** One of them. */
    private final class Client implements Question.Asker {
        private final Question.@Nullable Session session;
        /** Which start it belongs to; those of an earlier one ask no more. */
        private final int startNumber;

        Client(Question.@Nullable Session session) {
            this.session = session;
            startNumber = startCount;
        }

        @Override
        public ClientChecker checker() {
            return world.clientChecker;
        }

        @Override
        public Coverage coverage() {
            return world.coverage;
        }

        @Override
        public void goOn(Question question) {
            askIn(1 + chance.entropy().nextBelow(2 * load.gapNs()));
        }

        private void askIn(long waitNs) {
            world.agenda.at(world.nowNs() + waitNs, this::ask);
        }

        private void ask() {
            if (isOver || startNumber != startCount) {
                return;
            }
            SimMember asked = target();
            if (asked == null) {
                askIn(RETRY_NS + chance.entropy().nextBelow(RETRY_NS));
                return;
            }
            ProposeVerdict verdict;
            Question question;
            if (chance.hits(load.readPermille())) {
                Question.Read read = new Question.Read(this, asked);
                question = read;
                verdict = asked.node().read(read);
            } else if (session == null) {
                for (int i = chance.hits(100) ? chance.below(VOLLEY_COUNT) : 0; i > 0; i--) {
                    Question.Command one = new Question.Command(this, asked, nextCommandId++);
                    one.giveUp();
                    propose(asked, one, nextCommandId - 1);
                }
                Question.Command last = new Question.Command(this, asked, nextCommandId++);
                question = last;
                verdict = propose(asked, last, nextCommandId - 1);
            } else if (session.id() == 0) {
                Question.Opening opening = new Question.Opening(this, asked, session);
                question = opening;
                verdict = asked.node().openSession(opening);
            } else {
                Question.Attempt attempt = nextAttempt(asked, session);
                question = attempt;
                verdict = propose(asked, session, attempt);
            }
            asked.wakeConsensus(world.nowNs());
            await(asked, question, verdict);
        }

        private Question.Attempt nextAttempt(SimMember asked, Question.Session mine) {
            if (mine.isUndecided()) {
                world.coverage.met(Mark.COMMAND_REPEATED);
            } else {
                mine.begin(nextCommandId++, world.clientChecker.floor());
            }
            return new Question.Attempt(this, asked, mine);
        }

        private void await(SimMember asked, Question question, ProposeVerdict verdict) {
            if (verdict == ProposeVerdict.ACCEPTED) {
                long patienceNs = PATIENCE_MIN_NS + chance.entropy().nextBelow(PATIENCE_MAX_NS);
                world.agenda.at(world.nowNs() + patienceNs, () -> {
                    if (question.giveUp()) {
                        ask();
                    }
                });
                return;
            }
            if (verdict == ProposeVerdict.BACK_PRESSURED) {
                world.coverage.met(Mark.COMMAND_REFUSED);
                asked.wasFull = true;
            }
            askIn(RETRY_NS + chance.entropy().nextBelow(RETRY_NS));
        }
    }

    Clients(RaftWorld world) {
        this.world = world;
        chance = world.chance.split();
        load = world.swarm.load();
        payload = new UnsafeBuffer(new byte[Math.max(Long.BYTES, load.payloadMaxBytes())]);
        reachable = world.members;
    }

    /** Lets new ones ask instead of those who asked until now. */
    void start() {
        start(load.sessionPermille());
    }

    /** As {@link #start}; none has a session, which others of a crowd could close before it is used. */
    void startWithoutSessions() {
        start(0);
    }

    private void start(int sessionPermille) {
        isOver = false;
        startCount++;
        for (int i = 0; i < load.clientCount(); i++) {
            Client client = new Client(chance.hits(sessionPermille) ? new Question.Session() : null);
            client.askIn(1 + chance.entropy().nextBelow(2 * load.gapNs()));
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

    /** One that takes himself for the leader, now and then anyone; null if there is none to ask. */
    private @Nullable SimMember target() {
        List<SimMember> able = reachable.stream()
                .filter(member -> member.isUp() && !member.isPaused(world.nowNs()))
                .toList();
        List<SimMember> leading = able.stream()
                .filter(member -> member.node().status().role() == Role.LEADER)
                .toList();
        if (!leading.isEmpty() && !chance.hits(50)) {
            return chance.of(leading);
        }
        return able.isEmpty() || !chance.hits(100) ? null : chance.of(able);
    }

    private ProposeVerdict propose(SimMember asked, Question.Command command, long id) {
        ProposeVerdict verdict = asked.node().propose(payload, 0, fill(id), command);
        if (verdict != ProposeVerdict.ACCEPTED) {
            world.clientChecker.lost(id);
        }
        return verdict;
    }

    private ProposeVerdict propose(SimMember asked, Question.Session session, Question.Attempt attempt) {
        int length = fill(session.commandId());
        return asked.node().propose(session.id(), session.sequence(), payload, 0, length, attempt);
    }

    /** Writes the command; its length and bytes follow from its id, so that a repetition is the same. */
    private int fill(long id) {
        int length = Long.BYTES + (int) Long.remainderUnsigned(id * 0x9E3779B97F4A7C15L, payload.capacity() - 7L);
        payload.putLong(0, id);
        payload.setMemory(Long.BYTES, length - Long.BYTES, (byte) id);
        return length;
    }
}
