package dev.steppe.runtime;

import java.util.ArrayList;
import java.util.List;

/** Ends the process when going on would be wrong. Any thread; must be safe to press more than once. */
@FunctionalInterface
public interface HaltSwitch {
    /** Exit code after a broken invariant or an exception that no one expected. */
    int BROKEN = 70;

    /** Exit code after a fault of the platform that makes the log final. */
    int FAULT = 74;

    /**
     * Ends the process at once, without shutdown hooks; does not return in production.
     *
     * @param exitCode 1 to 125
     * @param sentence one plain sentence that says what happened and where
     * @param cause what was thrown
     */
    void halt(int exitCode, String sentence, Throwable cause);

    /** The real one: prints the sentence and the trace on the error stream and halts. */
    static HaltSwitch process() {
        return (exitCode, sentence, cause) -> {
            try {
                System.err.println("steppe halts: " + sentence + reasonOf(cause));
                cause.printStackTrace();
            } finally {
                Runtime.getRuntime().halt(exitCode);
            }
        };
    }

    /** What lies at the bottom of {@code cause}, such as the word of the operating system; empty if that was said. */
    private static String reasonOf(Throwable cause) {
        Throwable bottom = cause;
        while (bottom.getCause() != null) {
            bottom = bottom.getCause();
        }
        return bottom == cause ? "" : " (" + bottom + ")";
    }

    /** Records instead of halting: for tests and for worlds that simulate a crash. Any thread. */
    final class Recorder implements HaltSwitch {
        private final List<Halt> halts = new ArrayList<>();

        @Override
        public synchronized void halt(int exitCode, String sentence, Throwable cause) {
            halts.add(new Halt(exitCode, sentence, cause));
        }

        /** Everything recorded so far, in order. */
        public synchronized List<Halt> halts() {
            return List.copyOf(halts);
        }
    }

    /** One press of the switch. */
    record Halt(int exitCode, String sentence, Throwable cause) {}
}
