package dev.steppe.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steppe.command.Command.CommitPlans;
import dev.steppe.command.Command.RegisterNodes;
import dev.steppe.command.sbe.CommitPlansDecoder;
import dev.steppe.command.sbe.MessageHeaderDecoder;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Resources;
import dev.steppe.model.node.Node;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Plan;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Bytes that would mean the same as others, or nothing, one way of each; all are refused. */
final class SecondFormTest {
    private static final int PLAN_BLOCK_BYTES = CommitPlansDecoder.PlansDecoder.sbeBlockLength();

    private final CommandCodec codec = new CommandCodec();

    @Test
    void refusesAWordThatNothingUses() {
        byte[] bytes = bytes(new CommitPlans(4, List.of()));
        int wordsAt = MessageHeaderDecoder.ENCODED_LENGTH + CommitPlansDecoder.BLOCK_LENGTH;
        UnsafeBuffer longer = new UnsafeBuffer(new byte[bytes.length + 3]);
        longer.putBytes(0, bytes, 0, wordsAt + 3);
        longer.putShort(wordsAt + 1, (short) 1);
        longer.putShort(wordsAt + 3, (short) 1);
        longer.putByte(wordsAt + 5, (byte) 'a');
        longer.putBytes(wordsAt + 6, bytes, wordsAt + 3, bytes.length - wordsAt - 3);
        assertEquals("1 words of an entry are not used", refusal(longer.byteArray()));
    }

    @Test
    void refusesAWordThatStandsTwice() {
        byte[] bytes = bytes(plans(null, 3));
        replace(bytes, "node", "shop");
        assertEquals("word 3 of an entry stands twice", refusal(bytes));
    }

    @Test
    void refusesAVersionInAnExceptionThatHasNone() {
        byte[] bytes = bytes(plans(AllocationId.of(3, 2, 1), 3));
        new UnsafeBuffer(bytes).putLong(exceptionAt(bytes), 2);
        assertEquals("job version 2 in an exception of a plan", refusal(bytes));
    }

    @Test
    void refusesAnExceptionThatNamesTheVersionOfTheBasis() {
        byte[] bytes = bytes(plans(null, 2));
        new UnsafeBuffer(bytes).putLong(exceptionAt(bytes), 3);
        assertEquals("job version 3 in an exception of a plan", refusal(bytes));
    }

    @Test
    void refusesAReplacedAllocationWhereNoneIs() {
        byte[] bytes = bytes(plans(null, 2));
        new UnsafeBuffer(bytes).putLong(exceptionAt(bytes) + 8, 1);
        assertEquals("a replaced allocation in an exception that replaces none", refusal(bytes));
    }

    @Test
    void refusesKeysOutOfOrder() {
        byte[] bytes = bytes(new RegisterNodes(List.of(node())));
        replace(bytes, "arch", "zrch");
        assertEquals("keys out of order", refusal(bytes).substring(0, 17));
        replace(bytes, "zrch", "kern");
        assertEquals("keys out of order", refusal(bytes).substring(0, 17));
    }

    @Test
    void refusesMalformedTextAndTakesAReplacementCharacter() throws MalformedBytes {
        byte[] bytes = bytes(new Command.StopJob(JobKey.of("\ufffd")));
        assertEquals(new Command.StopJob(JobKey.of("\ufffd")), codec.decode(new UnsafeBuffer(bytes), 0, bytes.length));
        bytes[bytes.length - 1] = (byte) 0xff;
        assertEquals("malformed UTF-8", refusal(bytes).substring(0, 15));
    }

    private static Node node() {
        return new Node(
                "n",
                "",
                "d",
                "",
                new TreeMap<>(Map.of("arch", "arm64", "kern", "linux")),
                new TreeMap<>(),
                new Resources(1, 1, 1));
    }

    private static CommitPlans plans(AllocationId previous, long jobVersion) {
        Plan.Place place = new Plan.Place("web", 0, "node", 900, jobVersion, true, previous, 731_402);
        Plan plan = new Plan(
                77,
                JobKey.of("shop"),
                new Plan.Basis(5, 3, 6, 7, 8),
                false,
                List.of(place),
                List.of(),
                List.of(),
                Plan.DeploymentChange.NONE);
        return new CommitPlans(4, List.of(new CommitPlans.Numbered(1, plan)));
    }

    /** Where the first exception of the first plan of {@link #plans} begins. */
    private static int exceptionAt(byte[] bytes) {
        int wordsEnd = indexOf(bytes, "node") + 4;
        return wordsEnd + 3 + PLAN_BLOCK_BYTES + 3;
    }

    private static void replace(byte[] bytes, String from, String to) {
        byte[] replacement = to.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(replacement, 0, bytes, indexOf(bytes, from), replacement.length);
    }

    private static int indexOf(byte[] bytes, String text) {
        return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
    }

    private String refusal(byte[] bytes) {
        return assertThrows(MalformedBytes.class, () -> codec.decode(new UnsafeBuffer(bytes), 0, bytes.length))
                .getMessage();
    }

    private byte[] bytes(Command command) {
        ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        byte[] bytes = new byte[codec.encode(command, buffer, 0)];
        buffer.getBytes(0, bytes);
        return bytes;
    }
}
