package dev.steppe.raft.explore.alike;

import java.util.ArrayList;
import java.util.List;

/** A renaming of members 1 to n. */
public final class Renaming {
    private final int[] names;

    private Renaming(int[] names) {
        this.names = names;
    }

    /** Only the one that changes nothing. */
    public static List<Renaming> none(int memberCount) {
        int[] names = new int[memberCount + 1];
        for (int i = 1; i <= memberCount; i++) {
            names[i] = i;
        }
        return List.of(new Renaming(names));
    }

    /** All that rename only members 1 to {@code freeCount}; the first one changes nothing. */
    public static List<Renaming> all(int memberCount, int freeCount) {
        List<Renaming> found = new ArrayList<>();
        int[] names = none(memberCount).get(0).names.clone();
        permute(names, 1, freeCount, found);
        return List.copyOf(found);
    }

    private static void permute(int[] names, int from, int freeCount, List<Renaming> found) {
        if (from >= freeCount) {
            found.add(new Renaming(names.clone()));
            return;
        }
        for (int other = from; other <= freeCount; other++) {
            swap(names, from, other);
            permute(names, from + 1, freeCount, found);
            swap(names, from, other);
        }
    }

    private static void swap(int[] names, int a, int b) {
        int kept = names[a];
        names[a] = names[b];
        names[b] = kept;
    }

    /** The new name of a member; what is no member keeps its value. */
    public long name(long memberId) {
        return memberId >= 1 && memberId < names.length ? names[(int) memberId] : memberId;
    }

    /** A set of members as bits, bit 0 for member 1, under the new names. */
    public long bits(long memberBits) {
        long renamed = (memberBits >> (names.length - 1)) << (names.length - 1);
        for (int id = 1; id < names.length; id++) {
            if (((memberBits >>> (id - 1)) & 1) != 0) {
                renamed |= 1L << (names[id] - 1);
            }
        }
        return renamed;
    }
}
