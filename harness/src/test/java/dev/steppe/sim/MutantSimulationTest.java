package dev.steppe.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The checkers tell a real breach from what only looks like one: known mistakes break the rules that they must. */
class MutantSimulationTest {
    private static final long SAFETY_NS = 8_000_000_000L;
    private static final Path JAR = Path.of("..", "raft-log", "target", "steppe-mutants.jar");

    @ParameterizedTest
    @CsvSource({
        // A leader counts what it has not forced itself: R8, though quarantined members count as what they have forced.
        "M01d, R8, 60",
        // A candidate asks before its own vote is forced: R13, though some ask without a vote of their own.
        "M01e, R13, 5",
        // Everybody asks past the leader that is heard.
        "X20c, U9, 5"
    })
    void findsTheBreach(String mutant, String rule, int seedCount) throws Exception {
        assumeTrue(Files.isReadable(JAR), "the jar of mutants is not built yet: it is part of package");
        List<String> told = new ArrayList<>();
        try (MutantLoader loader = MutantLoader.open(JAR, mutant)) {
            for (int seed = 1; seed <= seedCount && told.isEmpty(); seed++) {
                loader.run(seed, 1, SAFETY_NS, null, told::add);
                told.removeIf(line -> !line.contains("violates " + rule + " "));
            }
        }
        assertTrue(!told.isEmpty(), "no seed shows " + mutant);
    }
}
