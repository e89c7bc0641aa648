package dev.steppe.server;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Gives outcomes back in the order in which their entries were proposed. The log answers what it takes in that order,
 * but refuses an entry at its door at once, before those ahead of it are answered. Owned by one agent.
 */
final class EntryOrder {
    private final ArrayDeque<Place> places = new ArrayDeque<>();

    /** The place of one entry. */
    static final class Place {
        private @Nullable Runnable outcome;
    }

    /** Takes the next place. */
    Place next() {
        Place place = new Place();
        places.add(place);
        return place;
    }

    /** What became of {@code place}: run as soon as everything ahead of it has been. Once for each place. */
    void settle(Place place, Runnable outcome) {
        place.outcome = outcome;
        while (!places.isEmpty()) {
            Runnable first = places.getFirst().outcome;
            if (first == null) {
                return;
            }
            places.removeFirst();
            first.run();
        }
    }
}
