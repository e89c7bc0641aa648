package dev.steppe.raft.node.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.raft.timing.Latency;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlightNotesTest {
    @TempDir
    private Path directory;

    @Test
    void recordsWhatWasNotedUnderItsNames() throws IOException {
        FlightNotes notes = new FlightNotes(3);
        Path file = directory.resolve("flight.jfr");
        try (Recording recording = new Recording()) {
            recording.start();
            notes.election(7, 2);
            notes.leadership(7, 3, "LEADER");
            notes.broadcast(new Latency(10, 1_000, 2_000, 3_000, 4_000));
            notes.broadcast(Latency.NONE);
            notes.force(new Latency(5, 1_000, 2_000, 3_000, 4_000));
            notes.diskFull(true);
            notes.snapshot("taken", 99);
            notes.quarantine("DAMAGED", "a segment is missing");
            notes.electionTimeout(500_000_000);
            notes.membership(42, "1 2 3");
            recording.stop();
            recording.dump(file);
        }
        Map<String, List<RecordedEvent>> events = new TreeMap<>();
        for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
            String name = event.getEventType().getName();
            if (name.startsWith("dev.steppe.raft.")) {
                events.computeIfAbsent(name, key -> new ArrayList<>()).add(event);
                assertEquals(3, event.getInt("memberId"), name);
            }
        }
        assertEquals(2, only(events, "Election").getLong("electionCount"));
        assertEquals("LEADER", only(events, "Leadership").getString("role"));
        assertEquals(99, only(events, "Snapshot").getLong("index"));
        assertEquals("DAMAGED", only(events, "Quarantine").getString("state"));
        assertEquals(
                500, only(events, "ElectionTimeout").getDuration("shortest").toMillis());
        assertEquals("1 2 3", only(events, "Membership").getString("servers"));
        assertEquals(true, only(events, "DiskFull").getBoolean("isFull"));
        List<RecordedEvent> latencies = events.get("dev.steppe.raft.Latency");
        assertEquals(2, latencies.size(), "a window without measurements is not noted");
        assertEquals("broadcast", latencies.get(0).getString("what"));
        assertEquals(3_000, latencies.get(0).getDuration("p999").toNanos());
        assertEquals("force", latencies.get(1).getString("what"));
    }

    private static RecordedEvent only(Map<String, List<RecordedEvent>> events, String name) {
        List<RecordedEvent> found = events.getOrDefault("dev.steppe.raft." + name, List.of());
        assertEquals(1, found.size(), name);
        return found.get(0);
    }
}
