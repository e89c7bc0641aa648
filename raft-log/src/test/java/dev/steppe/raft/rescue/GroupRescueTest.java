package dev.steppe.raft.rescue;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.rescue.RescueVerdict.Refused;
import dev.steppe.raft.rescue.RescueVerdict.Rescued;
import dev.steppe.raft.storage.memory.MemoryDisk;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.NavigableMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a rescue keeps, leaves and refuses. */
final class GroupRescueTest {
    private static final long OFTEN = 64 << 10;

    private final MemoryDisk old = new MemoryDisk();
    private final MemoryDisk fresh = new MemoryDisk();

    @ParameterizedTest
    @ValueSource(longs = {0, OFTEN})
    void keepsEveryCommandAndGoesOn(long everyBytes) throws OperatingFault {
        NavigableMap<Long, Long> before = LoneServer.run(old, LoneServer.config(LoneServer.OLD, everyBytes), 700);
        Rescued rescued = rescued(LoneServer.rescue(old, fresh, LoneServer.NEW));
        assertEquals(LoneServer.OLD, rescued.oldClusterId());
        assertEquals(3, rescued.memberId());
        assertEquals(everyBytes > 0, rescued.snapshotIndex() > 0);
        assertTrue(rescued.lastIndex() >= before.lastKey());
        NavigableMap<Long, Long> after = LoneServer.run(fresh, LoneServer.config(LoneServer.NEW, everyBytes), 50);
        assertEquals(before.tailMap(after.firstKey()), after.headMap(before.lastKey(), true));
        assertTrue(after.tailMap(rescued.lastIndex() + 1).size() == 50, "new commands do not follow the old ones");
        // And once more, from its own files.
        assertEquals(after, LoneServer.run(fresh, LoneServer.config(LoneServer.NEW, everyBytes), 0));
    }

    @Test
    void changesNothingInTheOldDirectory() throws OperatingFault {
        LoneServer.run(old, LoneServer.config(LoneServer.OLD, OFTEN), 300);
        MemoryDisk before = old.copy();
        rescued(LoneServer.rescue(old, fresh, LoneServer.NEW));
        assertEquals(before.names(), old.names());
        before.names().forEach(name -> assertArrayEquals(before.content(name), old.content(name), name));
    }

    @Test
    void letsNeitherGroupStartOnTheOthersDirectory() throws OperatingFault {
        LoneServer.run(old, LoneServer.config(LoneServer.OLD, 0), 10);
        rescued(LoneServer.rescue(old, fresh, LoneServer.NEW));
        assertForeign(old, LoneServer.NEW);
        assertForeign(fresh, LoneServer.OLD);
    }

    private static void assertForeign(MemoryDisk disk, long clusterId) {
        OperatingFault refusal =
                assertThrows(OperatingFault.class, () -> LoneServer.run(disk, LoneServer.config(clusterId, 0), 0));
        assertTrue(refusal.getMessage().contains("it belongs to member 3 of cluster "), refusal::getMessage);
    }

    @Test
    void notesEachRescueInOneLine() throws OperatingFault {
        LoneServer.run(old, LoneServer.config(LoneServer.OLD, 0), 10);
        Rescued first = rescued(LoneServer.rescue(old, fresh, LoneServer.NEW));
        MemoryDisk third = new MemoryDisk();
        rescued(LoneServer.rescue(fresh, third, 5));
        List<String> lines = new String(third.content("rescues"), StandardCharsets.US_ASCII)
                .lines()
                .toList();
        assertEquals(2, lines.size(), lines::toString);
        assertEquals(
                "1970-01-01T00:00:01Z Ada?Lovelace: cluster 0x4e3 from cluster 0x1d, member 3 alone, last entry "
                        + first.lastIndex() + " of term " + first.lastTerm() + ", snapshot up to 0",
                lines.get(0));
        assertTrue(lines.get(1).contains("cluster 0x5 from cluster 0x4e3"), lines::toString);
    }

    @Test
    void refusesWhatItCannotMakeAGroupOf() throws OperatingFault {
        assertRefused("identity cannot be read", LoneServer.rescue(old, fresh, LoneServer.NEW));
        LoneServer.run(old, LoneServer.config(LoneServer.OLD, 0), 300);
        assertRefused("needs an id of its own", LoneServer.rescue(old, fresh, LoneServer.OLD));
        rescued(LoneServer.rescue(old, fresh, LoneServer.NEW));
        assertRefused("is not empty", LoneServer.rescue(old, fresh, LoneServer.NEW));
        String segment = old.names().stream()
                .filter(name -> name.startsWith("segments/"))
                .findFirst()
                .orElseThrow();
        old.flipBit(segment, 4_096 + 5_000, 3);
        assertRefused("is damaged", LoneServer.rescue(old, new MemoryDisk(), LoneServer.NEW));
    }

    @Test
    void refusesADiskThatIsFullAnywhereAndLetsNoServerStart() throws OperatingFault {
        LoneServer.run(old, LoneServer.config(LoneServer.OLD, OFTEN), 300);
        rescued(LoneServer.rescue(old, fresh, LoneServer.NEW));
        long neededBytes = fresh.names().stream().mapToLong(fresh::lengthBytes).sum();
        int refusedCount = 0;
        for (long limitBytes = 10_000; limitBytes < neededBytes; limitBytes += 10_000) {
            MemoryDisk disk = new MemoryDisk();
            disk.limitTo(limitBytes);
            assertRefused("no room", LoneServer.rescue(old, disk, LoneServer.NEW));
            disk.limitTo(Long.MAX_VALUE);
            assertThrows(OperatingFault.class, () -> LoneServer.run(disk, LoneServer.config(LoneServer.NEW, 0), 0));
            refusedCount++;
        }
        assertTrue(refusedCount > 10, "limits tried: " + refusedCount);
    }

    private static void assertRefused(String part, RescueVerdict verdict) {
        String sentence = assertInstanceOf(Refused.class, verdict).sentence();
        assertTrue(sentence.contains(part), sentence);
    }

    private static Rescued rescued(RescueVerdict verdict) {
        return assertInstanceOf(Rescued.class, verdict, verdict::toString);
    }
}
