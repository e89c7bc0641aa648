package dev.steppe.fault;

import dev.steppe.transport.memory.PacketModel.Nature;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What one run is made of. Each run has only some nemeses on, and each quantity at another strength: a run with
 * everything on at once hides what only one of them alone would show (Groce et al., Swarm Testing, ISSTA 2012).
 *
 * @param voterCount 1, 3, 5 or 7
 * @param nemeses those that are on, in their order
 * @param nemesisGapNs mean time between two strikes
 * @param nature of the network in every direction
 * @param pace how fast machines, disks and clocks are
 * @param load what clients do
 * @param compaction when members take snapshots
 * @param operation what an operator does, and promises
 */
public record Swarm(
        int voterCount,
        List<Nemesis> nemeses,
        long nemesisGapNs,
        Nature nature,
        Pace pace,
        Load load,
        Compaction compaction,
        Operation operation) {
    private static final int NETWORK_CAPACITY_BYTES = 1 << 20;

    /** Copies what can change. */
    public Swarm {
        nemeses = List.copyOf(nemeses);
    }

    /**
     * How fast machines are.
     *
     * @param heartbeatMs how often a leader is heard; elections take eight to sixteen times as long
     * @param turnNs mean time of one agent's turn
     * @param forceNs mean time of one disk operation
     * @param driftMaxPpm how much faster or slower a member's clock may run than the world's, in millionths
     */
    public record Pace(long heartbeatMs, long turnNs, long forceNs, int driftMaxPpm) {}

    /**
     * What clients do.
     *
     * @param clientCount how many there are, each with one command or read under way after the other
     * @param gapNs mean time between an answer and the next question
     * @param payloadMaxBytes longest command
     * @param readPermille share of reads
     * @param sessionPermille share of clients that have sessions
     * @param sessionMaxCount how many sessions the group keeps
     */
    public record Load(
            int clientCount,
            long gapNs,
            int payloadMaxBytes,
            int readPermille,
            int sessionPermille,
            int sessionMaxCount) {}

    /**
     * When members take snapshots.
     *
     * @param everyBytes of log since the last one; 0 = never
     * @param keptBytes of log that stay in front of one
     * @param imageBytes of state in one
     */
    public record Compaction(long everyBytes, long keptBytes, int imageBytes) {}

    /**
     * What an operator does to the group, and promises it.
     *
     * @param spareCount machines beside those of the first voters, which may join
     * @param wishGapNs mean time between two wishes for another membership or another leader; 0 = there are none
     * @param transferPermille share of wishes for another leader
     * @param leaseDriftPpm how far clocks drift apart at most, as the group is told; -1 = it is not to rely on clocks
     */
    public record Operation(int spareCount, long wishGapNs, int transferPermille, int leaseDriftPpm) {
        /** The group stays as it began, and asks its members before each read. */
        public static final Operation NONE = new Operation(0, 0, 0, -1);

        /** Whether the group may answer reads without asking its members. */
        public boolean hasLease() {
            return leaseDriftPpm >= 0;
        }
    }

    /** How many machines there are, in the group or not. */
    public int machineCount() {
        return voterCount + operation.spareCount;
    }

    /** Whether clocks may keep apart further than the group was told; then it may answer reads with what was. */
    public boolean mayReadStale() {
        return operation.hasLease()
                && (operation.leaseDriftPpm < 2 * pace.driftMaxPpm || nemeses.contains(Nemesis.CLOCK_JUMP));
    }

    /** Draws a run; half of them stay as {@link #drawSteady} says. */
    public static Swarm draw(Chance chance) {
        Swarm steady = drawSteady(chance);
        return chance.hits(500) ? steady : steady.moved(chance);
    }

    /** The same run with an operator, and perhaps misfortunes that only strike such groups. */
    private Swarm moved(Chance chance) {
        List<Nemesis> on = new ArrayList<>(nemeses);
        for (Nemesis nemesis : Nemesis.values()) {
            if (!nemesis.isSteady() && chance.hits(400)) {
                on.add(nemesis);
            }
        }
        int spareCount = voterCount < 3 || voterCount > 5 ? 0 : (int) chance.between(0, 3);
        long wishGapNs = voterCount < 3
                ? 0
                : chance.between(TimeUnit.MILLISECONDS.toNanos(30), TimeUnit.MILLISECONDS.toNanos(1_000));
        int transferPermille = spareCount == 0 ? 600 : (int) chance.between(0, 500);
        int leaseDriftPpm = chance.hits(400) ? (chance.hits(700) ? 2 * pace.driftMaxPpm : 0) : -1;
        return new Swarm(
                voterCount,
                on,
                nemesisGapNs,
                nature,
                pace,
                load,
                compaction,
                new Operation(spareCount, wishGapNs, transferPermille, leaseDriftPpm));
    }

    /** Draws a run of a group whose members stay the same. */
    public static Swarm drawSteady(Chance chance) {
        int dice = chance.below(20);
        int voterCount = dice < 2 ? 1 : dice < 14 ? 3 : dice < 19 ? 5 : 7;
        List<Nemesis> on = new ArrayList<>();
        int share = (int) chance.between(100, 600);
        for (Nemesis nemesis : Nemesis.values()) {
            if (nemesis.isSteady() && chance.hits(share)) {
                on.add(nemesis);
            }
        }
        long gapNs = chance.between(TimeUnit.MILLISECONDS.toNanos(50), TimeUnit.MILLISECONDS.toNanos(1_500));
        return new Swarm(
                voterCount, on, gapNs, nature(chance), pace(chance), load(chance), compaction(chance), Operation.NONE);
    }

    private static Nature nature(Chance chance) {
        if (chance.hits(300)) {
            return Nature.healthy(chance.between(10_000, 500_000));
        }
        int loss = chance.hits(600) ? (int) chance.lopsided(300) : 0;
        int copies = chance.hits(500) ? (int) chance.lopsided(500) : 0;
        int replays = chance.hits(400) ? (int) chance.lopsided(50) : 0;
        long minNs = chance.lopsided(TimeUnit.MILLISECONDS.toNanos(20));
        long meanNs = 1 + chance.lopsided(TimeUnit.MILLISECONDS.toNanos(100));
        int capacityBytes = chance.hits(200) ? (int) chance.between(4_096, 65_536) : NETWORK_CAPACITY_BYTES;
        return new Nature(loss, copies, replays, minNs, meanNs, chance.hits(500), capacityBytes);
    }

    private static Pace pace(Chance chance) {
        long turnNs = chance.between(1_000, 20_000);
        long forceNs = chance.hits(500) ? chance.between(10_000, 200_000) : chance.lopsided(20_000_000);
        return new Pace(
                chance.between(20, 100),
                turnNs,
                Math.max(1_000, forceNs),
                chance.hits(500) ? (int) chance.lopsided(100_000) : 0);
    }

    private static Compaction compaction(Chance chance) {
        if (chance.hits(400)) {
            return new Compaction(0, 0, 0);
        }
        int imageBytes = (int) chance.lopsided(chance.hits(100) ? 400_000 : 20_000);
        return new Compaction(chance.between(4_096, 100_000), chance.lopsided(100_000), 8 + imageBytes);
    }

    private static Load load(Chance chance) {
        int clientCount = chance.hits(50) ? (int) chance.between(30, 60) : (int) chance.between(1, 12);
        long gapNs = chance.between(TimeUnit.MILLISECONDS.toNanos(5), TimeUnit.MILLISECONDS.toNanos(100));
        int payloadMaxBytes = chance.hits(200) ? (int) chance.between(2_000, 4_200) : (int) chance.between(16, 600);
        int sessionPermille = chance.hits(500) ? (int) chance.between(0, 1_000) : 0;
        int sessionMaxCount = chance.hits(300) ? (int) chance.between(1, clientCount) : 4_096;
        int readPermille = (int) chance.between(0, 500);
        return new Load(clientCount, gapNs, payloadMaxBytes, readPermille, sessionPermille, sessionMaxCount);
    }
}
