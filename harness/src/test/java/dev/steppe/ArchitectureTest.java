package dev.steppe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.steppe.architecture.RoomTable;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rooms of harness, bottom up. All are outermost, so every room of the modules below is open to them. */
final class ArchitectureTest {
    private static final RoomTable ROOMS =
            RoomTable.under("dev.steppe").belowOpen().rooms("""
                    workload   | TOOL  |
                    fault      | TOOL  |
                    check      | TOOL  | fault
                    sim.world  | TOOL  |
                    sim.raft   | TOOL  | fault check sim.world
                    sim        | TOOL  | fault check workload sim.raft
                    cluster    | TOOL  | fault workload
                    load       | TOOL  | workload cluster
                    report     | TOOL  | load
                    gate       | TOOL  | load report
                    demo       | TOOL  | workload cluster
                    agent.json | SHELL |
                    agent.page | SHELL | agent.json
                    agent.http | SHELL | agent.json agent.page
                    agent      | SHELL | agent.* workload
                    cli        | SHELL | *
                    """);

    private static final JavaClasses CLASSES = new ClassFileImporter().importPath(Path.of("target", "classes"));

    @Test
    void everyClassLiesInARoom() {
        assertEquals(List.of(), ROOMS.homeless(CLASSES));
    }

    @Test
    @Tag("portable")
    void roomsEnterOnlyWhatTheTableAllows() {
        assertEquals(List.of(), ROOMS.trespasses(CLASSES));
    }

    @Test
    void dataAndMachinesTouchNoWorld() {
        assertEquals(List.of(), ROOMS.worldliness(CLASSES));
    }
}
