package dev.steppe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.steppe.architecture.RoomTable;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rooms of raft-log, bottom up. A new room is a new row: name, kind, rooms it may enter besides {@code base}. */
final class ArchitectureTest {
    private static final RoomTable ROOMS = RoomTable.under("dev.steppe").rooms("""
                    base                | DATA    |
                    raft.quorum         | MACHINE |
                    raft.message        | DATA    | raft.quorum
                    raft.core.track     | MACHINE | raft.quorum
                    raft.core           | MACHINE | raft.message raft.quorum raft.core.track
                    raft.storage        | PORT    |
                    raft.log.layout     | DATA    |
                    raft.log.vault      | MACHINE | raft.storage raft.log.layout
                    raft.log.segment    | MACHINE | raft.storage raft.log.layout
                    raft.log            | MACHINE | raft.core raft.storage raft.log.layout raft.log.vault raft.log.segment
                    raft.timing         | MACHINE |
                    raft.session        | MACHINE |
                    raft.agreement      | MACHINE |
                    raft.api.machine    | PORT    |
                    raft.api            | PORT    | raft.quorum raft.storage raft.api.machine
                    raft.snapshot       | MACHINE | raft.api raft.api.machine raft.storage
                    transport           | PORT    |
                    runtime.clock       | SHELL   |
                    runtime.handover    | SHELL   |
                    runtime             | SHELL   | runtime.handover
                    raft.storage.memory | SHELL   | raft.storage
                    raft.storage.file   | SHELL   | raft.storage
                    transport.memory    | SHELL   | transport runtime
                    transport.frame     | MACHINE | transport
                    transport.tls       | SHELL   | transport
                    transport.tcp       | SHELL   | transport transport.frame transport.tls runtime
                    raft.node.flight    | SHELL   | raft.timing
                    raft.node.mail      | SHELL   | *
                    raft.node.desk      | SHELL   | *
                    raft.node.apply     | SHELL   | *
                    raft.node.disk      | SHELL   | *
                    raft.node.consensus | SHELL   | *
                    raft.node           | SHELL   | *
                    raft.rescue         | SHELL   | *
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
