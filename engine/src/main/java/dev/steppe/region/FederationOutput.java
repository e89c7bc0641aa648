package dev.steppe.region;

import dev.steppe.command.Command;
import dev.steppe.model.job.OrderedCopy;
import dev.steppe.region.message.RegionMessage;
import dev.steppe.region.spi.RolloutEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the federation wants done. Filled by calls of the machine, emptied by its owner; reused. */
public final class FederationOutput {
    private final List<Wish> wishes = new ArrayList<>();
    private final ArrayDeque<RolloutEvent> events = new ArrayDeque<>();

    /** One wish; the owner carries them out in order. */
    public sealed interface Wish {
        /** Say this to a server of another region. */
        record Send(String region, int memberId, RegionMessage message) implements Wish {}

        /** Answer {@link FederationMachine#readable} once the own state contains all that was committed before now. */
        record ReadBarrier(long token) implements Wish {}

        /** Propose this; answer {@link FederationMachine#decided}, or {@link FederationMachine#lost}. */
        record Propose(long token, Command command) implements Wish {}

        /**
         * The answer to a submission: registered everywhere and started, or nothing had changed.
         *
         * @param rolloutId empty if nothing had changed
         * @param pairs request and answer pairs that each region saw before it was run, by region
         */
        record Registered(long clientToken, String rolloutId, long version, SortedMap<String, Integer> pairs)
                implements Wish {
            /** Takes an ordered copy. */
            public Registered {
                pairs = OrderedCopy.of(pairs);
            }
        }

        /** The answer to a submission: nothing was registered; one sentence. */
        record Refused(long clientToken, String sentence) implements Wish {}

        /** No answer to a submission: it may or may not have been registered; one sentence. */
        record Unknown(long clientToken, String sentence) implements Wish {}
    }

    void wish(Wish wish) {
        wishes.add(wish);
    }

    void tell(RolloutEvent event) {
        events.add(event);
    }

    /** Takes the next event for the watcher; null if there is none. */
    public @Nullable RolloutEvent pollEvent() {
        return events.poll();
    }

    /** Whether nothing is wanted. */
    public boolean isEmpty() {
        return wishes.isEmpty() && events.isEmpty();
    }

    /** Takes all wishes, in order. {@code action} must not call the machine with this output. */
    public void drain(Consumer<Wish> action) {
        wishes.forEach(action);
        wishes.clear();
    }
}
