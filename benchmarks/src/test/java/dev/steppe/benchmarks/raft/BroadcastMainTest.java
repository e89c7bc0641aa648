package dev.steppe.benchmarks.raft;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class BroadcastMainTest {
    @Test
    @Timeout(120)
    void measuresAloneAndBesideASnapshot() throws OperatingFault, IOException {
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            BroadcastMain.main(new String[] {"1", "8"});
        } finally {
            System.setOut(out);
        }
        String text = printed.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("snapshots of 8 MiB: "), text);
        assertTrue(text.contains("a tenth of the election time-out: 100000 us"), text);
    }
}
