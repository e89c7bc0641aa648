package dev.steppe.mutants;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each known mistake is found by the test that was named for it. */
final class MutantsTest {
    /** One of each kind: a rule, a law over random histories, an exploration, the log on disk, a group of members. */
    private static final Set<String> SAMPLE = Set.of("M05a", "M09a", "M14a", "M37a", "M40a");

    @TempDir
    private Path folder;

    @Test
    void applyAndCompile() throws Exception {
        List<Mutant> mutants = MutantSources.all(MutantSources.FOLDER);
        try (MutantCompiler compiler = new MutantCompiler()) {
            Map<String, Map<String, byte[]>> compiled = compiler.compileAll(mutants);
            assertEquals(mutants.size(), compiled.size(), "two mutants of one id");
            compiled.forEach((id, classes) -> assertFalse(classes.isEmpty(), id));
        }
    }

    @Test
    void someOfEachKindAreKilled() throws Exception {
        List<Mutant> sample = new ArrayList<>(MutantSources.all(MutantSources.FOLDER));
        sample.removeIf(mutant -> !SAMPLE.contains(mutant.id()));
        assertEquals(SAMPLE.size(), sample.size());
        assertEquals(List.of(), Killers.complaints(MutantSources.FOLDER, sample));
    }

    @Test
    @Tag("extended")
    void noneSurvives() throws Exception {
        assertEquals(List.of(), Killers.complaints(MutantSources.FOLDER, MutantSources.all(MutantSources.FOLDER)));
    }

    @Test
    void oneWithoutEffectSurvives() throws Exception {
        List<String> lines = List.of(
                "what: nothing",
                "killed by: raft.quorum.QuorumTest.countsEachVoterOnce",
                "",
                "file: raft/quorum/Ballot.java",
                " /**",
                "+ * Says no more than before.",
                "  * The votes of one round. A voter counts once, whatever it repeats, and its first word holds; who is not a"
                        + " voter cannot");
        Files.write(folder.resolve("M00a-nothing.mutant"), lines);
        List<Mutant> mutants = MutantSources.all(folder);
        assertEquals(1, mutants.size());
        List<String> complaints = Killers.complaints(folder, mutants);
        assertEquals(1, complaints.size(), complaints.toString());
        assertTrue(complaints.get(0).startsWith("M00a survives (nothing): "), complaints.get(0));
    }

    @Test
    void oneThatDoesNotApplyIsRefused() {
        Mutant stale = Mutant.parse(
                "M00b",
                List.of(
                        "what: nothing",
                        "killed by: raft.quorum.QuorumTest.countsEachVoterOnce",
                        "",
                        "file: raft/quorum/Ballot.java",
                        "-        no such line",
                        "+        another one"));
        assertThrows(IllegalArgumentException.class, () -> MutantSources.with(stale));
    }
}
