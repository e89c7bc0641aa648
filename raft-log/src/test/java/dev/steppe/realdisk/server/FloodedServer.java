package dev.steppe.realdisk.server;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.Member;
import dev.steppe.raft.api.ProposalListener;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.api.machine.EntryPosition;
import dev.steppe.raft.api.machine.SnapshotImage;
import dev.steppe.raft.api.machine.SnapshotSource;
import dev.steppe.raft.api.machine.StateMachine;
import dev.steppe.raft.node.NodeWorld;
import dev.steppe.raft.node.RaftNode;
import dev.steppe.raft.storage.file.DirectoryVerdict;
import dev.steppe.raft.storage.file.FileDirectory;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.IdleChoice;
import dev.steppe.runtime.ThreadLayout;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.runtime.clock.SystemClocks;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The process that is flooded: {@code FloodedServer DIRECTORY STATE THREADS PAYLOAD}. A member alone, with entries of
 * up to 1 MiB, and threads that propose commands of PAYLOAD bytes as fast as they are taken and wait for nothing. STATE
 * is {@code hashing}, or {@code keeping}, whose state keeps what it is given until there is no memory for it.
 *
 * <p>It says {@code forced INDEX} and {@code ack INDEX HASH} as {@link LoggedServer} does, and {@code full} and
 * {@code room} when commands begin to be refused and to be taken again. It hears {@code stop}, and ends with its
 * standard input.
 */
public final class FloodedServer {
    private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);
    private static final RaftConfig.Snapshots RARELY = new RaftConfig.Snapshots(32 << 20, 8 << 20, 64 << 20);

    private final RaftNode<Long> node;
    private final int payloadBytes;

    private FloodedServer(RaftNode<Long> node, int payloadBytes) {
        this.node = node;
        this.payloadBytes = payloadBytes;
    }

    /** How it is configured. */
    public static RaftConfig config() {
        return new RaftConfig(
                        0xF100DL,
                        "north",
                        1,
                        List.of(new Member(1, "127.0.0.1", 0)),
                        new RaftConfig.Timing(5, 20, 40),
                        RaftConfig.Limits.SMALL)
                .with(RaftConfig.Options.DEFAULT.with(RARELY));
    }

    /** See the type. */
    public static void main(String[] arguments) throws IOException {
        HaltSwitch halt = HaltSwitch.process();
        try {
            RaftNode<Long> node = open(Path.of(arguments[0]), arguments[1].equals("keeping"), halt);
            node.start(ThreadLayout.DEDICATED, IdleChoice.BACK_OFF);
            FloodedServer server = new FloodedServer(node, Integer.parseInt(arguments[3]));
            for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
                Thread thread = new Thread(server::flood, "flood-" + i);
                thread.setDaemon(true);
                thread.start();
            }
            awaitStop();
            node.close();
            Runtime.getRuntime().halt(0);
        } catch (OperatingFault fault) {
            halt.halt(HaltSwitch.FAULT, "cannot start: " + fault.getMessage(), fault);
        }
    }

    private static RaftNode<Long> open(Path path, boolean isKeeping, HaltSwitch halt) throws OperatingFault {
        if (FileDirectory.hold(path) instanceof DirectoryVerdict.Held held) {
            WitnessDirectory directory = new WitnessDirectory(held.directory(), index -> say("forced " + index));
            HashedCommands state = new HashedCommands();
            NodeWorld world = NodeWorld.alone(SystemClocks.nano(), SeededEntropy.fromSystem(), halt);
            return RaftNode.open(config(), directory, world, isKeeping ? new Keeping(state) : state, state);
        }
        throw new OperatingFault("another server uses " + path);
    }

    /** Whatever else the parent says is of no interest; its end is that of this process. */
    private static void awaitStop() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line = in.readLine();
        while (line != null && !line.equals("stop")) {
            line = in.readLine();
        }
    }

    private void flood() {
        UnsafeBuffer command = new UnsafeBuffer(new byte[payloadBytes]);
        boolean isFull = false;
        for (long number = 0; ; number++) {
            command.putLong(0, number);
            boolean isTaken = node.propose(command, 0, payloadBytes, new Acknowledging()) == ProposeVerdict.ACCEPTED;
            if (isTaken == isFull) {
                say(isTaken ? "room" : "full");
            }
            isFull = !isTaken;
            if (isFull) {
                LockSupport.parkNanos(100_000);
            }
        }
    }

    private static void say(String line) {
        try {
            OUT.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException broken) {
            // Nobody hears this process any more.
            Runtime.getRuntime().halt(HaltSwitch.BROKEN);
        }
    }

    /** A state that lets nothing go. Owned by the apply agent. */
    private static final class Keeping implements StateMachine<Long> {
        private final HashedCommands state;
        private final List<byte[]> kept = new ArrayList<>();

        Keeping(HashedCommands state) {
            this.state = state;
        }

        @Override
        public Long apply(EntryPosition at, DirectBuffer buffer, int offset, int length) {
            byte[] copy = new byte[length];
            buffer.getBytes(offset, copy);
            kept.add(copy);
            return state.apply(at, buffer, offset, length);
        }

        @Override
        public void applied(long index, long logTimeMs) {
            state.applied(index, logTimeMs);
        }

        @Override
        public long stateHash() {
            return state.stateHash();
        }

        @Override
        public SnapshotImage capture() {
            return state.capture();
        }

        @Override
        public void restore(SnapshotSource source) throws OperatingFault {
            state.restore(source);
        }
    }

    private static final class Acknowledging implements ProposalListener<Long> {
        @Override
        public void onApplied(long index, long term, Long result) {
            say("ack " + index + " " + result);
        }

        @Override
        public void onLost(String reason) {
            // Nothing was acknowledged.
        }

        @Override
        public void onUnknown(String reason) {
            // Nothing was acknowledged.
        }
    }
}
