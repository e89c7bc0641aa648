package dev.steppe.raft.node.flight;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The events. The recorder reads the fields by name: a renamed field is a changed format. */
final class RaftEvents {
    private RaftEvents() {}

    @Name("dev.steppe.raft.Election")
    @Label("Raft election")
    @Category({"Steppe", "Raft"})
    @StackTrace(false)
    static final class Election extends Event {
        int memberId;
        long term;
        long electionCount;
    }

    @Name("dev.steppe.raft.Leadership")
    @Label("Raft role or leader changed")
    @Category({"Steppe", "Raft"})
    @StackTrace(false)
    static final class Leadership extends Event {
        int memberId;
        long term;
        int leaderId;
        String role = "";
    }

    @Name("dev.steppe.raft.Latency")
    @Label("Raft latencies of one window")
    @Category({"Steppe", "Raft"})
    @StackTrace(false)
    static final class LatencyWindow extends Event {
        int memberId;
        /** {@code broadcast}: append to quorum; {@code force}: one force of the log. */
        String what = "";

        long count;

        @Timespan
        long p50;

        @Timespan
        long p99;

        @Timespan
        long p999;

        @Timespan
        long max;
    }

    @Name("dev.steppe.raft.DiskFull")
    @Label("No room for the log")
    @Category({"Steppe", "Raft"})
    @StackTrace(false)
    static final class DiskFull extends Event {
        int memberId;
        boolean isFull;
    }

    @Name("dev.steppe.raft.Snapshot")
    @Label("Raft snapshot")
    @Category({"Steppe", "Raft"})
    @StackTrace(false)
    static final class Snapshot extends Event {
        int memberId;
        /** {@code taken}, {@code received} or {@code installed}. */
        String what = "";

        long index;
    }

    @Name("dev.steppe.raft.Quarantine")
    @Label("Raft member in quarantine, or healed")
    @Category({"Steppe", "Raft"})
    @StackTrace(false)
    static final class Quarantine extends Event {
        int memberId;
        String state = "";
        String reason = "";
    }

    @Name("dev.steppe.raft.ElectionTimeout")
    @Label("Raft election time-out chosen")
    @Category({"Steppe", "Raft"})
    @StackTrace(false)
    static final class ElectionTimeout extends Event {
        int memberId;

        @Timespan
        long shortest;
    }

    @Name("dev.steppe.raft.Membership")
    @Label("Raft membership")
    @Category({"Steppe", "Raft"})
    @StackTrace(false)
    static final class Membership extends Event {
        int memberId;
        long index;
        String servers = "";
    }
}
