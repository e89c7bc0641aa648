package dev.steppe.capacity;

import dev.steppe.model.job.Resources;

/** What is scheduled, in the order in which it is tested ({@code scheduling.md} 1.3.5). */
public enum Dimension {
    /** MHz. */
    CPU("cpu"),
    /** MiB. */
    MEMORY("memory"),
    /** MiB. */
    DISK("disk");

    private final String text;

    Dimension(String text) {
        this.text = text;
    }

    /** As shown to operators and counted among the reasons of a refusal. */
    public String text() {
        return text;
    }

    /** The amount of this dimension in {@code resources}, MHz or MiB. */
    public int of(Resources resources) {
        return switch (this) {
            case CPU -> resources.cpuMhz();
            case MEMORY -> resources.memoryMb();
            case DISK -> resources.diskMb();
        };
    }
}
