package dev.steppe.realdisk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.api.Member;
import dev.steppe.raft.node.LoopbackMembers;
import dev.steppe.runtime.HaltSwitch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three members in three processes, of which the leader's disk fails or hangs ({@code reliability.md} S5, S15): it
 * gives its office up, the others go on, and it comes back.
 */
final class GroupDiskTest {
    private static final int PAYLOAD_BYTES = 1_000;

    private final AckLedger ledger = new AckLedger();
    private final List<ServerChild> children = new ArrayList<>();
    private List<Integer> ports = List.of();

    @TempDir
    private Path folder;

    @AfterEach
    void endAll() {
        children.forEach(ServerChild::close);
    }

    @Test
    @Tag("extended")
    void goesOnWithoutALeaderWhoseForceFails() throws Exception {
        startGroup();
        int leader = awaitLeader(-1);
        Tracer tracer = Tracer.hold(children.get(leader), folder, "fdatasync:error=EIO");
        try (tracer) {
            assertEquals(HaltSwitch.FAULT, children.get(leader).awaitEnd(), children.get(leader)::words);
            children.get(awaitLeader(leader)).awaitAcks(100);
        }
        start(leader);
        settle();
    }

    @Test
    @Tag("extended")
    void goesOnWithoutALeaderWhoseDiskHangs() throws Exception {
        startGroup();
        int leader = awaitLeader(-1);
        ServerChild hung = children.get(leader);
        Tracer tracer = Tracer.hold(hung, folder, "fdatasync:delay_enter=600s");
        try (tracer) {
            int next = awaitLeader(leader);
            children.get(next).awaitAcks(100);
            String[] before = hung.status();
            children.get(next).awaitAcks(100);
            String[] after = hung.status();
            assertEquals(before[4], after[4], "its disk does not hang");
            assertNotEquals("LEADER", after[1]);
        }
        settle();
    }

    private void startGroup() throws IOException {
        SystemTools.needStrace();
        ports = LoopbackMembers.draw(3).stream().map(Member::port).toList();
        for (int place = 0; place < 3; place++) {
            children.add(null);
            start(place);
        }
    }

    private void start(int place) throws IOException {
        List<Object> arguments = new ArrayList<>(
                List.of(folder.resolve("member-" + (place + 1)), "positional", "load", PAYLOAD_BYTES, place + 1));
        arguments.addAll(ports);
        children.set(place, ServerChild.start(List.of(), folder, ledger, arguments.toArray()));
    }

    /** Waits for somebody else than {@code excluded} who leads in the latest term, and acknowledges. */
    private int awaitLeader(int excluded) throws Exception {
        int[] leader = {-1};
        SystemTools.await(
                () -> {
                    leader[0] = newestLeader();
                    return leader[0] >= 0 && leader[0] != excluded;
                },
                "a leader other than " + excluded);
        children.get(leader[0]).awaitAcks(50);
        return leader[0];
    }

    private int newestLeader() {
        int newest = -1;
        long newestTerm = 0;
        for (int place = 0; place < children.size(); place++) {
            ServerChild child = children.get(place);
            if (child.isAlive()) {
                String[] status = child.statusUnchecked();
                long term = Long.parseLong(status[2]);
                if (status[1].equals("LEADER") && term > newestTerm) {
                    newest = place;
                    newestTerm = term;
                }
            }
        }
        return newest;
    }

    /** All three hold the same, and everything that was acknowledged. */
    private void settle() throws Exception {
        children.get(awaitLeader(-1)).awaitAcks(100);
        for (ServerChild child : children) {
            child.pause();
        }
        SystemTools.await(
                () -> children.stream()
                                .map(child -> {
                                    String[] status = child.statusUnchecked();
                                    assertFalse(child.words().contains("steppe halts"), child::words);
                                    return status[3] + " " + status[5] + " " + status[6];
                                })
                                .collect(Collectors.toSet())
                                .size()
                        == 1,
                "all members to hold the same");
        List<NavigableMap<Long, Long>> windows = new ArrayList<>();
        for (ServerChild child : children) {
            windows.add(child.stop());
            child.verifyWords();
        }
        for (NavigableMap<Long, Long> window : windows) {
            assertEquals(windows.get(0), window);
            ledger.verify(window);
        }
        SystemTools.say(ledger.count() + " acknowledged commands, none lost on any of three members");
    }

    /** strace that holds a process which runs already; it lets go of it when it is closed. */
    private record Tracer(Process process) implements AutoCloseable {
        static Tracer hold(ServerChild child, Path folder, String injection) throws IOException {
            Path file = folder.resolve("held-" + child.pid());
            String call = injection.substring(0, injection.indexOf(':'));
            List<String> command = new ArrayList<>(SyscallTrace.command(file, List.of(call), injection));
            command.addAll(List.of("-p", Long.toString(child.pid())));
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("tracer").toFile())
                    .start();
            SystemTools.await(() -> !process.isAlive() || isWritten(file), "a call to be caught");
            assertTrue(process.isAlive() || isWritten(file), "strace could not hold the process");
            return new Tracer(process);
        }

        private static boolean isWritten(Path file) {
            return file.toFile().length() > 0;
        }

        @Override
        public void close() {
            process.destroy();
            SystemTools.await(() -> !process.isAlive(), "strace to let go");
        }
    }
}
