package dev.steppe.raft.core;

import dev.steppe.raft.core.RaftCore.Recovered;
import dev.steppe.raft.core.RaftOutput.AppendSource;
import dev.steppe.raft.core.RaftOutput.MembershipVerdict;
import dev.steppe.raft.core.RaftOutput.Outgoing;
import dev.steppe.raft.core.RaftOutput.ProposalVerdict;
import dev.steppe.raft.core.SimLog.Entry;
import dev.steppe.raft.core.SimLog.Snapshot;
import dev.steppe.raft.core.track.MembershipStack;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.core.track.SnapshotPosition;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.SnapshotAsk;
import dev.steppe.raft.quorum.Membership;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** One member of the simulated world: a real core, and a disk that remembers only what was forced. */
final class SimMember {
    static final int ENTRY_BYTES = 40_000;
    static final long NO_OP_VALUE = -1;
    private static final int SNAPSHOTS_KEPT = 2;

    /** A message with the entries, or the snapshot, that it carries. */
    record Packet(int from, int to, RaftMessage message, List<Entry> entries, Snapshot snapshot) {}

    private record Held(Packet packet, long afterVault, long afterForced) {}

    private record Hard(long sequence, long term, int votedFor, Quarantine quarantine) {}

    final int id;
    final SimWorld world;
    final RaftOutput output = new RaftOutput();
    RaftCore core;
    SimLog log = new SimLog();
    SimLog forcedLog = new SimLog();
    long forcedTerm;
    int forcedVote = CoreSettings.NOBODY;
    Quarantine forcedQuarantine = Quarantine.NONE;
    /** Durable snapshots, newest last. */
    List<Snapshot> snapshots = new ArrayList<>();

    long directoryId;
    long life;
    /** First life after what it remembered was lost. */
    long damagedLife;
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
    private Snapshot installing;
    private boolean snapshotRuns;

    SimMember(int id, SimWorld world) {
        this.id = id;
        this.world = world;
        directoryId = 1_000L * id;
    }

    boolean isUp() {
        return core != null;
    }

    long localNs() {
        return world.nowNs * clockRate / 16;
    }

    /** Whether the log is ahead of the core, which has not been told yet. */
    boolean isReplacingLog() {
        return installing != null;
    }

    Snapshot newestSnapshot() {
        return snapshots.isEmpty() ? null : snapshots.get(snapshots.size() - 1);
    }

    void start() {
        life++;
        cutCount = 0;
        vaultForced = 0;
        forceRuns = false;
        forceWanted = false;
        vaultRuns = false;
        snapshotRuns = false;
        installing = null;
        Snapshot snapshot = newestSnapshot();
        if (snapshot != null && !forcedLog.has(snapshot.index(), snapshot.term())) {
            // Published, but the log was not replaced yet.
            forcedLog.compact(snapshot.index(), snapshot.term(), snapshot.chain());
        }
        log = forcedLog.prefix(forcedLog.lastIndex());
        long term = Math.max(forcedTerm, log.term(log.lastIndex()));
        int vote = term == forcedTerm ? forcedVote : CoreSettings.NOBODY;
        CoreSettings settings =
                new CoreSettings(id, directoryId, life, SimWorld.TIMES, 200_000, world.maxClockDriftPpm);
        SnapshotPosition position = snapshot == null
                ? null
                : new SnapshotPosition(snapshot.index(), snapshot.term(), snapshot.totalBytes(), snapshot.membership());
        Recovered recovered = new Recovered(
                term, vote, forcedQuarantine, log.shape(ENTRY_BYTES), recoveredMemberships(snapshot), position);
        core = new RaftCore(settings, recovered, world.random.nextLong(), localNs());
        world.checkers.onStart(this);
        world.wake(this);
    }

    private MembershipStack recoveredMemberships(Snapshot snapshot) {
        if (snapshot == null) {
            return log.memberships(world.configured);
        }
        // The log may begin before the snapshot; what it says up to there is said by the snapshot as well.
        MembershipStack stack = new MembershipStack(snapshot.index(), snapshot.membership());
        for (long index = snapshot.index() + 1; index <= log.lastIndex(); index++) {
            if (log.entry(index).membership() != null) {
                stack.push(index, log.entry(index).membership());
            }
        }
        return stack;
    }

