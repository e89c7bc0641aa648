package dev.steppe.raft.rescue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.Member;
import dev.steppe.raft.api.ProposalListener;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.api.RaftStatus;
import dev.steppe.raft.node.NodeWorld;
import dev.steppe.raft.node.RaftNode;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.realdisk.server.HashedCommands;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.IdleChoice;
import dev.steppe.runtime.ThreadLayout;
import dev.steppe.runtime.clock.SeededEntropy;
import java.util.List;
import java.util.NavigableMap;
import org.agrona.concurrent.UnsafeBuffer;

/** A group of one on a disk in memory, run by the test. */
final class LoneServer {
    static final long OLD = 0x01DL;
    static final long NEW = 0x4E3L;
    private static final int ROUNDS_MAX = 100_000;

    private LoneServer() {}

    /** Member 3 of {@code clusterId}, alone; a snapshot after so many bytes of log, 0 for none. */
    static RaftConfig config(long clusterId, long everyBytes) {
        RaftConfig.Options options =
                RaftConfig.Options.DEFAULT.with(new RaftConfig.Snapshots(everyBytes, 16 << 10, 256 << 10));
        List<Member> alone = List.of(new Member(3, "server-3", 0));
        return new RaftConfig(clusterId, "north", 3, alone, new RaftConfig.Timing(5, 20, 40), RaftConfig.Limits.TINY)
                .with(options);
    }

    /**
     * Starts, leads, commits so many commands more, and ends well; index and hash of the last commands of its state.
     */
    static NavigableMap<Long, Long> run(MemoryDisk disk, RaftConfig config, int commandCount) throws OperatingFault {
        HaltSwitch.Recorder halts = new HaltSwitch.Recorder();
        HashedCommands state = new HashedCommands();
        long[] nowNs = {0};
        int[] appliedCount = {0};
        NodeWorld world = NodeWorld.alone(() -> nowNs[0], new SeededEntropy(7), halts);
        try (RaftNode<Long> node = RaftNode.open(config, disk.hold(), world, state, state)) {
            node.start(ThreadLayout.INVOKED, IdleChoice.BACK_OFF);
            UnsafeBuffer command = new UnsafeBuffer(new byte[500]);
            int offeredCount = 0;
            for (int round = 0; appliedCount[0] < commandCount || !isSettled(node); round++) {
                assertTrue(round < ROUNDS_MAX && halts.halts().isEmpty(), () -> "it does not go on: " + halts.halts());
                command.putLong(0, offeredCount);
                boolean isTaken = offeredCount < commandCount
                        && node.propose(command, 0, 500, counting(appliedCount)) == ProposeVerdict.ACCEPTED;
                offeredCount += isTaken ? 1 : 0;
                node.doWork();
                nowNs[0] += 1_000_000;
            }
        }
        assertEquals(List.of(), halts.halts());
        return state.window();
    }

    private static boolean isSettled(RaftNode<Long> node) {
        RaftStatus.Indexes indexes = node.status().indexes();
        return node.status().role() == RaftStatus.Role.LEADER
                && indexes.appliedIndex() > 0
                && indexes.appliedIndex() == indexes.lastIndex();
    }

    private static ProposalListener<Long> counting(int[] appliedCount) {
        return new ProposalListener<>() {
            @Override
            public void onApplied(long index, long term, Long result) {
                appliedCount[0]++;
            }

            @Override
            public void onLost(String reason) {
                throw new AssertionError(reason);
            }

            @Override
            public void onUnknown(String reason) {
                throw new AssertionError(reason);
            }
        };
    }

    /** Asks for a new group on {@code to} from what lies on {@code from}. */
    static RescueVerdict rescue(MemoryDisk from, MemoryDisk to, long clusterId) throws OperatingFault {
        NewGroup wanted = new NewGroup(clusterId, "server-3", 0, "Ada\nLovelace", 1_000);
        try (var source = from.hold();
                var target = to.hold()) {
            return GroupRescue.rescue(source, target, wanted, new SeededEntropy(clusterId));
        }
    }
}
