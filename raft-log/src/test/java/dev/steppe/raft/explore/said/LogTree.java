package dev.steppe.raft.explore.said;

import dev.steppe.raft.core.LogShape;
import dev.steppe.raft.explore.alike.Fingerprint;
import dev.steppe.raft.explore.alike.Groups;
import dev.steppe.raft.explore.alike.Renaming;
import dev.steppe.raft.explore.alike.StateVector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All logs that occur, as one tree: a log is the number of its last entry, 0 if it is empty, so two logs are equal
 * exactly if their numbers are, and one begins another exactly if it lies on its way to the root.
 */
public final class LogTree {
    /** Only of bounds on what is in flight, which are set wide. */
    public static final int ENTRY_BYTES = 1;

    private static final int STRIDE_BYTES = 128 * 1024;

    private record Entry(int parent, long term, int kind, long value) {}

    /** Kind of an entry that says who belongs to the group. */
    public static final int MEMBERSHIP = 2;

    private final List<Renaming> renamings;
    private final int firstGroup;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Fingerprint> fingerprints = new ArrayList<>();
    private final Map<Long, LogShape> shapes = new HashMap<>();
    private final List<Integer> lengths = new ArrayList<>();
    private final Map<Entry, Integer> numbers = new HashMap<>();

    /** Logs of groups that began as {@code firstGroup}. */
    public LogTree(int firstGroup, List<Renaming> renamings) {
        this.firstGroup = firstGroup;
        this.renamings = renamings;
        put(new Entry(-1, 0, 0, 0), 0);
    }

    /** The log with one more entry. */
    public int append(int log, long term, int kind, long value) {
        Entry entry = new Entry(log, term, kind, value);
        Integer known = numbers.get(entry);
        return known != null ? known : put(entry, lengths.get(log) + 1);
    }

    /** Index of the last entry. */
    public int lastIndex(int log) {
        return lengths.get(log);
    }

    /** The log without what follows {@code index}. */
    public int prefix(int log, long index) {
        int at = log;
        while (lengths.get(at) > index) {
            at = entries.get(at).parent();
        }
        return at;
    }

    /** Term of the last entry, 0 if empty. */
    public long lastTerm(int log) {
        return entries.get(log).term();
    }

    /** Kind of the last entry. */
    public int lastKind(int log) {
        return entries.get(log).kind();
    }

    /** Value of the last entry. */
    public long lastValue(int log) {
        return entries.get(log).value();
    }

    /** Term at {@code index}. */
    public long termAt(int log, long index) {
        return lastTerm(prefix(log, index));
    }

    /** Whether {@code log} begins with {@code beginning}. */
    public boolean startsWith(int log, int beginning) {
        return lengths.get(log) >= lengths.get(beginning) && prefix(log, lengths.get(beginning)) == beginning;
    }

    /** Last index up to which both are equal. */
    public int agreesUpTo(int one, int other) {
        int index = Math.min(lengths.get(one), lengths.get(other));
        while (prefix(one, index) != prefix(other, index)) {
            index--;
        }
        return index;
    }

    /** The last entry as a word: kind, term, value. */
    public String lastText(int log) {
        return switch (lastKind(log)) {
            case 0 -> lastTerm(log) + ":empty";
            case 1 -> lastTerm(log) + ":command" + lastValue(log);
            default -> lastTerm(log) + ":group" + Groups.text((int) lastValue(log));
        };
    }

    /** The whole log as words. */
    public String text(int log) {
        StringBuilder text = new StringBuilder();
        for (int index = 1; index <= lastIndex(log); index++) {
            text.append(index == 1 ? "" : " ").append(lastText(prefix(log, index)));
        }
        return text.toString();
    }

    /** Its fingerprint. */
    public Fingerprint fingerprint(int log) {
        return fingerprints.get(log);
    }

    /** Who belongs to the group at the end of this log. */
    public int group(int log) {
        int at = log;
        while (at != 0 && lastKind(at) != MEMBERSHIP) {
            at = entries.get(at).parent();
        }
        return at == 0 ? firstGroup : (int) lastValue(at);
    }

    /** How many entries behind {@code index} say who belongs to the group. */
    public int groupCount(int log, long index) {
        int count = 0;
        for (int at = log; lastIndex(at) > index; at = entries.get(at).parent()) {
            count += lastKind(at) == MEMBERSHIP ? 1 : 0;
        }
        return count;
    }

    /** The log without its last entry. */
    public int parent(int log) {
        return entries.get(log).parent();
    }

    /** What a core knows of this log if its front is gone. Shared: copy it before a core may change it. */
    public LogShape shape(int log, int base) {
        return shapes.computeIfAbsent(((long) log << 32) | base, key -> {
            LogShape shape = new LogShape(STRIDE_BYTES, base, termAt(log, base));
            for (int index = base + 1; index <= lastIndex(log); index++) {
                shape.append(termAt(log, index), 1, ENTRY_BYTES);
            }
            return shape;
        });
    }

    private int put(Entry entry, int length) {
        int number = entries.size();
        entries.add(entry);
        numbers.put(entry, number);
        lengths.add(length);
        StateVector vector = new StateVector(renamings).plain(entry.term()).plain(entry.kind());
        if (entry.kind() == MEMBERSHIP) {
            Groups.write((int) entry.value(), vector);
        } else {
            vector.plain(entry.value());
        }
        if (entry.parent() >= 0) {
            vector.part(fingerprints.get(entry.parent()));
        }
        fingerprints.add(vector.fingerprint());
        return number;
    }
}