    /** The process dies. Of what was not forced, the disk may have kept nothing, all, or a part. */
    void crash() {
        core = null;
        life++;
        held.clear();
        long agreed = log.agreesUpTo(forcedLog);
        if (installing == null && world.random.nextBoolean() && log.lastIndex() > agreed) {
            long keptIndex = agreed + world.random.nextInt((int) (log.lastIndex() - agreed) + 1);
            if (keptIndex > agreed) {
                forcedLog = log.prefix(keptIndex);
            }
        }
        if (!vaultQueue.isEmpty() && world.random.nextBoolean()) {
            setVault(vaultQueue.peekFirst());
        }
        vaultQueue.clear();
        world.checkers.onCrash(this);
    }

    /** What a dead process had on its disk is lost; its identity is not, so it knows what it has lost. */
    void damage(boolean losesVault) {
        forcedLog = new SimLog();
        snapshots = new ArrayList<>();
        damagedLife = life + 1;
        forcedQuarantine = Quarantine.DAMAGED;
        if (losesVault) {
            forcedTerm = 0;
            forcedVote = CoreSettings.NOBODY;
            world.checkers.onVaultLost(this);
        }
    }

    /** Somebody gives a dead process an empty directory, and it knows nothing of having had another. */
    void replaceDirectory() {
        damage(true);
        forcedQuarantine = Quarantine.NONE;
        directoryId++;
    }

    void step(RaftInput input, Packet packet, long[] proposedValues) {
        core.step(input, localNs(), output);
        world.checkers.onStep(this);
        if (output.hardSequence() != 0) {
            vaultQueue.addLast(
                    new Hard(output.hardSequence(), output.hardTerm(), output.hardVotedFor(), output.hardQuarantine()));
            runVault();
        }
        changeLog(packet, proposedValues);
        if (output.storesChunk()) {
            storeChunk((SnapshotAsk) packet.message(), packet.snapshot());
        }
        if (output.installIndex() != 0) {
            installing = newestSnapshot();
            world.checkers.check(installing.index() == output.installIndex(), "installs another", id);
            if (!forceRuns) {
                runInstall();
            }
        }
        for (int i = 0; i < output.messageCount(); i++) {
            Outgoing outgoing = output.message(i);
            Packet sent = packetOf(outgoing);
            if (sent != null) {
                held.add(new Held(sent, outgoing.afterVault(), outgoing.afterForced()));
            }
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
            log.append(output.appendTerm(), appended(offset, packet, proposedValues));
        }
        runForce();
    }

    private Entry appended(int offset, Packet packet, long[] proposedValues) {
        return switch (output.appendSource()) {
            case ARRIVED -> packet.entries().get(offset + output.skipCount());
            case PROPOSED -> new Entry(proposedValues[offset], null);
            case MEMBERSHIP -> new Entry(0, output.appendMembership());
            default -> new Entry(NO_OP_VALUE, null);
        };
    }

    /** After a while on the disk, if this life lasts so long. */
    private void afterDisk(Runnable what) {
        long atLife = life;
        world.after(this, world.diskDelayNs(), () -> {
            if (life == atLife) {
                what.run();
            }
        });
    }

