package dev.steppe.realdisk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.realdisk.server.LoggedServer;
import dev.steppe.runtime.HaltSwitch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One script, which recovers a directory with snapshots and recycled segments, adds to it through several segments and
 * snapshots, and closes it; everything on one thread, so that its calls are the same each time. Played once for each
 * call that it makes of the system about its files: killed at that call, or told that the call failed
 * ({@code reliability.md} S5, S12, S17).
 */
final class SystemCallTest {
    private static final int WINDOWS = 12;
    private static final int TEMPLATE_WINDOWS = 20;
    private static final int PAYLOAD_BYTES = 2_000;
    private static final int SIGKILL_EXIT = 128 + 9;
    /** A strategy makes some of them, and at least the first of those that it is played for. */
    private static final List<String> STEPS =
            List.of("fdatasync", "fsync", "msync", "rename", "unlink", "ftruncate", "openat");

    private final AckLedger templateLedger = new AckLedger();

    @TempDir
    private Path folder;

    /** What is played: a strategy, and the calls that it makes. */
    private record Script(String strategy, SyscallTrace trace) {}

    @BeforeEach
    void makeTemplate() throws Exception {
        SystemTools.needStrace();
        try (ServerChild child = ServerChild.start(
                List.of(), folder, templateLedger, template(), "positional", TEMPLATE_WINDOWS, PAYLOAD_BYTES)) {
            assertEquals(0, child.awaitEnd(), child::words);
        }
        assertEquals(TEMPLATE_WINDOWS * LoggedServer.WINDOW, templateLedger.count());
    }

    @Test
    void losesNothingWhereAFewCallsAreItsLastOrFail() throws Exception {
        Script script = script("positional");
        killAt(script, "rename", middle(script, "rename"));
        killAt(script, "unlink", middle(script, "unlink"));
        failAt(script, "fdatasync", middle(script, "fdatasync"));
    }

    @Test
    void losesNothingWhereAnMsyncIsItsLastOrFails() throws Exception {
        Script script = script("mapped");
        killAt(script, "msync", middle(script, "msync"));
        failAt(script, "msync", middle(script, "msync"));
    }

    @Test
    @Tag("extended")
    void losesNothingWhicheverCallIsItsLast() throws Exception {
        playAll(script("positional"), STEPS, this::killAt);
    }

    @Test
    @Tag("extended")
    void losesNothingWhicheverMsyncIsItsLast() throws Exception {
        playAll(script("mapped"), List.of("msync"), this::killAt);
    }

    @Test
    @Tag("extended")
    void givesItsLogUpWhicheverForceFails() throws Exception {
        playAll(script("positional"), List.of("fdatasync", "fsync"), this::failAt);
    }

    @Test
    @Tag("extended")
    void givesItsLogUpWhicheverMsyncFails() throws Exception {
        playAll(script("mapped"), List.of("msync"), this::failAt);
    }

    private interface Play {
        void at(Script script, String call, int ordinal) throws Exception;
    }

    private void playAll(Script script, List<String> calls, Play play) throws Exception {
        ordinals(script, calls.get(0));
        for (String call : calls) {
            List<Integer> ordinals = script.trace.ordinals(script.trace.busiestThread(), call, data());
            SystemTools.say(script.strategy + " " + call + ": each of " + ordinals.size() + " calls");
            for (int ordinal : ordinals) {
                play.at(script, call, ordinal);
            }
        }
    }

    private int middle(Script script, String call) {
        List<Integer> ordinals = ordinals(script, call);
        return ordinals.get(ordinals.size() / 2);
    }

    /** Where the script makes the call; it must. */
    private List<Integer> ordinals(Script script, String call) {
        List<Integer> ordinals = script.trace.ordinals(script.trace.busiestThread(), call, data());
        assertFalse(ordinals.isEmpty(), "the script makes no " + call);
        return ordinals;
    }

    /** Played without a fault. */
    private Script script(String strategy) throws Exception {
        AckLedger ledger = templateLedger.copy();
        try (ServerChild child = play(strategy, SyscallTrace.command(traceFile(), STEPS), ledger)) {
            assertEquals(0, child.awaitEnd(), child::words);
        }
        assertEquals(templateLedger.count() + WINDOWS * LoggedServer.WINDOW, ledger.count());
        RecoveredDirectory.verify(data(), ledger);
        return new Script(strategy, SyscallTrace.read(traceFile()));
    }

    private void killAt(Script script, String call, int ordinal) throws Exception {
        AckLedger ledger = templateLedger.copy();
        List<String> strace =
                SyscallTrace.command(traceFile(), List.of(call), call + ":signal=SIGKILL:when=" + ordinal);
        try (ServerChild child = play(script.strategy, strace, ledger)) {
            assertEquals(
                    SIGKILL_EXIT, child.awaitEnd(), () -> call + " " + ordinal + " was not its last: " + child.words());
            child.verifyWords();
        }
        RecoveredDirectory.verify(data(), ledger);
    }

    /** The first failed force is the last one that is tried, and the end of the process. */
    private void failAt(Script script, String call, int ordinal) throws Exception {
        AckLedger ledger = templateLedger.copy();
        List<String> strace =
                SyscallTrace.command(traceFile(), SyscallTrace.FORCES, call + ":error=EIO:when=" + ordinal);
        String what = call + " " + ordinal;
        try (ServerChild child = play(script.strategy, strace, ledger)) {
            boolean isClosing = child.awaitEnd() == 0;
            if (isClosing) {
                // The last force of a close: everything had been acknowledged, and nobody is left to be told.
                assertEquals(templateLedger.count() + WINDOWS * LoggedServer.WINDOW, ledger.count(), what);
            } else {
                assertEquals(HaltSwitch.FAULT, child.awaitEnd(), () -> what + ": " + child.words());
                assertTrue(child.words().contains("steppe halts: "), () -> what + ": " + child.words());
            }
            child.verifyWords();
        }
        SyscallTrace trace = SyscallTrace.read(traceFile());
        assertTrue(trace.hasFault(), what + " was never made");
        for (SyscallTrace.Call behind : trace.behindFault()) {
            assertFalse(SyscallTrace.FORCES.contains(behind.name()), () -> what + " was followed by " + behind.line());
        }
        RecoveredDirectory.verify(data(), ledger);
    }

    private ServerChild play(String strategy, List<String> wrapper, AckLedger ledger) throws IOException {
        SystemTools.run("rm", "-rf", data().toString());
        SystemTools.run("cp", "-r", template().toString(), data().toString());
        Files.deleteIfExists(traceFile());
        return ServerChild.start(wrapper, folder, ledger, data(), strategy, WINDOWS, PAYLOAD_BYTES);
    }

    private Path template() {
        return folder.resolve("template");
    }

    private Path data() {
        return folder.resolve("data");
    }

    private Path traceFile() {
        return folder.resolve("trace");
    }
}
