package dev.steppe.gateway;

import dev.steppe.base.Invariant;
import dev.steppe.command.Command;
import dev.steppe.command.CommandCodec;
import dev.steppe.command.JobCodec;
import dev.steppe.command.MalformedBytes;
import dev.steppe.gateway.GatewayMessage.Accepted;
import dev.steppe.gateway.GatewayMessage.Answer;
import dev.steppe.gateway.GatewayMessage.Ask;
import dev.steppe.gateway.GatewayMessage.Assigned;
import dev.steppe.gateway.GatewayMessage.Assignment;
import dev.steppe.gateway.GatewayMessage.Beat;
import dev.steppe.gateway.GatewayMessage.Busy;
import dev.steppe.gateway.GatewayMessage.NotLeader;
import dev.steppe.gateway.GatewayMessage.Propose;
import dev.steppe.gateway.GatewayMessage.Refused;
import dev.steppe.gateway.GatewayMessage.Steer;
import dev.steppe.gateway.GatewayMessage.Submit;
import dev.steppe.gateway.GatewayMessage.Sync;
import dev.steppe.gateway.GatewayMessage.Unknown;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.rollout.RolloutVerb;
import dev.steppe.wire.WireReader;
import dev.steppe.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The binary form of {@link GatewayMessage}: a version, a kind, the request id, then the fields in the order of the
 * record. Commands and jobs keep the form that the log gives them. Owned by one thread.
 */
public final class GatewayCodec {
    private static final int VERSION = 0;
    private static final int PROPOSE = 1;
    private static final int SUBMIT = 2;
    private static final int STEER = 3;
    private static final int BEAT = 4;
    private static final int SYNC = 5;
    private static final int ACCEPTED = 11;
    private static final int REFUSED = 12;
    private static final int BUSY = 13;
    private static final int NOT_LEADER = 14;
    private static final int UNKNOWN = 15;
    private static final int ASSIGNED = 16;
    /** Six long numbers, a short one and four texts. */
    private static final int ASSIGNMENT_MIN_BYTES = 68;

    private final CommandCodec commands = new CommandCodec();
    private final JobCodec jobs = new JobCodec();
    private final WireWriter writer = new WireWriter(new ExpandableArrayBuffer(8));
    private final WireReader reader = new WireReader(new ExpandableArrayBuffer(8));

    /** Writes {@code message} at {@code offset}; answers the bytes written. {@code buffer} must have room or expand. */
    public int encode(GatewayMessage message, MutableDirectBuffer buffer, int offset) {
        writer.begin(buffer, offset).u8(VERSION);
        if (message instanceof Ask ask) {
            ask(ask, buffer);
        } else if (message instanceof Answer answer) {
            answer(answer);
        }
        return writer.offset() - offset;
    }

    private void ask(Ask ask, MutableDirectBuffer buffer) {
        if (ask instanceof Propose propose) {
            writer.u8(PROPOSE).i64(propose.requestId());
            writer.nested(commands.encode(propose.command(), buffer, writer.offset() + Integer.BYTES));
        } else if (ask instanceof Submit submit) {
            writer.u8(SUBMIT).i64(submit.requestId()).i64(submit.checkIndex()).i64(submit.submitTimeMs());
            writer.nested(jobs.encode(submit.job(), buffer, writer.offset() + Integer.BYTES));
        } else if (ask instanceof Steer steer) {
            writer.u8(STEER).i64(steer.requestId());
            writer.text(steer.job().namespace()).text(steer.job().id()).word(steer.verb());
        } else if (ask instanceof Beat beat) {
            writer.u8(BEAT).i64(beat.requestId()).texts(beat.nodeIds());
        } else if (ask instanceof Sync sync) {
            writer.u8(SYNC).i64(sync.requestId()).texts(sync.nodeIds());
        } else {
            throw Invariant.broken("an ask without a form", ask.toString());
        }
    }

