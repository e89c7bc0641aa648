package dev.steppe.state.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OrdinalRunTest {
    @Test
    void keepsEveryShorterRunAsItWas() {
        List<OrdinalRun> runs = new ArrayList<>(List.of(OrdinalRun.EMPTY));
        for (int i = 0; i < 100; i++) {
            runs.add(runs.get(i).with(i * 3));
        }
        for (int count = 0; count <= 100; count++) {
            assertEquals(count, runs.get(count).rowCount());
            for (int place = 0; place < count; place++) {
                assertEquals(place * 3, runs.get(count).at(place));
            }
        }
    }
}
