package dev.steppe.sim.raft;

import dev.steppe.fault.Chance;
import dev.steppe.fault.Mark;
import dev.steppe.fault.Nemesis;
import dev.steppe.fault.PartitionShape;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.storage.memory.MemoryDisk.AfterFailedForce;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lets misfortunes strike a world, those that its swarm has on, at drawn moments; what is damaged is drawn from the
 * world's {@link Atlas}.
 */
final class Nemeses {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final RaftWorld world;
    private final Chance chance;
    private final List<Nemesis> drawn = new ArrayList<>();

    Nemeses(RaftWorld world) {
        this.world = world;
        chance = world.chance.split();
        for (Nemesis nemesis : world.swarm.nemeses()) {
            for (int i = 0; i < nemesis.weight(); i++) {
                drawn.add(nemesis);
            }
        }
    }

    /** Lets the first one strike after a while, and each next one after another. */
    void start() {
        if (!drawn.isEmpty()) {
            world.agenda.at(world.nowNs() + 1 + chance.entropy().nextBelow(2 * world.swarm.nemesisGapNs()), this::next);
        }
    }

    private void next() {
        List<SimMember> alive = world.members.stream().filter(SimMember::isUp).toList();
        if (!alive.isEmpty()) {
            strike(chance.of(drawn), victim(alive));
        }
        start();
    }

    /** Often one that leads: that is where the interesting entries are. */
    private SimMember victim(List<SimMember> alive) {
        List<SimMember> leading = alive.stream()
                .filter(member -> member.node().inspection().core().role() == RaftCore.Role.LEADER)
                .toList();
        return leading.isEmpty() || chance.hits(500) ? chance.of(alive) : chance.of(leading);
    }

    private void strike(Nemesis nemesis, SimMember member) {
        switch (nemesis) {
            case KILL -> kill(member);
            case POWER_LOSS -> losePower(member);
            case POWER_LOSS_EVERYWHERE -> loseAllPower();
            case CRASH_AT_DISK_STEP -> member.crashAt(member.disk.stepCount() + chance.below(20));
            case FAILED_FORCE -> failForce(member);
            case FULL_DISK -> fill(member);
            case SLOW_DISK -> slow(member);
            case LYING_DISK -> lie(member);
            case ROT -> rot(member, false);
            case MISDIRECTED_WRITE -> rot(member, true);
            case PARTITION -> partition(member);
            case CLOG -> clog();
            case SEVER -> sever();
            case PAUSE -> pause(member);
            case STALL -> stall(member);
            case ROT_UNDERFOOT -> rotUnderfoot(member);
            case FLIPPED_FRAMES -> world.flips.begin();
            case CLOCK_JUMP -> jump(member);
            case WIPE -> wipe(member);
        }
    }

    private void kill(SimMember member) {
        world.coverage.met(Mark.PROCESS_KILLED);
        world.kill(member);
        reopen(member);
    }

    private void losePower(SimMember member) {
        if (world.checker.isTainted(member.id) && !world.checker.isRedundant(member.id)) {
            kill(member);
            return;
        }
        world.losePower(member, world.drawFate());
        reopen(member);
    }

    private void loseAllPower() {
        boolean isSpared = world.members.stream().anyMatch(member -> world.checker.isTainted(member.id));
        if (isSpared) {
            return;
        }
        world.coverage.met(Mark.POWER_LOST_EVERYWHERE);
        for (SimMember member : world.members) {
            if (member.isUp()) {
                world.losePower(member, world.drawFate());
                reopen(member);
            }
        }
    }

    private void reopen(SimMember member) {
        long atNs = world.nowNs() + 1 + chance.lopsided(3 * SECOND_NS);
        world.agenda.at(atNs, () -> {
            if (!member.isUp() && chance.hits(100)) {
                member.crashAt(member.disk.stepCount() + chance.below(6));
            }
            world.open(member);
        });
    }

    private void failForce(SimMember member) {
        member.expectsFault = true;
        member.disk.failAt(
                member.disk.stepCount() + chance.below(10),
                chance.hits(500) ? AfterFailedForce.KEPT : AfterFailedForce.REVERTED);
    }

    private void fill(SimMember member) {
        world.tell(member, "has a full disk");
        world.coverage.met(Mark.DISK_FULL);
        long usedBytes =
                member.disk.names().stream().mapToLong(member.disk::lengthBytes).sum();
        member.disk.limitTo(usedBytes + chance.lopsided(128 << 10));
        world.agenda.at(world.nowNs() + 1 + chance.lopsided(8 * SECOND_NS), () -> {
            world.tell(member, "has room again");
            member.disk.limitTo(Long.MAX_VALUE);
        });
    }

    private void slow(SimMember member) {
        world.tell(member, "has a disk that hangs");
        world.coverage.met(Mark.DISK_SLOW);
        long longestNs = chance.hits(100) ? 60 * SECOND_NS : 3 * SECOND_NS;
        member.diskStalledUntilNs = world.nowNs() + chance.lopsided(longestNs);
    }

    private void lie(SimMember member) {
        if (world.atlas.mayDamage(member)) {
            world.tell(member, "has a disk that lies");
            world.coverage.met(Mark.DISK_LIED);
            world.checker.tainted(member.id);
            member.hasLied = true;
            member.disk.lieAt(member.disk.stepCount() + chance.below(10));
        }
    }

