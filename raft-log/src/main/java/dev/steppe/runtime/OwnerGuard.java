package dev.steppe.runtime;

import dev.steppe.base.Invariant;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Checks that one object is used by one thread only. The first thread that asks becomes the owner.
 *
 * <p>Access modes: the owner's own check is a plain read of a field that only it can have set to itself; becoming the
 * owner is a compare-and-set. The guard orders nothing else: handing over an owned object is the caller's duty.
 */
public final class OwnerGuard {
    private static final VarHandle OWNER;

    static {
        try {
            OWNER = MethodHandles.lookup().findVarHandle(OwnerGuard.class, "owner", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String what;
    private @Nullable Thread owner;

    /** Guards {@code what}, which is named when the wrong thread comes. */
    public OwnerGuard(String what) {
        this.what = what;
    }

    /** Passes for the owner, makes the first caller the owner, and is a broken invariant for every other thread. */
    public void check() {
        Thread current = Thread.currentThread();
        if (owner != current && !OWNER.compareAndSet(this, null, current)) {
            throw Invariant.broken(what + " belongs to another thread than the one that came", current.getName());
        }
    }

    /** Gives ownership up, so that the next thread that asks owns. Only the owner may. */
    public void release() {
        check();
        OWNER.setRelease(this, null);
    }
}
