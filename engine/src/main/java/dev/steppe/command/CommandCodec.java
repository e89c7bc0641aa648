package dev.steppe.command;

import dev.steppe.command.Command.CommitPlans;
import dev.steppe.command.sbe.CommitPlansDecoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The binary form of every command ({@code command-schema.xml}). One value has one form: what {@link #decode} accepts,
 * {@link #encode} writes again byte for byte, and whatever else the bytes are is refused before anything is allocated
 * for it. Owned by one thread.
 */
public final class CommandCodec {
    private final CommandWriter writer = new CommandWriter();
    private final CommandReader reader = new CommandReader();
    private final PlanCodec plans = new PlanCodec();
    private final WireCursor cursor = new WireCursor();

    /**
     * Writes {@code command} at {@code offset}; answers the bytes written. {@code buffer} must have room or expand.
     * More than 65,534 rows of one kind (nodes, plans, places of a plan, words of an entry) or a node id or group name
     * beyond 65,534 bytes in a plan are a broken invariant: {@code JobRules} and the batching of the proposers keep
     * below that.
     */
    public int encode(Command command, MutableDirectBuffer buffer, int offset) {
        if (command instanceof CommitPlans commit) {
            return plans.encode(commit, buffer, offset);
        }
        return writer.encode(command, buffer, offset);
    }

    /** Reads the command that fills exactly {@code length} bytes; keeps nothing of {@code buffer}. */
    public Command decode(DirectBuffer buffer, int offset, int length) throws MalformedBytes {
        int templateId = cursor.open(buffer, offset, length);
        if (templateId == CommitPlansDecoder.TEMPLATE_ID) {
            return plans.decode(cursor, buffer, offset);
        }
        return reader.decode(templateId, cursor, buffer, offset);
    }
}
