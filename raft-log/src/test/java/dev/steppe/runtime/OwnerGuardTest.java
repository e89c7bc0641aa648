package dev.steppe.runtime;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class OwnerGuardTest {
    @Test
    void letsTheFirstThreadPassAndRefusesEveryOther() throws Exception {
        OwnerGuard guard = new OwnerGuard("the core");
        guard.check();
        assertDoesNotThrow(guard::check);
        Throwable refused = checkElsewhere(guard);
        assertEquals("the core belongs to another thread than the one that came: stranger", refused.getMessage());
    }

    @Test
    void takesANewOwnerAfterRelease() throws Exception {
        OwnerGuard guard = new OwnerGuard("the core");
        guard.check();
        guard.release();
        assertNull(checkElsewhere(guard));
    }

    private static Throwable checkElsewhere(OwnerGuard guard) throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread stranger = new Thread(guard::check, "stranger");
        stranger.setUncaughtExceptionHandler((thread, cause) -> thrown.set(cause));
        stranger.start();
        stranger.join();
        return thrown.get();
    }
}
