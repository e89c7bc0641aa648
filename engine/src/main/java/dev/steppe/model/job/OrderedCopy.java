package dev.steppe.model.job;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** Immutable copies of sorted maps, in natural order of their keys. */
public final class OrderedCopy {
    private OrderedCopy() {}

    /** A copy that nobody can change. */
    public static <V> SortedMap<String, V> of(SortedMap<String, V> map) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(map));
    }

    /** {@code below} overlaid by {@code above}: where both have a key, {@code above} wins. */
    public static SortedMap<String, String> overlay(SortedMap<String, String> below, SortedMap<String, String> above) {
        TreeMap<String, String> merged = new TreeMap<>(below);
        merged.putAll(above);
        return Collections.unmodifiableSortedMap(merged);
    }
}
