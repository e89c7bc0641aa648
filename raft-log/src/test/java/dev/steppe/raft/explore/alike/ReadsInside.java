package dev.steppe.raft.explore.alike;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;

/** The waiting reads inside a core: a ring, of which only what waits is compared, and an empty one is shared. */
final class ReadsInside {
    private static volatile Object empty;

    private final Object reads;

    ReadsInside(Object reads) {
        this.reads = reads;
    }

    /** Writes what waits; an empty ring is replaced in its owner by the one that all share, which no core steps. */
    void write(Field ownerField, Object owner, StateVector into) throws IllegalAccessException {
        long head = number("head");
        long joined = number("joined");
        long tail = number("tail");
        into.plain(tail - head).plain(joined - head);
        if (head == tail) {
            ownerField.set(owner, empty());
            return;
        }
        for (long i = head; i < tail; i++) {
            into.plain(slot("readIds", i));
            if (i < joined) {
                into.plain(slot("readIndexes", i)).plain(slot("roundIds", i));
            }
        }
    }

    private Object empty() {
        try {
            if (empty == null) {
                Constructor<?> constructor = reads.getClass().getDeclaredConstructor();
                constructor.setAccessible(true);
                empty = constructor.newInstance();
            }
            return empty;
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private long number(String name) throws IllegalAccessException {
        return CoreFields.field(reads.getClass(), name).getLong(reads);
    }

    private long slot(String name, long i) throws IllegalAccessException {
        long[] ring = (long[]) CoreFields.field(reads.getClass(), name).get(reads);
        return ring[(int) (i % ring.length)];
    }
}
