package dev.steppe.state.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

final class NameIndexTest {
    /** A name of which many have the same hash, or hashes that differ in one place only. */
    private record Name(int number, int spread) {
        @Override
        public int hashCode() {
            return number % spread;
        }
    }

    @Test
    void answersAbsentWhereThereIsNothing() {
        assertEquals(NameIndex.ABSENT, NameIndex.<String>empty().get("a"));
        assertEquals(NameIndex.ABSENT, NameIndex.<String>empty().with("a", 1).get("b"));
    }

    @Property(tries = 20, shrinking = ShrinkingMode.OFF)
    void agreesWithAMapWhateverTheHashes(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int spread = 1 + random.nextInt(400);
        NameIndex<Name> index = NameIndex.empty();
        Map<Name, Integer> map = new HashMap<>();
        List<NameIndex<Name>> indexes = new ArrayList<>();
        List<Map<Name, Integer>> maps = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            Name name = new Name(random.nextInt(300), spread);
            index = index.with(name, i);
            map.put(name, i);
            if (i % 100 == 0) {
                indexes.add(index);
                maps.add(new HashMap<>(map));
            }
        }
        indexes.add(index);
        maps.add(map);
        for (int i = 0; i < indexes.size(); i++) {
            for (int number = 0; number < 300; number++) {
                Name name = new Name(number, spread);
                assertEquals(
                        maps.get(i).getOrDefault(name, NameIndex.ABSENT),
                        indexes.get(i).get(name));
            }
        }
    }
}