    private void runVault() {
        if (vaultRuns || vaultQueue.isEmpty()) {
            return;
        }
        vaultRuns = true;
        Hard written = vaultQueue.peekLast();
        afterDisk(() -> {
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
        forcedQuarantine = hard.quarantine();
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
        afterDisk(() -> {
            forceRuns = false;
            if (written.lastIndex() >= log.baseIndex()) {
                forcedLog = written;
                forcedLog.compact(log.baseIndex(), log.term(log.baseIndex()), log.chain(log.baseIndex()));
            }
            if (installing != null) {
                runInstall();
            } else if (forceWanted) {
                runForce();
            }
            step(new RaftInput.Forced().set(written.lastIndex(), cutsSeen), null, null);
        });
    }

    private void runInstall() {
        Snapshot snapshot = installing;
        afterDisk(() -> {
            boolean keepsSuffix = log.has(snapshot.index(), snapshot.term());
            log.compact(snapshot.index(), snapshot.term(), snapshot.chain());
            forcedLog.compact(snapshot.index(), snapshot.term(), snapshot.chain());
            cutCount += keepsSuffix ? 0 : 1;
            installing = null;
            world.checkers.onInstalled(this, snapshot);
            step(new RaftInput.Installed(snapshot.index()), null, null);
        });
    }

    private void storeChunk(SnapshotAsk ask, Snapshot snapshot) {
        boolean hasNoRoom = !world.isQuiet() && world.random.nextInt(20) == 0;
        boolean isDamaged = !world.isQuiet() && world.random.nextInt(20) == 0;
        afterDisk(() -> {
            if (hasNoRoom) {
                step(new RaftInput.ChunkStored(ask.snapshotIndex(), ask.offsetBytes()), null, null);
            } else if (!ask.isLast()) {
                step(new RaftInput.ChunkStored(ask.snapshotIndex(), ask.offsetBytes() + ask.chunkBytes()), null, null);
            } else if (isDamaged) {
                step(new RaftInput.ChunkStored(ask.snapshotIndex(), 0), null, null);
            } else {
                if (newestSnapshot() == null || newestSnapshot().index() < snapshot.index()) {
                    keep(snapshot);
                }
                step(
                        new RaftInput.SnapshotReceived(snapshot.index(), snapshot.term(), snapshot.membership()),
                        null,
                        null);
            }
        });
    }

    private void keep(Snapshot snapshot) {
        snapshots.add(snapshot);
        if (snapshots.size() > SNAPSHOTS_KEPT) {
            snapshots.remove(0);
        }
    }

    /** Takes a snapshot of what is applied, and once it is durable lets a part of the log go. */
    void takeSnapshot() {
        long index = core.commitIndex();
        Snapshot newest = newestSnapshot();
        if (snapshotRuns || core.isQuarantined() || installing != null) {
            return;
        }
        if (index <= log.baseIndex() || (newest != null && index <= newest.index())) {
            return;
        }
        snapshotRuns = true;
        long totalBytes = 1L + world.random.nextInt(200_000);
        Snapshot taken = new Snapshot(index, log.term(index), log.chain(index), totalBytes, core.membershipAt(index));
        afterDisk(() -> {
            snapshotRuns = false;
            if (newestSnapshot() != null && newestSnapshot().index() >= index) {
                return;
            }
            keep(taken);
            step(new RaftInput.SnapshotTaken(index, taken.term(), totalBytes, taken.membership()), null, null);
            compact(taken);
        });
    }

    private void compact(Snapshot newest) {
        long lag = world.random.nextInt(8);
        long base = newest.index() - lag;
        if (isUp() && base > log.baseIndex() && installing == null) {
            long term = log.term(base);
            long chain = log.chain(base);
            log.compact(base, term, chain);
            forcedLog.compact(base, term, chain);
            step(new RaftInput.Compacted(base), null, null);
        }
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
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < ask.entryCount(); i++) {
                long index = ask.prevIndex() + 1 + i;
                world.checkers.check(log.term(index) == ask.entryTerm(), "a run holds one term", index);
                entries.add(log.entry(index));
            }
            AppendAsk copy = new AppendAsk().set(ask);
            copy.entries(ask.entryTerm(), ask.entryCount(), ask.entryCount() * ENTRY_BYTES);
            return new Packet(id, outgoing.toMember(), copy, entries, null);
        }
        if (message instanceof SnapshotAsk ask) {
            for (Snapshot snapshot : snapshots) {
                if (snapshot.index() == ask.snapshotIndex()) {
                    return new Packet(id, outgoing.toMember(), message, List.of(), snapshot);
                }
            }
            throw new AssertionError("offers a snapshot that it does not have: " + ask);
        }
        if (message instanceof AppendReply reply) {
            return new Packet(id, outgoing.toMember(), new AppendReply().set(reply), List.of(), null);
        }
        return new Packet(id, outgoing.toMember(), message, List.of(), null);
    }

    /** What arrives is told to the core with the memberships that its entries say. */
    void receive(Packet packet) {
        RaftInput.Arrived arrived = new RaftInput.Arrived(packet.message());
        if (packet.message() instanceof AppendAsk ask) {
            for (int i = 0; i < packet.entries().size(); i++) {
                Membership membership = packet.entries().get(i).membership();
                if (membership != null) {
                    arrived.with(ask.prevIndex() + 1 + i, membership);
                }
            }
        }
        step(arrived, packet, null);
    }

    /** A client offers commands; true if this member took them as a leader. */
    boolean propose(long... values) {
        step(new RaftInput.Proposed().set(values.length, values.length * ENTRY_BYTES), null, values);
        return output.proposalVerdict() == ProposalVerdict.ACCEPTED;
    }

    /** An operator wants another membership; true if this member took it as a leader. */
    boolean change(Membership membership) {
        step(new RaftInput.MembershipAsked(membership), null, null);
        return output.membershipVerdict() == MembershipVerdict.ACCEPTED;
    }
}
