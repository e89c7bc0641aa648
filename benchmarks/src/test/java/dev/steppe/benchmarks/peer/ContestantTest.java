package dev.steppe.benchmarks.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.base.OperatingFault;
import dev.steppe.benchmarks.raft.ClosedLoop;
import dev.steppe.benchmarks.raft.GroupUnderLoad;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
final class ContestantTest {
    private static final long STALL_NS = TimeUnit.SECONDS.toNanos(30);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(names = {"STEPPE", "STEPPE_1", "AERON", "SOFA", "MICRORAFT"})
    void commitsWhatItIsGiven(Contestant contestant) throws OperatingFault, IOException {
        ClosedLoop client = new ClosedLoop(ContestantProcess.COMMAND_BYTES);
        try (GroupUnderLoad group = contestant.open(directory, client)) {
            client.commit(group, 1, 10, STALL_NS);
            client.commit(group, 64, 500, STALL_NS);
        }
        assertEquals(510, client.doneCount());
    }

    @ParameterizedTest
    @EnumSource
    @Tag("extended")
    void commitsInEverySetup(Contestant contestant) throws OperatingFault, IOException {
        commitsWhatItIsGiven(contestant);
    }
}
