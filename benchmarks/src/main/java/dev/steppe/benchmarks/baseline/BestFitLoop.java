package dev.steppe.benchmarks.baseline;

/**
 * Best fit as a plain Java loop over primitive columns: every node is asked whether it may be used and whether the ask
 * fits, and the fullest of them wins, the first among equals. Once with the formula as it is written, {@code 20 -
 * (10^left/capacity of cpu + 10^left/capacity of memory)}, once with a table of powers in its place. Allocates nothing;
 * owned by one thread.
 */
public final class BestFitLoop {
    private static final int TABLE_STEPS = 4_096;

    private final Columns nodes;
    private final double[] powers = new double[TABLE_STEPS + 1];

    /** A loop over these columns. */
    public BestFitLoop(Columns nodes) {
        this.nodes = nodes;
        for (int i = 0; i <= TABLE_STEPS; i++) {
            powers[i] = Math.pow(10, (double) i / TABLE_STEPS);
        }
    }

    /** One array for each property, by node; the maker fills them. Capacities are above 0. */
    public static final class Columns {
        public final int[] freeCpu;
        public final int[] freeMemory;
        public final int[] freeDisk;
        public final int[] capacityCpu;
        public final int[] capacityMemory;
        public final int[] nodeClass;

        /** Columns of {@code nodeCount} nodes. */
        public Columns(int nodeCount) {
            freeCpu = new int[nodeCount];
            freeMemory = new int[nodeCount];
            freeDisk = new int[nodeCount];
            capacityCpu = new int[nodeCount];
            capacityMemory = new int[nodeCount];
            nodeClass = new int[nodeCount];
        }
    }

    /** The best node by the formula, or -1; {@code isClassUsable} by node class. */
    public int bestByPower(int askCpu, int askMemory, int askDisk, boolean[] isClassUsable) {
        int best = -1;
        double bestScore = -1;
        for (int i = 0; i < nodes.freeCpu.length; i++) {
            if (!isClassUsable[nodes.nodeClass[i]] || !fits(i, askCpu, askMemory, askDisk)) {
                continue;
            }
            double score = scoreByPower(i, askCpu, askMemory);
            if (score > bestScore) {
                bestScore = score;
                best = i;
            }
        }
        return best;
    }

    /** The best node by the table, or -1; {@code isClassUsable} by node class. */
    public int bestByTable(int askCpu, int askMemory, int askDisk, boolean[] isClassUsable) {
        int best = -1;
        double bestScore = -1;
        for (int i = 0; i < nodes.freeCpu.length; i++) {
            if (!isClassUsable[nodes.nodeClass[i]] || !fits(i, askCpu, askMemory, askDisk)) {
                continue;
            }
            double score = 20
                    - powers[step(nodes.freeCpu[i] - askCpu, nodes.capacityCpu[i])]
                    - powers[step(nodes.freeMemory[i] - askMemory, nodes.capacityMemory[i])];
            if (score > bestScore) {
                bestScore = score;
                best = i;
            }
        }
        return best;
    }

    /** The score of node {@code i} by the formula, 0..18. */
    public double scoreByPower(int i, int askCpu, int askMemory) {
        double leftCpu = (double) (nodes.freeCpu[i] - askCpu) / nodes.capacityCpu[i];
        double leftMemory = (double) (nodes.freeMemory[i] - askMemory) / nodes.capacityMemory[i];
        return 20 - (Math.pow(10, leftCpu) + Math.pow(10, leftMemory));
    }

    private boolean fits(int i, int askCpu, int askMemory, int askDisk) {
        return askCpu <= nodes.freeCpu[i] && askMemory <= nodes.freeMemory[i] && askDisk <= nodes.freeDisk[i];
    }

    private static int step(int left, int capacity) {
        return (int) ((long) left * TABLE_STEPS / capacity);
    }
}
