package dev.steppe.realdisk.server;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.Member;
import dev.steppe.raft.api.ProposalListener;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.api.RaftStatus;
import dev.steppe.raft.api.ReadListener;
import dev.steppe.raft.node.NodeWorld;
import dev.steppe.raft.node.RaftNode;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.WriteStrategy;
import dev.steppe.raft.storage.file.DirectoryVerdict;
import dev.steppe.raft.storage.file.FileDirectory;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.IdleChoice;
import dev.steppe.runtime.ThreadLayout;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.runtime.clock.SystemClocks;
import dev.steppe.transport.tcp.TcpConfig;
import dev.steppe.transport.tcp.TcpLoops;
import dev.steppe.transport.tcp.TcpTransport;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The process: {@code LoggedServer DIRECTORY STRATEGY WORK PAYLOAD [MEMBER PORT PORT PORT]}. STRATEGY is
 * {@code positional} or {@code mapped}; WORK is {@code load}, which never ends and runs agents on threads of their own,
 * or the number of windows of commands after which it ends by itself, with everything on one thread, so that the order
 * of its system calls is always the same. It halts by the production switch, with the production's exit codes.
 *
 * <p>It says {@code forced INDEX} when its own log has been forced so far, {@code ack INDEX HASH} for each command,
 * from within the call that acknowledges it; {@code full} when a leader refuses a command, {@code room} when one is
 * taken again; {@code read INDEX} for a read while it is full; {@code done} at the end of a script. Under load it hears
 * {@code status}, which it answers with {@code status ROLE TERM LAST FORCED APPLIED HASH}, {@code pause}, which ends
 * the load and is answered alike, {@code stop}, which closes the server and is answered with {@code entry INDEX HASH}
 * for the last commands, and {@code heard} after each {@link #HEARD_STEP} acknowledgements, so that never many of them
 * lie in the pipe unread.
 */
public final class LoggedServer {
    /** Most commands under way. */
    public static final int WINDOW = 8;

    /** Under load, most acknowledgements that the parent has not said {@code heard} about. */
    public static final int UNHEARD_MAX = 128;

    /** After how many acknowledgements the parent says it. */
    public static final int HEARD_STEP = 32;

    private static final int PATIENCE = 500;
    private static final long CLUSTER_ID = 0x0D15C0L;
    private static final RaftConfig.Snapshots OFTEN = new RaftConfig.Snapshots(64 << 10, 16 << 10, 256 << 10);

    private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

    private final RaftNode<Long> node;
    private final UnsafeBuffer command;
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicBoolean isReading = new AtomicBoolean();
    private long number = ProcessHandle.current().pid() << 32;
    private final HashedCommands state;
    private final AtomicInteger unheardCount = new AtomicInteger();
    private volatile boolean isPaused;
    private boolean isFull;

    private LoggedServer(RaftNode<Long> node, HashedCommands state, int payloadBytes) {
        this.node = node;
        this.state = state;
        command = new UnsafeBuffer(new byte[payloadBytes]);
    }

    /** How a member is configured; without ports it is alone. */
    public static RaftConfig config(int memberId, List<Integer> ports) {
        List<Member> members = new ArrayList<>();
        for (int port : ports) {
            members.add(new Member(members.size() + 1, "127.0.0.1", port));
        }
        boolean isAlone = members.isEmpty();
        if (isAlone) {
            members.add(new Member(1, "127.0.0.1", 0));
        }
        RaftConfig.Timing timing = isAlone ? new RaftConfig.Timing(5, 20, 40) : new RaftConfig.Timing(50, 1_000, 2_000);
        return new RaftConfig(CLUSTER_ID, "north", memberId, members, timing, RaftConfig.Limits.TINY)
                .with(RaftConfig.Options.DEFAULT.with(OFTEN));
    }

    /** See the type. */
    public static void main(String[] arguments) throws IOException {
        int memberId = arguments.length > 4 ? Integer.parseInt(arguments[4]) : 1;
        List<Integer> ports = new ArrayList<>();
        for (int i = 5; i < arguments.length; i++) {
            ports.add(Integer.parseInt(arguments[i]));
        }
        HaltSwitch halt = HaltSwitch.process();
        try {
            HashedCommands machine = new HashedCommands();
            RaftConfig config = config(memberId, ports);
            WriteStrategy strategy = WriteStrategy.valueOf(arguments[1].toUpperCase(Locale.ROOT));
            RaftNode<Long> node = RaftNode.open(
                    config.with(config.options().with(strategy)),
                    hold(Path.of(arguments[0])),
                    world(ports, halt),
                    machine,
                    machine);
            LoggedServer server = new LoggedServer(node, machine, Integer.parseInt(arguments[3]));
            if (arguments[2].equals("load")) {
                node.start(ThreadLayout.DEDICATED, IdleChoice.BACK_OFF);
                server.listen(halt);
                server.loadForEver();
            } else {
                node.start(ThreadLayout.INVOKED, IdleChoice.BACK_OFF);
                server.play(Integer.parseInt(arguments[2]));
                node.close();
                say("done");
            }
        } catch (OperatingFault fault) {
            halt.halt(HaltSwitch.FAULT, "cannot start: " + fault.getMessage(), fault);
        }
    }

    private static StorageDirectory hold(Path path) throws OperatingFault {
        if (FileDirectory.hold(path) instanceof DirectoryVerdict.Held held) {
            return new WitnessDirectory(held.directory(), index -> say("forced " + index));
        }
        throw new OperatingFault("another server uses " + path);
    }

    private static NodeWorld world(List<Integer> ports, HaltSwitch halt) {
        if (ports.isEmpty()) {
            return NodeWorld.alone(SystemClocks.nano(), SeededEntropy.fromSystem(), halt);
        }
        TcpLoops loops = new TcpLoops("raft-net", SystemClocks.nano(), SeededEntropy.fromSystem(), halt);
        TcpConfig tcp = TcpConfig.defaults("raft").withPlaintextLoopback();
        return new NodeWorld(
                SystemClocks.nano(), SeededEntropy.fromSystem(), halt, self -> new TcpTransport(loops, self, tcp));
    }

    private void play(int windowCount) {
        for (int window = 0; window < windowCount; window++) {
            for (int i = 0; i < WINDOW; i++) {
                while (!isProposed()) {
                    node.doWork();
                }
            }
            while (underWay.get() > 0) {
                node.doWork();
            }
        }
    }

    private void loadForEver() {
        int patience = 0;
        while (true) {
            // A log that was full before it knew takes nothing that is under way; one more tells whether it is refused.
            boolean isProbeDue = patience > PATIENCE && underWay.get() < 2 * WINDOW;
            if (isPaused || unheardCount.get() >= UNHEARD_MAX || (underWay.get() >= WINDOW && !isProbeDue)) {
                patience++;
                LockSupport.parkNanos(20_000);
            } else {
                patience = 0;
                if (!isProposed()) {
                    noteRefusal();
                    LockSupport.parkNanos(1_000_000);
                }
            }
        }
    }

    private boolean isProposed() {
        command.putLong(0, number);
        underWay.incrementAndGet();
        if (node.propose(command, 0, command.capacity(), new Acknowledging()) != ProposeVerdict.ACCEPTED) {
            underWay.decrementAndGet();
            return false;
        }
        number++;
        if (isFull) {
            isFull = false;
            say("room");
        }
        return true;
    }

    private void noteRefusal() {
        if (node.status().role() != RaftStatus.Role.LEADER) {
            return;
        }
        if (!isFull) {
            isFull = true;
            say("full");
        }
        if (isReading.compareAndSet(false, true) && node.read(new Reading()) != ProposeVerdict.ACCEPTED) {
            isReading.set(false);
        }
    }

    /** Answers what comes on standard input; its end, which is that of the parent, is the end of this process. */
    private void listen(HaltSwitch halt) {
        Thread listener = new Thread(
                () -> {
                    try (BufferedReader in =
                            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
                        for (String line = in.readLine(); line != null; line = in.readLine()) {
                            answer(line);
                        }
                        Runtime.getRuntime().halt(0);
                    } catch (IOException fault) {
                        halt.halt(HaltSwitch.BROKEN, "the pipe broke", fault);
                    }
                },
                "listener");
        listener.setDaemon(true);
        listener.start();
    }

    private void answer(String line) {
        if (line.equals("heard")) {
            unheardCount.addAndGet(-HEARD_STEP);
            return;
        }
        if (line.equals("stop")) {
            node.close();
            state.window().forEach((index, hash) -> say("entry " + index + " " + hash));
            Runtime.getRuntime().halt(0);
        }
        isPaused |= line.equals("pause");
        RaftStatus status = node.status();
        RaftStatus.Indexes indexes = status.indexes();
        say("status " + status.role() + " " + status.term() + " " + indexes.lastIndex() + " " + indexes.forcedIndex()
                + " " + indexes.appliedIndex() + " " + status.stateHash());
    }

    /** One line, in one write, so that two threads never share one and a death never leaves half of one. */
    private static void say(String line) {
        try {
            OUT.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException broken) {
            // Nobody hears this process any more.
            Runtime.getRuntime().halt(HaltSwitch.BROKEN);
        }
    }

    private final class Acknowledging implements ProposalListener<Long> {
        @Override
        public void onApplied(long index, long term, Long result) {
            unheardCount.incrementAndGet();
            say("ack " + index + " " + result);
            underWay.decrementAndGet();
        }

        @Override
        public void onLost(String reason) {
            underWay.decrementAndGet();
        }

        @Override
        public void onUnknown(String reason) {
            underWay.decrementAndGet();
        }
    }

    private final class Reading implements ReadListener {
        @Override
        public void onReadable(long appliedIndex) {
            say("read " + appliedIndex);
            isReading.set(false);
        }

        @Override
        public void onRefused(String reason) {
            isReading.set(false);
        }
    }
}
