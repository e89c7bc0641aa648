package dev.steppe.benchmarks.raft;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * What one window of a closed loop showed.
 *
 * @param inFlightCount commands under way
 * @param commitsPerSecond acknowledged commands a second
 * @param p50Us latency from the offer to the acknowledgement, microseconds
 * @param processorUs processor time of the whole process for one command, microseconds
 * @param allocatedBytes what all threads of the process allocated for one command, bytes
 * @param foreignShare part of the machine that other processes took, 0 to 1
 */
public record WindowFigures(
        int inFlightCount,
        double commitsPerSecond,
        double p50Us,
        double p99Us,
        double p999Us,
        double processorUs,
        double allocatedBytes,
        double foreignShare) {
    private static final double US = 1_000.0;

    static WindowFigures of(
            int inFlightCount, long commitCount, long windowNs, Histogram latencies, ProcessorMeter meter) {
        return new WindowFigures(
                inFlightCount,
                commitCount * (double) TimeUnit.SECONDS.toNanos(1) / windowNs,
                latencies.getValueAtPercentile(50) / US,
                latencies.getValueAtPercentile(99) / US,
                latencies.getValueAtPercentile(99.9) / US,
                meter.ownNs() / US / Math.max(1, commitCount),
                (double) meter.allocatedBytes() / Math.max(1, commitCount),
                meter.foreignShare());
    }

    /** One line for another process. */
    public String encode() {
        return String.format(
                Locale.ROOT,
                "%d %.1f %.2f %.2f %.2f %.3f %.2f %.4f",
                inFlightCount,
                commitsPerSecond,
                p50Us,
                p99Us,
                p999Us,
                processorUs,
                allocatedBytes,
                foreignShare);
    }

    /** Reads what {@link #encode} wrote. */
    public static WindowFigures decode(String line) {
        String[] words = line.split(" ", -1);
        if (words.length != 8) {
            throw new IllegalArgumentException("eight figures were expected: " + line);
        }
        return new WindowFigures(
                Integer.parseInt(words[0]),
                Double.parseDouble(words[1]),
                Double.parseDouble(words[2]),
                Double.parseDouble(words[3]),
                Double.parseDouble(words[4]),
                Double.parseDouble(words[5]),
                Double.parseDouble(words[6]),
                Double.parseDouble(words[7]));
    }
}
