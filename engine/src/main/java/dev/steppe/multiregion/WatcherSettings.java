package dev.steppe.multiregion;

import java.util.Map;

/**
 * What an operator may set about the watcher.
 *
 * @param tickMs a pass over every open rollout starts at least this often, 100 and up, 5,000 by default
 * @param barrierGraceMs how long regions leave the barrier to the last one in the list, 0 and up, 2,000 by default
 * @param stallMs stall time of a rollout none of whose groups has a progress deadline, 600,000 by default
 * @param failsUnread whether a region whose stall time is over fails although it cannot read every peer, as in the talk
 *     (those that a failed region cannot reach time out and fail); else it stays, because what it cannot see may be
 *     progress
 */
record WatcherSettings(long tickMs, long barrierGraceMs, long stallMs, boolean failsUnread) {
    static final WatcherSettings DEFAULT = new WatcherSettings(5_000, 2_000, 600_000, true);
    private static final long TICK_MIN_MS = 100;

    /** Refuses numbers out of range. */
    WatcherSettings {
        if (tickMs < TICK_MIN_MS || barrierGraceMs < 0 || stallMs < 1) {
            throw new IllegalArgumentException("tickMs must be " + TICK_MIN_MS
                    + " or more, barrierGraceMs 0 or more, stallMs 1 or more: " + tickMs + ", " + barrierGraceMs + ", "
                    + stallMs);
        }
    }

    /**
     * Reads {@code tickMs}, {@code barrierGraceMs}, {@code stallMs} and {@code onUnreadable} ({@code stay} or
     * {@code fail}); what is not given keeps its default, and an unknown key is refused.
     */
    static WatcherSettings of(Map<String, String> settings) {
        long tickMs = DEFAULT.tickMs;
        long barrierGraceMs = DEFAULT.barrierGraceMs;
        long stallMs = DEFAULT.stallMs;
        boolean failsUnread = DEFAULT.failsUnread;
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            switch (setting.getKey()) {
                case "tickMs" -> tickMs = number(setting);
                case "barrierGraceMs" -> barrierGraceMs = number(setting);
                case "stallMs" -> stallMs = number(setting);
                case "onUnreadable" -> failsUnread = choice(setting);
                default ->
                    throw new IllegalArgumentException("the rollout watcher knows no setting '" + setting.getKey()
                            + "': tickMs, barrierGraceMs, stallMs, onUnreadable");
            }
        }
        return new WatcherSettings(tickMs, barrierGraceMs, stallMs, failsUnread);
    }

    private static long number(Map.Entry<String, String> setting) {
        try {
            return Long.parseLong(setting.getValue());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    setting.getKey() + " must be a number of milliseconds: '" + setting.getValue() + "'", e);
        }
    }

    private static boolean choice(Map.Entry<String, String> setting) {
        return switch (setting.getValue()) {
            case "stay" -> false;
            case "fail" -> true;
            default ->
                throw new IllegalArgumentException(
                        setting.getKey() + " must be stay or fail: '" + setting.getValue() + "'");
        };
    }
}
