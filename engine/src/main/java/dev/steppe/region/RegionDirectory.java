package dev.steppe.region;

import dev.steppe.base.Invariant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which regions are federated, which servers each has, and which of them is believed to lead. The belief is only where
 * a request tries first. Owned by the federation machine.
 */
public final class RegionDirectory {
    private final String own;
    private final int ownMemberId;
    private final TreeMap<String, List<Integer>> members = new TreeMap<>();
    private final TreeMap<String, Integer> leaders = new TreeMap<>();

    /**
     * A directory seen from member {@code ownMemberId} of region {@code own}.
     *
     * @param servers member ids of every region, {@code own} included, at least one each
     */
    public RegionDirectory(String own, int ownMemberId, SortedMap<String, List<Integer>> servers) {
        if (!servers.containsKey(own)) {
            throw new IllegalArgumentException("the own region " + own + " is not federated: " + servers.keySet());
        }
        servers.forEach((region, ids) -> {
            if (ids.isEmpty()) {
                throw new IllegalArgumentException("region " + region + " has no servers");
            }
            members.put(region, List.copyOf(ids));
        });
        this.own = own;
        this.ownMemberId = ownMemberId;
    }

    /** The own region. */
    public String own() {
        return own;
    }

    int ownMemberId() {
        return ownMemberId;
    }

    boolean isOwn(String region) {
        return own.equals(region);
    }

    boolean isKnown(String region) {
        return members.containsKey(region);
    }

    /** All regions, in order of their names. */
    List<String> regions() {
        return new ArrayList<>(members.keySet());
    }

    List<Integer> servers(String region) {
        List<Integer> ids = members.get(region);
        if (ids == null) {
            throw Invariant.broken("a region is not federated", region);
        }
        return ids;
    }

    /** The member of {@code region} that a request tries first. */
    int leader(String region) {
        return leaders.getOrDefault(region, servers(region).get(0));
    }

    /** {@code region} says that {@code memberId} leads it; unknown members are passed over. */
    boolean learn(String region, int memberId) {
        if (!servers(region).contains(memberId)) {
            return false;
        }
        leaders.put(region, memberId);
        return true;
    }

    /** {@code memberId} did not answer: the belief moves on to the next member, if it was about that one. */
    void doubt(String region, int memberId) {
        if (leader(region) == memberId) {
            List<Integer> ids = servers(region);
            leaders.put(region, ids.get((ids.indexOf(memberId) + 1) % ids.size()));
        }
    }
}
