package dev.steppe.state.page;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steppe.base.InvariantBroken;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

final class RowTableTest {
    /** A row of the oracle; its hash is its text's. */
    private record Row(long high, long low, String text, boolean isOpen) {}

    private final RowTable<Row> table = new RowTable<>();
    private final List<Row> rows = new ArrayList<>();

    @Test
    void refusesIdsThatDoNotAscend() {
        append(new Row(1, 5, "a", true));
        assertThrows(InvariantBroken.class, () -> append(new Row(1, 5, "b", true)));
        assertThrows(InvariantBroken.class, () -> append(new Row(0, 9, "b", true)));
        append(new Row(2, 0, "c", true));
    }

    @Test
    void refusesToReplaceOrReadWhatIsNotThere() {
        assertThrows(InvariantBroken.class, () -> table.replace(0, new Row(1, 1, "a", true), 0, true));
        assertThrows(InvariantBroken.class, () -> table.rows().at(0));
        assertEquals(Rows.ABSENT, table.rows().find(0, 0));
    }

    @Test
    void namesWrittenRowsOnceInOrderOverManyPages() {
        for (int i = 0; i < 1_000; i++) {
            append(new Row(0, i, "a", false));
        }
        assertEquals(1_000, table.endBatch().length);
        for (int ordinal : new int[] {900, 3, 255, 256, 3, 900}) {
            table.replace(ordinal, rows.get(ordinal), 1, false);
        }
        assertArrayEquals(new int[] {3, 255, 256, 900}, table.endBatch());
        assertEquals(0, table.endBatch().length);
    }

    @Property(tries = 20, shrinking = ShrinkingMode.OFF)
    void agreesWithAListAndNeverChangesWhatWasRead(@ForAll long seed) {
        new RowTableTest().compareWithAList(new SplittableRandom(seed)); // all tries share one instance
    }

    private void compareWithAList(SplittableRandom random) {
        List<Rows<Row>> past = new ArrayList<>();
        List<List<Row>> expected = new ArrayList<>();
        TreeSet<Integer> written = new TreeSet<>();
        for (int i = 0; i < 1_500; i++) {
            written.add(random.nextInt(3) == 0 && !rows.isEmpty() ? replace(random) : appendNext(random));
            if (random.nextInt(100) == 0) {
                assertArrayEquals(written.stream().mapToInt(Integer::intValue).toArray(), table.endBatch());
                written.clear();
                past.add(table.rows());
                expected.add(List.copyOf(rows));
            }
        }
        assertEquals(rows.stream().mapToLong(RowTableTest::hash).sum(), table.hashSum());
        past.add(table.rows());
        expected.add(rows);
        for (int i = 0; i < past.size(); i++) {
            check(expected.get(i), past.get(i));
        }
    }

    private static void check(List<Row> expected, Rows<Row> actual) {
        List<Row> all = new ArrayList<>();
        List<Row> open = new ArrayList<>();
        for (int i = 0; i < actual.rowCount(); i++) {
            all.add(actual.at(i));
            assertEquals(i, actual.find(actual.at(i).high, actual.at(i).low));
            assertEquals(Rows.ABSENT, actual.find(actual.at(i).high, actual.at(i).low + 1));
        }
        actual.forEachOpen(open::add);
        assertEquals(expected, all);
        assertEquals(expected.stream().filter(Row::isOpen).toList(), open);
    }

    private int appendNext(SplittableRandom random) {
        Row last = rows.isEmpty() ? new Row(0, 0, "", false) : rows.get(rows.size() - 1);
        boolean isNextTerm = random.nextInt(50) == 0;
        long low = isNextTerm ? 2L * random.nextInt(5) : last.low + 2 + 2L * random.nextInt(5);
        return append(new Row(last.high + (isNextTerm ? 1 : 0), low, "r" + random.nextInt(99), random.nextBoolean()));
    }

    private int replace(SplittableRandom random) {
        int ordinal = random.nextInt(rows.size());
        Row before = rows.get(ordinal);
        Row after = new Row(before.high, before.low, "s" + random.nextInt(99), random.nextBoolean());
        table.replace(ordinal, after, hash(after), after.isOpen);
        rows.set(ordinal, after);
        return ordinal;
    }

    private int append(Row row) {
        int ordinal = table.append(row.high, row.low, row, hash(row), row.isOpen);
        rows.add(row);
        assertEquals(rows.size() - 1, ordinal);
        return ordinal;
    }

    private static long hash(Row row) {
        return row.text.hashCode() * 31L + row.low;
    }
}
