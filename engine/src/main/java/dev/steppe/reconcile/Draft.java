package dev.steppe.reconcile;

import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the groups of one job add up to, while they are looked at one after the other. */
final class Draft {
    final List<Reconciliation.Wanted> destructive = new ArrayList<>();
    final List<Reconciliation.Wanted> places = new ArrayList<>();
    final List<Plan.Stop> stops = new ArrayList<>();
    final List<Plan.InPlace> updates = new ArrayList<>();
    final List<Allocation> stopped = new ArrayList<>();
    final SortedMap<String, Reconciliation.Tally> tallies = new TreeMap<>();

    void stopLost(Allocation one) {
        stopped.add(one);
        stops.add(new Plan.Stop(one.id(), true, Plan.StopReason.LOST));
    }

    void stopNotNeeded(Allocation one) {
        stopped.add(one);
        stops.add(new Plan.Stop(one.id(), false, Plan.StopReason.NOT_NEEDED));
    }

    /** Destructive updates come first: they free what the others may need. */
    List<Reconciliation.Wanted> wanted() {
        List<Reconciliation.Wanted> all = new ArrayList<>(destructive);
        all.addAll(places);
        return all;
    }
}
