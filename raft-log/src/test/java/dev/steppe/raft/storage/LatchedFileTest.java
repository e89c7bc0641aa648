package dev.steppe.raft.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LatchedFileTest {
    private final CountDownLatch underWay = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicInteger forceCount = new AtomicInteger();
    private final StorageFile faulty = standIn(StorageFile.class, name -> {
        if (name.equals("force")) {
            force();
        }
        return null;
    });
    private final LatchedDirectory directory = new LatchedDirectory(standIn(StorageDirectory.class, name -> faulty));
    private StorageFile file;

    @BeforeEach
    void open() throws OperatingFault {
        file = directory.open("file", WriteStrategy.POSITIONAL);
    }

    /** The first one fails, once it may end. */
    private void force() throws OperatingFault, InterruptedException {
        if (forceCount.incrementAndGet() == 1) {
            underWay.countDown();
            ended.await();
            throw new OperatingFault("the disk is gone");
        }
    }

    private interface Call {
        Object answer(String name) throws Exception;
    }

    private static <T> T standIn(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> call.answer(method.getName())));
    }

    /** As a system does it: of two forces at a time one is told of the fault, the other one hears that all is well. */
    @Test
    void tellsNobodyThatAllIsWellWhileAForceFails() throws Exception {
        FutureTask<OperatingFault> first = new FutureTask<>(this::faultOfForce);
        new Thread(first, "first").start();
        underWay.await();
        FutureTask<OperatingFault> second = new FutureTask<>(this::faultOfForce);
        Thread later = new Thread(second, "second");
        later.start();
        while (later.getState() == Thread.State.NEW || later.getState() == Thread.State.RUNNABLE) {
            Thread.onSpinWait();
        }
        ended.countDown();
        assertInstanceOf(OperatingFault.class, first.get());
        assertInstanceOf(OperatingFault.class, second.get());
        assertEquals(1, forceCount.get());
        assertTrue(directory.isLatched());
    }

    @Test
    void refusesEverythingAfterItsFirstFault() {
        ended.countDown();
        assertThrows(OperatingFault.class, file::force);
        assertThrows(OperatingFault.class, file::force);
        assertThrows(OperatingFault.class, () -> file.write(0, ByteBuffer.allocateDirect(8)));
        assertEquals(1, forceCount.get());
    }

    private OperatingFault faultOfForce() {
        try {
            file.force();
            return null;
        } catch (OperatingFault fault) {
            return fault;
        }
    }
}
