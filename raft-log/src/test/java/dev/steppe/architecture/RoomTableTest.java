package dev.steppe.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules against fixture packages that break them. */
final class RoomTableTest {
    private static final String ROOT = "dev.steppe.architecture.fixture";
    private static final JavaClasses CLASSES = new ClassFileImporter().importPackages(ROOT);

    @Test
    void namesClassesOutsideEveryRoom() {
        RoomTable table = RoomTable.under(ROOT).rooms("base | DATA |\n pure | MACHINE |");
        assertEquals(
                List.of("shell is no room of the table but holds " + ROOT + ".shell.Clockwork"),
                table.homeless(CLASSES));
    }

    @Test
    void refusesArrowThatIsNotInTheTable() {
        RoomTable table = RoomTable.under(ROOT).rooms("base | DATA |\n shell | SHELL |\n pure | MACHINE |");
        List<String> trespasses = table.trespasses(CLASSES);
        assertEquals(1, trespasses.size(), trespasses::toString);
        assertTrue(trespasses.get(0).startsWith("pure may not enter shell: "), trespasses::toString);
    }

    @Test
    void allowsArrowThatIsInTheTable() {
        RoomTable table = RoomTable.under(ROOT).rooms("base | DATA |\n shell | SHELL |\n pure | TOOL | *");
        assertEquals(List.of(), table.trespasses(CLASSES));
    }

    @Test
    void findsClockAndChanceInMachines() {
        RoomTable table = RoomTable.under(ROOT).rooms("base | DATA |\n shell | SHELL |\n pure | MACHINE |");
        List<String> uses = table.worldliness(CLASSES);
        assertTrue(uses.stream().anyMatch(use -> use.contains("java.time.Instant.now()")), uses::toString);
        assertTrue(uses.stream().anyMatch(use -> use.contains("java.util.Random")), uses::toString);
        assertTrue(uses.stream().noneMatch(use -> use.contains("Clockwork.nowNs() calls")), uses::toString);
        assertTrue(uses.stream().noneMatch(use -> use.contains("pure.sbe")), uses::toString);
    }

    @Test
    void refusesTableInWhichAMachineKnowsAShell() {
        RoomTable table = RoomTable.under(ROOT);
        assertThrows(IllegalArgumentException.class, () -> table.rooms("shell | SHELL |\n pure | MACHINE | shell"));
        assertThrows(IllegalArgumentException.class, () -> table.rooms("port | PORT | shell"));
    }

    @Test
    void refusesArrowUpwards() {
        RoomTable table = RoomTable.under(ROOT);
        assertThrows(IllegalArgumentException.class, () -> table.rooms("pure | MACHINE | base\n base | DATA |"));
    }
}
