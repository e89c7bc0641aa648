package dev.steppe.capacity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steppe.model.job.Resources;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class NodeFitTest {
    @Test
    void namesTheFirstDimensionThatFallsShort() {
        Resources ask = new Resources(100, 200, 300);
        assertEquals(NodeFit.FITS, NodeFit.check(100, 200, 300, ask));
        assertEquals(NodeFit.SHORT_OF_CPU, NodeFit.check(99, 199, 299, ask));
        assertEquals(NodeFit.SHORT_OF_MEMORY, NodeFit.check(100, 199, 299, ask));
        assertEquals(NodeFit.SHORT_OF_DISK, NodeFit.check(100, 200, 299, ask));
    }

    @Test
    void fitsNothingOnANodeThatIsOverdrawn() {
        assertEquals(NodeFit.SHORT_OF_CPU, NodeFit.check(-1, 0, 0, Resources.NONE));
        assertEquals(NodeFit.FITS, NodeFit.check(0, 0, 0, Resources.NONE));
        assertEquals(NodeFit.SHORT_OF_DISK, NodeFit.check(0, 0, -1, Resources.NONE));
    }

    @Test
    void namesDimensionsByCode() {
        assertEquals("cpu", NodeFit.dimension(NodeFit.SHORT_OF_CPU).text());
        assertEquals("memory", NodeFit.dimension(NodeFit.SHORT_OF_MEMORY).text());
        assertEquals("disk", NodeFit.dimension(NodeFit.SHORT_OF_DISK).text());
        assertThrows(IllegalArgumentException.class, () -> NodeFit.dimension(NodeFit.FITS));
    }

    /** The oracle: the dimensions in their order, each asked by itself in wide numbers. */
    @Property(tries = 200)
    void agreesWithASearchOverDimensions(
            @ForAll @IntRange(min = -3, max = 3) int freeCpuMhz,
            @ForAll @IntRange(min = -3, max = 3) int freeMemoryMb,
            @ForAll @IntRange(min = -3, max = 3) int freeDiskMb,
            @ForAll @IntRange(max = 3) int amount) {
        Resources ask = new Resources(amount, amount / 2, 3 - amount);
        Map<Dimension, Integer> free = new EnumMap<>(Dimension.class);
        free.put(Dimension.CPU, freeCpuMhz);
        free.put(Dimension.MEMORY, freeMemoryMb);
        free.put(Dimension.DISK, freeDiskMb);
        Optional<Dimension> expected = Arrays.stream(Dimension.values())
                .filter(dimension -> free.get(dimension) - (long) dimension.of(ask) < 0)
                .findFirst();
        int code = NodeFit.check(freeCpuMhz, freeMemoryMb, freeDiskMb, ask);
        assertEquals(expected, code == NodeFit.FITS ? Optional.empty() : Optional.of(NodeFit.dimension(code)));
    }
}
