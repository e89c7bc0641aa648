package dev.steppe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.steppe.architecture.RoomTable;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rooms of engine, bottom up. A new room is a new row: name, kind, rooms it may enter besides {@code base}. */
final class ArchitectureTest {
    private static final RoomTable ROOMS =
            RoomTable.under("dev.steppe").below("""
                    base              | DATA    |
                    raft.quorum       | MACHINE |
                    raft.api.machine  | PORT    |
                    raft.api          | PORT    |
                    raft.storage      | PORT    |
                    raft.timing       | MACHINE |
                    transport         | PORT    |
                    runtime.clock     | SHELL   |
                    runtime.handover  | SHELL   |
                    runtime           | SHELL   |
                    raft.storage.file | SHELL   |
                    transport.memory  | SHELL   |
                    transport.tcp     | SHELL   |
                    transport.tls     | SHELL   |
                    raft.node         | SHELL   |
                    """).rooms("""
                    model.job        | DATA    |
                    model.node       | DATA    | model.*
                    model.placement  | DATA    | model.*
                    model.rollout    | DATA    | model.*
                    model.access     | DATA    | model.*
                    capacity         | MACHINE | model.*
                    state.page       | MACHINE |
                    state            | MACHINE | model.* capacity state.page raft.api.machine
                    command          | DATA    | model.*
                    wire             | DATA    | command
                    state.image      | MACHINE | model.* command wire state raft.api.machine
                    feasible         | MACHINE | model.* state capacity
                    verify           | MACHINE | model.* capacity state feasible
                    fsm              | MACHINE | model.* command verify capacity state state.image raft.api.machine
                    broker           | MACHINE | model.*
                    reconcile        | MACHINE | model.* state
                    rank             | MACHINE | model.* state capacity
                    planner          | MACHINE | model.* reconcile feasible rank capacity state
                    applier          | MACHINE | model.* verify command state
                    deploy           | MACHINE | model.* command state
                    fleet            | MACHINE | model.* command state
                    access           | MACHINE | model.access
                    region.spi       | PORT    | model.rollout model.job
                    region.message   | DATA    | model.* region.spi command wire
                    region           | MACHINE | model.* region.spi region.message command access state
                    multiregion      | MACHINE | region.spi model.rollout model.job
                    gateway          | DATA    | model.* command wire
                    archive          | SHELL   | model.*
                    api              | PORT    | model.* region.spi
                    server.duty      | SHELL   | *
                    server           | SHELL   | *
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