    /** Damages the disk of a member that dies for it. */
    private void rot(SimMember member, boolean isMisdirected) {
        if (!world.atlas.mayDamage(member)) {
            return;
        }
        world.checker.tainted(member.id);
        if (chance.hits(500)) {
            world.kill(member);
        } else {
            world.losePower(member, world.drawFate());
        }
        String name = chance.of(member.disk.names());
        int lengthBytes = member.disk.lengthBytes(name);
        if (isMisdirected) {
            misdirect(member, name, lengthBytes);
        } else {
            world.coverage.met(Mark.ROT);
            int offset = chance.hits(500) ? chance.below(lengthBytes) : chance.below(Math.min(8_192, lengthBytes));
            world.tell(member, "rots at " + offset + " of " + name);
            member.disk.flipBit(name, offset, chance.below(8));
        }
        reopen(member);
    }

    /** Damages what a member that lives on has written, and may read again or not. */
    private void rotUnderfoot(SimMember member) {
        List<String> segments = member.disk.names().stream()
                .filter(name -> name.startsWith("segments/"))
                .toList();
        if (segments.isEmpty() || !world.atlas.mayDamage(member)) {
            return;
        }
        String name = chance.of(segments);
        int offset = chance.below(chance.hits(700) ? 8_192 : member.disk.lengthBytes(name));
        world.tell(member, "rots underfoot at " + offset + " of " + name);
        world.coverage.met(Mark.ROT_UNDERFOOT);
        world.checker.tainted(member.id);
        member.expectsFault = true;
        member.disk.flipBit(name, offset, chance.below(8));
    }

    private void misdirect(SimMember member, String name, int lengthBytes) {
        int pageBytes = Math.min(4_096, lengthBytes);
        int pageCount = lengthBytes / pageBytes;
        int from = chance.below(Math.min(pageCount, 16));
        int to = chance.below(Math.min(pageCount, 16));
        world.coverage.met(Mark.MISDIRECTED);
        world.tell(member, "has page " + from + " of " + name + " at " + to + " too");
        byte[] content = member.disk.content(name);
        System.arraycopy(content, from * pageBytes, content, to * pageBytes, pageBytes);
        member.disk.putFile(name, content);
    }

    private void jump(SimMember member) {
        world.coverage.met(Mark.CLOCK_JUMPED);
        long byNs = chance.lopsided(600 * SECOND_NS);
        world.tell(member, "has its clock ahead by " + byNs + " ns");
        member.clock.jump(byNs);
        member.wake(world.nowNs());
    }

    private void wipe(SimMember member) {
        if (world.atlas.mayWipe(member)) {
            world.wipe(member);
            member.isLost = world.atlas.inPlay().stream().anyMatch(one -> one.ordinalOf(member.id) >= 0);
            reopen(member);
        }
    }

    private void partition(SimMember member) {
        int count = world.members.size();
        if (count < 2) {
            return;
        }
        PartitionShape shape = chance.of(List.of(PartitionShape.values()));
        world.tell("partition " + shape);
        world.coverage.met(shape.mark());
        long lengthNs = SECOND_NS / 20 + chance.lopsided(5 * SECOND_NS);
        for (PartitionShape.Step step : shape.script(count, member.id - 1, lengthNs, chance)) {
            world.agenda.at(
                    world.nowNs() + step.afterNs(),
                    () -> world.cut(step.fromOrdinal(), step.toOrdinal(), step.isCut()));
        }
    }

    private void clog() {
        int[] pair = pair();
        if (pair != null) {
            world.tell("clog " + pair[0] + " to " + pair[1]);
            world.coverage.met(Mark.CLOGGED);
            long untilNs = world.nowNs() + chance.lopsided(5 * SECOND_NS);
            world.packets.clog(RaftWorld.identity(pair[0]), RaftWorld.identity(pair[1]), untilNs);
        }
    }

    private void sever() {
        int[] pair = pair();
        if (pair != null) {
            world.tell("sever " + pair[0] + " and " + pair[1]);
            world.coverage.met(Mark.SEVERED);
            world.network.sever(RaftWorld.identity(pair[0]), RaftWorld.identity(pair[1]));
        }
    }

    private int @Nullable [] pair() {
        int count = world.members.size();
        if (count < 2) {
            return null;
        }
        int one = chance.below(count);
        int other = (one + 1 + chance.below(count - 1)) % count;
        return new int[] {one + 1, other + 1};
    }

    private void stall(SimMember member) {
        SimMember.Seat seat = chance.of(member.seats);
        world.tell(member, "has a thread that hangs: " + seat.agent.roleName());
        world.coverage.met(Mark.STALLED);
        seat.readyNs = Math.max(seat.readyNs, world.nowNs() + chance.lopsided(3 * SECOND_NS));
        seat.isAwake = true;
    }

    private void pause(SimMember member) {
        world.tell(member, "stands still");
        world.coverage.met(Mark.PAUSED);
        long longestNs = chance.hits(100) ? 60 * SECOND_NS : 4 * SECOND_NS;
        member.pausedUntilNs = world.nowNs() + 1 + chance.lopsided(longestNs);
        world.agenda.at(member.pausedUntilNs, () -> member.wake(world.nowNs()));
    }
}
