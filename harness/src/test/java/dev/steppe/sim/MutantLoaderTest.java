package dev.steppe.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.core.RaftCore;
import dev.steppe.sim.MutantLoader.NoSuchMutant;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MutantLoaderTest {
    private static final String SIMULATION = "dev/steppe/sim/Simulation.class";

    @TempDir
    private Path folder;

    /** A jar with one mutant, which spells one word of what is told otherwise. */
    private Path jar() throws IOException {
        byte[] bytes;
        try (InputStream in = RaftCore.class.getClassLoader().getResourceAsStream(SIMULATION)) {
            bytes = in.readAllBytes();
        }
        byte[] word = "simulatedHours".getBytes(StandardCharsets.UTF_8);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("simulatedHours");
        assertTrue(at > 0);
        bytes[at + word.length - 1] = 'S';
        Path jar = folder.resolve("steppe-mutants.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            out.putNextEntry(new JarEntry("mutants/word/" + SIMULATION));
            out.write(bytes);
            out.closeEntry();
        }
        return jar;
    }

    @Test
    void definesOurClassesAnewAndSharesTheRest() throws Exception {
        try (MutantLoader loader = MutantLoader.open(jar(), "word")) {
            Class<?> core = loader.loadClass(RaftCore.class.getName());
            assertNotSame(RaftCore.class, core);
            assertSame(core, loader.loadClass(RaftCore.class.getName()));
            assertSame(loader, loader.loadClass("dev.steppe.raft.core.Standing").getClassLoader());
            assertSame(DirectBuffer.class, loader.loadClass(DirectBuffer.class.getName()));
        }
    }

    @Test
    void takesTheMutatedClassForTheProductionOne() throws Exception {
        try (MutantLoader loader = MutantLoader.open(jar(), "word")) {
            Map<?, ?> mutated = loader.run(5, 1, 1_000_000L, null, line -> {});
            assertTrue(mutated.containsKey("simulatedHourS"), mutated.toString());
        }
    }

    @Test
    void playsTheSameHistoryWhenNothingThatMattersIsMutated() throws Exception {
        Map<String, Object> own = Simulation.run(5, 2, 1_000_000_000L, null, line -> {});
        try (MutantLoader loader = MutantLoader.open(jar(), "word")) {
            List<String> told = new ArrayList<>();
            Map<?, ?> mutated = loader.run(5, 2, 1_000_000_000L, null, told::add);
            assertEquals(own.get("traceHash"), mutated.get("traceHash"));
            assertEquals(List.of(), told);
        }
    }

    @Test
    void refusesAJarOrAMutantThatIsNotThere() throws IOException {
        assertThrows(NoSuchMutant.class, () -> MutantLoader.open(folder.resolve("none.jar"), "word"));
        Path jar = jar();
        assertThrows(NoSuchMutant.class, () -> MutantLoader.open(jar, "deed"));
    }
}
