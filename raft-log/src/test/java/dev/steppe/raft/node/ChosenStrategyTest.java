package dev.steppe.raft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.Member;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.node.Ledger.Outcome;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.WriteStrategy;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.IdleChoice;
import dev.steppe.runtime.ThreadLayout;
import dev.steppe.runtime.clock.ManualClock;
import dev.steppe.runtime.clock.SeededEntropy;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How a member opens its segments, those of another life and those that it makes while it runs. */
class ChosenStrategyTest {
    private static final int LENGTH = 4_000;
    private static final int ROUNDS_MAX = 10_000;

    private final Map<String, Set<WriteStrategy>> opened = new TreeMap<>();

    @ParameterizedTest
    @EnumSource
    void writesEntriesAsItsConfigurationSays(WriteStrategy strategy) throws OperatingFault {
        MemoryDisk disk = new MemoryDisk();
        live(disk, strategy);
        live(disk, strategy);
        assertTrue(
                opened.keySet().stream()
                                .filter(name -> name.startsWith("segments/"))
                                .count()
                        >= 4,
                opened::toString);
        opened.forEach((name, strategies) -> assertEquals(
                EnumSet.of(name.startsWith("segments/") ? strategy : WriteStrategy.POSITIONAL), strategies, name));
    }

    /** Leads, and fills a segment. */
    private void live(MemoryDisk disk, WriteStrategy strategy) throws OperatingFault {
        HaltSwitch.Recorder halts = new HaltSwitch.Recorder();
        ManualClock clock = new ManualClock(0);
        Ledger ledger = new Ledger();
        CountingMachine machine = new CountingMachine();
        RaftConfig config = new RaftConfig(
                        7,
                        "north",
                        1,
                        List.of(new Member(1, "127.0.0.1", 0)),
                        RaftConfig.Timing.DEFAULT,
                        RaftConfig.Limits.TINY)
                .with(RaftConfig.Options.DEFAULT.with(strategy));
        NodeWorld world = NodeWorld.alone(clock, new SeededEntropy(3), halts);
        try (RaftNode<Long> node = RaftNode.open(config, watched(disk.hold()), world, machine, machine)
                .start(ThreadLayout.INVOKED, IdleChoice.YIELD)) {
            int takenCount = 0;
            for (int round = 0; ledger.count(Outcome.APPLIED) < 20; round++) {
                assertTrue(round < ROUNDS_MAX && halts.halts().isEmpty(), () -> "it stands still: " + halts.halts());
                if (takenCount < 20 && ledger.propose(node, LENGTH) == ProposeVerdict.ACCEPTED) {
                    takenCount++;
                }
                clock.advanceNs(1_000_000);
                node.doWork();
            }
        }
        assertEquals(List.of(), halts.halts());
    }

    private StorageDirectory watched(StorageDirectory directory) {
        return (StorageDirectory) Proxy.newProxyInstance(
                StorageDirectory.class.getClassLoader(),
                new Class<?>[] {StorageDirectory.class},
                (self, call, given) -> {
                    if (call.getName().equals("open")) {
                        WriteStrategy strategy = given.length > 1 ? (WriteStrategy) given[1] : WriteStrategy.POSITIONAL;
                        opened.computeIfAbsent((String) given[0], name -> EnumSet.noneOf(WriteStrategy.class))
                                .add(strategy);
                    }
                    try {
                        return call.invoke(directory, given);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }
}
