package dev.steppe.raft.core;

import dev.steppe.raft.core.RaftCore.Recovered;
import dev.steppe.raft.core.RaftOutput.AppendSource;
import dev.steppe.raft.core.RaftOutput.Outgoing;
import dev.steppe.raft.core.RaftOutput.ProposalVerdict;
import dev.steppe.raft.core.track.MembershipStack;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** One member of the simulated world: a real core, and a disk that remembers only what was forced. */
final class SimMember {
    static final int ENTRY_BYTES = 40_000;
    static final long NO_OP_VALUE = -1;

    /** A message with the entries that it carries. */
    record Packet(int from, int to, RaftMessage message, List<Long> values) {}

    private record Held(Packet packet, long afterVault, long afterForced) {}

    private record Hard(long sequence, long term, int votedFor) {}

    final int id;
    final SimWorld world;
    final RaftOutput output = new RaftOutput();
    RaftCore core;
    SimLog log = new SimLog();
    SimLog forcedLog = new SimLog();
    long forcedTerm;
    int forcedVote = CoreSettings.NOBODY;
    long life;
    /** How fast this member's clock runs, in sixteenths of true time. */
    int clockRate = 16;
    /** The process stands still until then. */
    long pausedUntilNs;

    private final Deque<Hard> vaultQueue = new ArrayDeque<>();
    private final List<Held> held = new ArrayList<>();
    private long vaultForced;
    private long cutCount;
    private boolean forceRuns;
    private boolean forceWanted;
    private boolean vaultRuns;

    SimMember(int id, SimWorld world) {
        this.id = id;
        this.world = world;
    }

    boolean isUp() {
        return core != null;
    }

    long localNs() {
        return world.nowNs * clockRate / 16;
    }

    void start() {
        life++;
        log = forcedLog.prefix(forcedLog.lastIndex());
        cutCount = 0;
        vaultForced = 0;
        forceRuns = false;
        forceWanted = false;
        vaultRuns = false;
        long term = Math.max(forcedTerm, log.term(log.lastIndex()));
        int vote = term == forcedTerm ? forcedVote : CoreSettings.NOBODY;
        CoreSettings settings = new CoreSettings(id, 0, life, SimWorld.TIMES, 200_000, CoreSettings.NO_LEASE);
        Recovered recovered = new Recovered(
                term, vote, Quarantine.NONE, log.shape(ENTRY_BYTES), new MembershipStack(0, world.voters), null);
        core = new RaftCore(settings, recovered, world.random.nextLong(), localNs());
        world.checkers.onStart(this);
        world.wake(this);
    }

    /** The process dies. Of what was not forced, the disk may have kept nothing, all, or a part. */
    void crash() {
        core = null;
        life++;
        held.clear();
        long agreed = log.agreesUpTo(forcedLog);
        if (world.random.nextBoolean() && log.lastIndex() > agreed) {
            long keptIndex = agreed + world.random.nextInt((int) (log.lastIndex() - agreed) + 1);
            if (keptIndex > agreed) {
                forcedLog = log.prefix(keptIndex);
            }
        }
        if (!vaultQueue.isEmpty() && world.random.nextBoolean()) {
            setVault(vaultQueue.peekFirst());
        }
        vaultQueue.clear();
    }

    void step(RaftInput input, Packet packet, long[] proposedValues) {
        core.step(input, localNs(), output);
        world.checkers.onStep(this);
        if (output.hardSequence() != 0) {
            vaultQueue.addLast(new Hard(output.hardSequence(), output.hardTerm(), output.hardVotedFor()));
            runVault();
        }
        changeLog(packet, proposedValues);
        for (int i = 0; i < output.messageCount(); i++) {
            Outgoing outgoing = output.message(i);
            held.add(new Held(packetOf(outgoing), outgoing.afterVault(), outgoing.afterForced()));
        }
        release();
        world.checkers.afterStep(this);
        world.wake(this);
    }

    private void changeLog(Packet packet, long[] proposedValues) {
        if (output.cutFromIndex() != 0) {
            log.cutAfter(output.cutFromIndex() - 1);
            cutCount++;
        }
        if (output.appendSource() == AppendSource.NONE) {
            return;
        }
        for (long index = output.appendFirstIndex(); index <= output.appendLastIndex(); index++) {
            int offset = (int) (index - output.appendFirstIndex());
            long value = switch (output.appendSource()) {
                case ARRIVED -> packet.values().get(offset + output.skipCount());
                case PROPOSED -> proposedValues[offset];
                default -> NO_OP_VALUE;
            };
            log.append(output.appendTerm(), value);
        }
        runForce();
    }

    private void runVault() {
        if (vaultRuns || vaultQueue.isEmpty()) {
            return;
        }
        vaultRuns = true;
        Hard written = vaultQueue.peekLast();
        long atLife = life;
        world.after(this, world.diskDelayNs(), () -> {
            if (life != atLife) {
                return;
            }
            vaultRuns = false;
            vaultQueue.removeIf(hard -> hard.sequence() <= written.sequence());
            setVault(written);
            vaultForced = written.sequence();
            runVault();
            step(new RaftInput.VaultForced(written.sequence()), null, null);
        });
    }

    private void setVault(Hard hard) {
        forcedTerm = hard.term();
        forcedVote = hard.votedFor();
        world.checkers.onVault(this);
    }

    private void runForce() {
        if (forceRuns) {
            forceWanted = true;
            return;
        }
        forceRuns = true;
        forceWanted = false;
        SimLog written = log.prefix(log.lastIndex());
        long cutsSeen = cutCount;
        long atLife = life;
        world.after(this, world.diskDelayNs(), () -> {
            if (life != atLife) {
                return;
            }
            forceRuns = false;
            forcedLog = written;
            if (forceWanted) {
                runForce();
            }
            step(new RaftInput.Forced().set(written.lastIndex(), cutsSeen), null, null);
        });
    }

    private void release() {
        List<Held> waiting = new ArrayList<>();
        for (Held one : held) {
            boolean mayGo = vaultForced >= one.afterVault() && forcedLog.lastIndex() >= one.afterForced();
            if (mayGo) {
                world.checkers.onLeave(
                        this, one.packet().message(), one.packet().to());
                world.send(one.packet());
            } else {
                waiting.add(one);
            }
        }
        held.clear();
        held.addAll(waiting);
    }

    private Packet packetOf(Outgoing outgoing) {
        RaftMessage message = outgoing.message();
        if (message instanceof AppendAsk ask) {
            List<Long> values = new ArrayList<>();
            for (int i = 0; i < ask.entryCount(); i++) {
                long index = ask.prevIndex() + 1 + i;
                world.checkers.check(log.term(index) == ask.entryTerm(), "a run holds one term", index);
                values.add(log.value(index));
            }
            AppendAsk copy = new AppendAsk().set(ask);
            copy.entries(ask.entryTerm(), ask.entryCount(), ask.entryCount() * ENTRY_BYTES);
            return new Packet(id, outgoing.toMember(), copy, values);
        }
        if (message instanceof AppendReply reply) {
            return new Packet(id, outgoing.toMember(), new AppendReply().set(reply), List.of());
        }
        return new Packet(id, outgoing.toMember(), message, List.of());
    }

    /** A client offers commands; true if this member took them as a leader. */
    boolean propose(long... values) {
        step(new RaftInput.Proposed().set(values.length, values.length * ENTRY_BYTES), null, values);
        return output.proposalVerdict() == ProposalVerdict.ACCEPTED;
    }
}
