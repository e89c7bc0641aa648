package dev.steppe.model.job;

/**
 * An amount of each dimension that is scheduled; exact integers, never negative.
 *
 * @param cpuMhz shares of CPU in MHz
 * @param memoryMb memory in MiB
 * @param diskMb disk in MiB
 */
public record Resources(int cpuMhz, int memoryMb, int diskMb) {
    /** Nothing of anything. */
    public static final Resources NONE = new Resources(0, 0, 0);

    /** Refuses negative amounts. */
    public Resources {
        if (cpuMhz < 0 || memoryMb < 0 || diskMb < 0) {
            throw new IllegalArgumentException(
                    "resources must not be negative: cpu " + cpuMhz + ", memory " + memoryMb + ", disk " + diskMb);
        }
    }

    /** The sum; refuses an overflow. */
    public Resources plus(Resources other) {
        return new Resources(
                Math.addExact(cpuMhz, other.cpuMhz),
                Math.addExact(memoryMb, other.memoryMb),
                Math.addExact(diskMb, other.diskMb));
    }
}
