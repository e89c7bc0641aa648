package dev.steppe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.steppe.architecture.RoomTable;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rooms of benchmarks. Each stands alone beside what it measures; the modules below are open to all. */
final class ArchitectureTest {
    private static final RoomTable ROOMS =
            RoomTable.under("dev.steppe.benchmarks").belowOpen().rooms("""
                    baseline | TOOL |
                    fixture  | TOOL |
                    log      | TOOL | fixture baseline
                    raft     | TOOL | fixture baseline
                    peer     | TOOL | fixture raft
                    place    | TOOL | fixture baseline
                    state    | TOOL | fixture baseline
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
