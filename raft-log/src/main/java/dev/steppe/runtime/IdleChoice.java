package dev.steppe.runtime;

import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.YieldingIdleStrategy;

/** What a thread does while its agents have nothing to do. */
public enum IdleChoice {
    /**
     * Spins, then yields, then parks up to 1 ms: the default; costs up to that much on the first work after a pause.
     */
    BACK_OFF {
        @Override
        public IdleStrategy create() {
            return new BackoffIdleStrategy(10, 5, PARK_MIN_NS, PARK_MAX_NS);
        }
    },
    /** Yields: for machines with about as many cores as agents. */
    YIELD {
        @Override
        public IdleStrategy create() {
            return new YieldingIdleStrategy();
        }
    },
    /** Spins and takes a core of its own. */
    SPIN {
        @Override
        public IdleStrategy create() {
            return new BusySpinIdleStrategy();
        }
    };

    private static final long PARK_MIN_NS = 1_000;
    private static final long PARK_MAX_NS = 1_000_000;
    private static final long PATIENT_MIN_NS = 100_000;
    private static final long PATIENT_MAX_NS = 4_000_000;

    /** A strategy for one thread. */
    public abstract IdleStrategy create();

    /** For a thread whose next work may wait a few milliseconds: parks from 100 us up to 4 ms. */
    static IdleStrategy createPatient() {
        return new BackoffIdleStrategy(0, 0, PATIENT_MIN_NS, PATIENT_MAX_NS);
    }
}
