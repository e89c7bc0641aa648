package dev.steppe.broker;

/**
 * Times and counts of the broker ({@code scheduling.md} 2.1).
 *
 * @param leaseMs how long a planner may be silent about a lease; 1 and up
 * @param deliveriesMax after this many deliveries without an answer the evaluation fails; 1 and up
 * @param firstRedeliveryMs wait before the second delivery
 * @param redeliveryStepMs wait before delivery n + 1 for n at least 2: (n - 1) of these
 * @param followUpAfterMs shortest wait of the follow-up of a failed evaluation
 * @param followUpSpreadMs follow-ups are spread over this much more, by evaluation id; 0 = not at all
 */
public record BrokerConfig(
        long leaseMs,
        int deliveriesMax,
        long firstRedeliveryMs,
        long redeliveryStepMs,
        long followUpAfterMs,
        long followUpSpreadMs) {
    /** 60 s leases, 3 deliveries, again after 1 s and 20 s; follow-up after 1 to 6 minutes. */
    public static final BrokerConfig DEFAULT = new BrokerConfig(60_000, 3, 1_000, 20_000, 60_000, 300_000);

    /** Refuses times that cannot be. */
    public BrokerConfig {
        if (leaseMs < 1 || deliveriesMax < 1) {
            throw new IllegalArgumentException(
                    "a lease lasts at least 1 ms and is given at least once: " + leaseMs + ", " + deliveriesMax);
        }
        if (firstRedeliveryMs < 0 || redeliveryStepMs < 0 || followUpAfterMs < 0 || followUpSpreadMs < 0) {
            throw new IllegalArgumentException("waits of the broker must not be negative");
        }
    }

    /** Wait after delivery number {@code deliveryCount} (1 and up) came back without an answer. */
    long redeliveryAfterMs(int deliveryCount) {
        return deliveryCount < 2 ? firstRedeliveryMs : (deliveryCount - 1) * redeliveryStepMs;
    }

    /** Wait of the follow-up of the failed evaluation {@code evalId}: the same on every leader. */
    long followUpWaitMs(long evalId) {
        long spread = followUpSpreadMs == 0 ? 0 : Math.floorMod(evalId * 0x9E3779B97F4A7C15L, followUpSpreadMs);
        return followUpAfterMs + spread;
    }
}
