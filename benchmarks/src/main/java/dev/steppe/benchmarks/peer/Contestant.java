package dev.steppe.benchmarks.peer;

import dev.steppe.base.OperatingFault;
import dev.steppe.benchmarks.raft.GroupUnderLoad;
import dev.steppe.benchmarks.raft.SteppeGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** A group that can be put under load. Its name on the command line is that of the constant in lower case. */
public enum Contestant {
    STEPPE(3, true, false),
    STEPPE_YIELD(3, true, true),
    STEPPE_TLS(3, true, false),
    STEPPE_1(1, true, false),
    STEPPE_5(5, true, false),
    STEPPE_7(7, true, false),
    STEPPE_UNFORCED(3, false, false),
    AERON(3, true, false),
    AERON_YIELD(3, true, true),
    AERON_UNFORCED(3, false, false),
    SOFA(3, true, false),
    RATIS(3, true, false),
    MICRORAFT(3, true, false);

    private final int memberCount;
    private final boolean isForced;
    private final boolean yields;

    Contestant(int memberCount, boolean isForced, boolean yields) {
        this.memberCount = memberCount;
        this.isForced = isForced;
        this.yields = yields;
    }

    /** The contestant of that name; its name in a table. */
    static Contestant named(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** As on the command line. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether an acknowledged command survives power loss; if not, its files belong on a file system in memory. */
    boolean isForced() {
        return isForced;
    }

    /** Whether its threads never rest, so that it must be stopped while others are measured. */
    boolean yields() {
        return yields;
    }

    /** Opens the group below {@code directory}; returns once it has a leader. */
    GroupUnderLoad open(Path directory, GroupUnderLoad.Acks acks) throws OperatingFault, IOException {
        return switch (this) {
            case STEPPE, STEPPE_YIELD, STEPPE_TLS, STEPPE_1, STEPPE_5, STEPPE_7, STEPPE_UNFORCED ->
                new SteppeGroup(new SteppeGroup.Setup(directory, memberCount, yields, this == STEPPE_TLS), acks);
            case AERON, AERON_YIELD, AERON_UNFORCED ->
                new AeronClusterGroup(new AeronClusterGroup.Setup(directory, memberCount, isForced, yields), acks);
            case SOFA -> new SofaJraftGroup(directory, memberCount, isForced, acks);
            case RATIS -> new RatisGroup(directory, memberCount, acks);
            case MICRORAFT -> new MicroRaftGroup(directory, memberCount, acks);
        };
    }
}
