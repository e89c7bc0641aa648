package dev.steppe.check;

import org.jspecify.annotations.Nullable;

/**
 * Lists to which every write appends an id of its own. Who reads or gets an answer is told the list's length and a hash
 * that names the whole list, so one answer tells of every write before it and of their order.
 */
public final class AppendListModel implements SequentialModel<AppendListModel.Prefix, AppendListModel.Operation> {
    /** Under every key the list is empty. */
    public AppendListModel() {}

    /** A list, by its length and the hash of all its ids in their order. */
    public record Prefix(long entryCount, long hash) {
        /** The list without entries. */
        public static final Prefix EMPTY = new Prefix(0, 0);

        /** The list with one id more. The order of ids counts, and so does an id that comes twice. */
        public Prefix plus(long id) {
            // Two rounds of multiply and shift; the constants are those of splitmix64 (Steele, Lea, Flood 2014).
            long mixed = (hash ^ (id + 0x9E3779B97F4A7C15L)) * 0xBF58476D1CE4E5B9L;
            mixed = (mixed ^ (mixed >>> 31)) * 0x94D049BB133111EBL;
            return new Prefix(entryCount + 1, mixed ^ (mixed >>> 29));
        }
    }

    /** What clients do to a list. */
    public sealed interface Operation {
        /** Which list. */
        long key();

        /** An append of which nothing is known but that it was asked for, or that it was done. */
        record Append(long key, long id) implements Operation {}

        /** An append whose answer told of the list with the id as its last. */
        record Appended(long key, long id, Prefix seen) implements Operation {}

        /** A read that saw this list. A read without an answer says nothing: leave it out. */
        record Read(long key, Prefix seen) implements Operation {}
    }

    @Override
    public Prefix initial() {
        return Prefix.EMPTY;
    }

    @Override
    public long key(Operation operation) {
        return operation.key();
    }

    @Override
    public @Nullable Prefix step(Prefix state, Operation operation) {
        if (operation instanceof Operation.Append append) {
            return state.plus(append.id());
        }
        if (operation instanceof Operation.Appended appended) {
            Prefix after = state.plus(appended.id());
            return after.equals(appended.seen()) ? after : null;
        }
        return state.equals(((Operation.Read) operation).seen()) ? state : null;
    }
}
