package dev.steppe.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EntryOrderTest {
    private final EntryOrder order = new EntryOrder();
    private final List<String> told = new ArrayList<>();

    @Test
    void holdsALossAtTheDoorBackUntilTheEntryAheadIsAnswered() {
        EntryOrder.Place first = order.next();
        EntryOrder.Place second = order.next();
        order.settle(second, () -> told.add("second lost"));
        assertEquals(List.of(), told);
        order.settle(first, () -> told.add("first applied"));
        assertEquals(List.of("first applied", "second lost"), told);
    }

    @Test
    void tellsAtOnceWhatIsFirst() {
        EntryOrder.Place first = order.next();
        EntryOrder.Place second = order.next();
        order.settle(first, () -> told.add("first"));
        assertEquals(List.of("first"), told);
        order.settle(second, () -> told.add("second"));
        order.settle(order.next(), () -> told.add("third"));
        assertEquals(List.of("first", "second", "third"), told);
    }
}
