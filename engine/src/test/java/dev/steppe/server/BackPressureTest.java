package dev.steppe.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.api.Engine;
import dev.steppe.api.EngineAnswer;
import dev.steppe.api.EngineConfig;
import dev.steppe.api.EngineThreads;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Overload is answered with a value; nothing is lost, nothing waits for ever. */
final class BackPressureTest {
    private static final int ASKED = 80_000;

    @TempDir
    private Path directory;

    @Test
    void whatIsNotTakenIsAnsweredBusyAndTheRestIsKept() throws Exception {
        try (Engine engine = Engine.open(EngineConfig.in(directory).with(EngineThreads.INVOKED))) {
            List<CompletableFuture<EngineAnswer>> answers = new ArrayList<>();
            for (int i = 0; i < ASKED; i++) { // Nobody works meanwhile: every queue fills.
                answers.add(engine.register(ServerFixture.node("n" + i)));
            }
            assertInstanceOf(EngineAnswer.Busy.class, answers.get(ASKED - 1).getNow(null), "told at once");
            int acceptedCount = 0;
            for (int i = 0; i < ASKED; i++) {
                EngineAnswer answer = ServerFixture.drive(engine, answers.get(i));
                boolean accepted = answer instanceof EngineAnswer.Accepted;
                assertTrue(accepted || answer instanceof EngineAnswer.Busy, answer.toString());
                assertEquals(accepted, engine.view().node("n" + i).isPresent(), "n" + i);
                acceptedCount += accepted ? 1 : 0;
            }
            assertTrue(acceptedCount >= 1_000, "accepted " + acceptedCount);
            assertInstanceOf(
                    EngineAnswer.Accepted.class,
                    ServerFixture.drive(engine, engine.register(ServerFixture.node("after"))),
                    "works on afterwards");
        }
    }
}