    private void answer(Answer answer) {
        if (answer instanceof Accepted accepted) {
            writer.u8(ACCEPTED).i64(accepted.requestId()).i64(accepted.index()).i64(accepted.version());
        } else if (answer instanceof Refused refused) {
            writer.u8(REFUSED).i64(refused.requestId()).text(refused.sentence());
        } else if (answer instanceof Busy busy) {
            writer.u8(BUSY).i64(busy.requestId());
        } else if (answer instanceof NotLeader notLeader) {
            writer.u8(NOT_LEADER).i64(notLeader.requestId()).i32(notLeader.leaderId());
        } else if (answer instanceof Unknown unknown) {
            writer.u8(UNKNOWN).i64(unknown.requestId()).text(unknown.sentence());
        } else if (answer instanceof Assigned assigned) {
            writer.u8(ASSIGNED).i64(assigned.requestId()).i64(assigned.index());
            writer.i32(assigned.assignments().size());
            assigned.assignments().forEach(this::assignment);
        } else {
            throw Invariant.broken("an answer without a form", answer.toString());
        }
    }

    private void assignment(Assignment assignment) {
        JobKey job = assignment.slot().job();
        writer.i64(assignment.id().term())
                .i64(assignment.id().sequence())
                .text(assignment.nodeId())
                .text(job.namespace())
                .text(job.id())
                .text(assignment.slot().group())
                .i32(assignment.slot().ordinal())
                .i64(assignment.jobVersion())
                .i64(assignment.specVersion())
                .i64(assignment.minHealthyTimeMs())
                .i64(assignment.healthyDeadlineMs());
    }

    /** Reads one message; refuses whatever is not exactly one. */
    public GatewayMessage decode(DirectBuffer buffer, int offset, int lengthBytes) throws MalformedBytes {
        reader.begin(buffer, offset, lengthBytes);
        int version = reader.u8();
        if (version != VERSION) {
            throw new MalformedBytes("version " + version + " of the forward lane is not known here");
        }
        int kind = reader.u8();
        long requestId = reader.i64();
        GatewayMessage message;
        try {
            message = kind < ACCEPTED ? ask(kind, requestId, buffer) : answer(kind, requestId);
        } catch (IllegalArgumentException refusal) {
            throw new MalformedBytes("a value refuses itself: " + refusal.getMessage());
        }
        reader.end();
        return message;
    }

    private Ask ask(int kind, long requestId, DirectBuffer buffer) throws MalformedBytes {
        return switch (kind) {
            case PROPOSE -> new Propose(requestId, command(buffer));
            case SUBMIT -> submit(requestId, buffer);
            case STEER ->
                new Steer(requestId, new JobKey(reader.text(), reader.text()), reader.word(RolloutVerb.class));
            case BEAT -> new Beat(requestId, reader.texts());
            case SYNC -> new Sync(requestId, reader.texts());
            default -> throw new MalformedBytes("no ask is of kind " + kind);
        };
    }

    private Command command(DirectBuffer buffer) throws MalformedBytes {
        int lengthBytes = reader.nestedBytes();
        Command command = commands.decode(buffer, reader.offset(), lengthBytes);
        reader.skip(lengthBytes);
        return command;
    }

    private Submit submit(long requestId, DirectBuffer buffer) throws MalformedBytes {
        long checkIndex = reader.i64();
        long submitTimeMs = reader.i64();
        int lengthBytes = reader.nestedBytes();
        Job job = jobs.decode(buffer, reader.offset(), lengthBytes);
        reader.skip(lengthBytes);
        return new Submit(requestId, job, checkIndex, submitTimeMs);
    }

    private Answer answer(int kind, long requestId) throws MalformedBytes {
        return switch (kind) {
            case ACCEPTED -> new Accepted(requestId, reader.i64(), reader.i64());
            case REFUSED -> new Refused(requestId, reader.text());
            case BUSY -> new Busy(requestId);
            case NOT_LEADER -> new NotLeader(requestId, reader.i32());
            case UNKNOWN -> new Unknown(requestId, reader.text());
            case ASSIGNED -> new Assigned(requestId, reader.i64(), assignments());
            default -> throw new MalformedBytes("no answer is of kind " + kind);
        };
    }

    private List<Assignment> assignments() throws MalformedBytes {
        int count = reader.count(ASSIGNMENT_MIN_BYTES);
        List<Assignment> assignments = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            AllocationId id = new AllocationId(reader.i64(), reader.i64());
            String nodeId = reader.text();
            JobKey job = new JobKey(reader.text(), reader.text());
            Allocation.Slot slot = new Allocation.Slot(job, reader.text(), reader.i32());
            assignments.add(new Assignment(id, nodeId, slot, reader.i64(), reader.i64(), reader.i64(), reader.i64()));
        }
        return assignments;
    }
}
