package dev.steppe.state.page;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * From names to row numbers: a hash trie of 32-way nodes, immutable, so that a view keeps the one it was made with.
 * Names come and are pointed elsewhere, but never go. Has no order that could show in an output: it is only ever asked.
 *
 * <p>Nodes hold an entry or a deeper node in each taken place (Bagwell, Ideal Hash Trees, 2001); names whose 32 bits of
 * hash are all equal stand in one list.
 *
 * @param <K> kind of name; {@code equals} and {@code hashCode} by content
 */
public final class NameIndex<K> {
    /** No such name. */
    public static final int ABSENT = -1;

    private static final int BITS = 5;
    private static final int HASH_BITS = 32;

    private final Branch root;

    private NameIndex(Branch root) {
        this.root = root;
    }

    private sealed interface Child {}

    private record Entry(Object name, int hash, int ordinal) implements Child {}

    private static final class Branch implements Child {
        private final int taken;
        private final Child[] children;

        Branch(int taken, Child[] children) {
            this.taken = taken;
            this.children = children;
        }
    }

    private static final class Clash implements Child {
        private final Entry[] entries;

        Clash(Entry[] entries) {
            this.entries = entries;
        }
    }

    /** No name. */
    public static <K> NameIndex<K> empty() {
        return new NameIndex<>(new Branch(0, new Child[0]));
    }

    /** Row number of {@code name}, or {@link #ABSENT}. */
    public int get(K name) {
        int hash = spread(name.hashCode());
        Child child = root;
        int shift = 0;
        while (child instanceof Branch branch) {
            int bit = bit(hash, shift);
            if ((branch.taken & bit) == 0) {
                return ABSENT;
            }
            child = branch.children[position(branch.taken, bit)];
            shift += BITS;
        }
        Entry entry = child instanceof Clash clash ? find(clash, name) : (Entry) child;
        return entry != null && entry.hash == hash && entry.name.equals(name) ? entry.ordinal : ABSENT;
    }

    /** The same index with {@code name} pointing to {@code ordinal}. */
    public NameIndex<K> with(K name, int ordinal) {
        Entry entry = new Entry(name, spread(name.hashCode()), ordinal);
        return new NameIndex<>(with(root, entry, 0));
    }

    private static Branch with(Branch branch, Entry entry, int shift) {
        int bit = bit(entry.hash, shift);
        int position = position(branch.taken, bit);
        if ((branch.taken & bit) == 0) {
            Child[] longer = new Child[branch.children.length + 1];
            System.arraycopy(branch.children, 0, longer, 0, position);
            longer[position] = entry;
            System.arraycopy(branch.children, position, longer, position + 1, branch.children.length - position);
            return new Branch(branch.taken | bit, longer);
        }
        Child[] same = branch.children.clone();
        same[position] = beside(same[position], entry, shift + BITS);
        return new Branch(branch.taken, same);
    }

    private static Child beside(Child child, Entry entry, int shift) {
        if (child instanceof Branch branch) {
            return with(branch, entry, shift);
        }
        if (child instanceof Clash clash) {
            return with(clash, entry);
        }
        Entry there = (Entry) child;
        if (there.name.equals(entry.name)) {
            return entry;
        }
        if (shift >= HASH_BITS) {
            return new Clash(new Entry[] {there, entry});
        }
        return with(with(new Branch(0, new Child[0]), there, shift), entry, shift);
    }

    private static Clash with(Clash clash, Entry entry) {
        for (int i = 0; i < clash.entries.length; i++) {
            if (clash.entries[i].name.equals(entry.name)) {
                Entry[] same = clash.entries.clone();
                same[i] = entry;
                return new Clash(same);
            }
        }
        Entry[] longer = Arrays.copyOf(clash.entries, clash.entries.length + 1);
        longer[clash.entries.length] = entry;
        return new Clash(longer);
    }

    private static @Nullable Entry find(Clash clash, Object name) {
        for (Entry entry : clash.entries) {
            if (entry.name.equals(name)) {
                return entry;
            }
        }
        return null;
    }

    private static int bit(int hash, int shift) {
        return 1 << (hash >>> shift & (1 << BITS) - 1);
    }

    private static int position(int taken, int bit) {
        return Integer.bitCount(taken & bit - 1);
    }

    private static int spread(int hash) {
        int mixed = hash * 0x9E3779B9; // 2^32 / golden ratio: spreads names that differ in their last letter
        return mixed ^ mixed >>> 15;
    }
}
