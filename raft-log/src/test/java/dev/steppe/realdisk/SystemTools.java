package dev.steppe.realdisk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;

/** Programs of the system, and waiting for what other processes do. */
public final class SystemTools {
    private static final long PATIENCE_S = 120;

    private SystemTools() {}

    /** Skips the test, with a sentence, where one of {@code programs} is missing. */
    public static void need(String... programs) {
        for (String program : programs) {
            boolean isThere = exitCode("which", program) == 0;
            say(isThere ? "" : "skipped: this machine has no " + program);
            Assumptions.assumeTrue(isThere, "this machine has no " + program);
        }
    }

    /** Skips the test where strace cannot hold another process. */
    public static void needStrace() {
        need("strace");
        boolean isAllowed = exitCode("strace", "-f", "-o", "/dev/null", "true") == 0;
        say(isAllowed ? "" : "skipped: this user may not trace processes, so no system call can be made to fail");
        Assumptions.assumeTrue(isAllowed, "this user may not trace processes");
    }

    /** Runs a program that must succeed. */
    public static void run(String... command) {
        assertEquals(0, exitCode(command), () -> "failed: " + String.join(" ", command));
    }

    /** Its exit code, or 127 where it does not exist. */
    public static int exitCode(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertTrue(process.waitFor(PATIENCE_S, TimeUnit.SECONDS), () -> "hangs: " + List.of(command));
            return process.exitValue();
        } catch (IOException noSuchProgram) {
            return 127;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What it says. */
    public static String output(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Waits, and gives up long after anybody would. */
    public static void await(BooleanSupplier condition, String what) {
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < untilNs, () -> "waited in vain for " + what);
            LockSupport.parkNanos(1_000_000);
        }
    }

    public static void say(String sentence) {
        if (!sentence.isEmpty()) {
            System.out.println("real disk: " + sentence);
        }
    }
}
