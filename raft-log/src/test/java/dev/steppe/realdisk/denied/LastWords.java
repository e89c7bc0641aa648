package dev.steppe.realdisk.denied;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.realdisk.ServerChild;
import dev.steppe.runtime.HaltSwitch;
import java.util.stream.Stream;

/** How a server ends that cannot go on: by its halt switch, with a sentence that says what was denied. */
final class LastWords {
    private static final String SWITCH = "steppe halts: ";

    private LastWords() {}

    /** It ends by itself, and says in one sentence which file it could not use, and why: one of {@code reasons}. */
    static void verifyFault(ServerChild child, String what, String... reasons) throws InterruptedException {
        assertEquals(HaltSwitch.FAULT, child.awaitEnd(), child::words);
        String sentence = sentence(child);
        assertTrue(sentence.contains(what), child::words);
        assertTrue(Stream.of(reasons).anyMatch(sentence::contains), child::words);
    }

    /** As {@link #verifyFault}, before it acknowledged anything. */
    static void verifyRefusal(ServerChild child, String what, String... reasons) throws InterruptedException {
        verifyFault(child, what, reasons);
        assertTrue(sentence(child).contains("cannot start: "), child::words);
        assertEquals(0, child.ackCount());
    }

    /** The line that the halt switch printed; empty if it was not pressed. */
    static String sentence(ServerChild child) {
        return child.words()
                .lines()
                .filter(line -> line.startsWith(SWITCH))
                .findFirst()
                .orElse("");
    }

    /** It ended by itself, by the switch or by the virtual machine's own rule, but with a reason. */
    static void verifyNamed(ServerChild child) throws InterruptedException {
        assertNotEquals(0, child.awaitEnd(), child::words);
        assertTrue(!child.words().isBlank(), "it ended without a word");
    }
}
