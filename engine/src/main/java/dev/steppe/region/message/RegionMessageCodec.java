package dev.steppe.region.message;

import dev.steppe.base.Invariant;
import dev.steppe.command.Command;
import dev.steppe.command.CommandCodec;
import dev.steppe.command.MalformedBytes;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.Deployment.GroupState;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.model.rollout.VerbOutcome;
import dev.steppe.region.message.RegionMessage.Answered;
import dev.steppe.region.message.RegionMessage.Ask;
import dev.steppe.region.message.RegionMessage.Hint;
import dev.steppe.region.message.RegionMessage.Look;
import dev.steppe.region.message.RegionMessage.NotLeader;
import dev.steppe.region.message.RegionMessage.RequestId;
import dev.steppe.region.message.RegionMessage.Seen;
import dev.steppe.region.spi.RegionView;
import dev.steppe.wire.WireReader;
import dev.steppe.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The binary form of {@link RegionMessage}: a version, a kind, then the fields in the order of the record. Commands
 * keep the form that the log gives them. One value has one form. Owned by one thread.
 */
public final class RegionMessageCodec {
    private static final int VERSION = 0;
    private static final int LOOK = 1;
    private static final int ASK = 2;
    private static final int SEEN = 3;
    private static final int ANSWERED = 4;
    private static final int NOT_LEADER = 5;
    private static final int HINT = 6;
    /** One text, a flag, two long and four short numbers. */
    private static final int GROUP_MIN_BYTES = 37;

    private final CommandCodec commands = new CommandCodec();
    private final WireWriter writer = new WireWriter(new ExpandableArrayBuffer(8));
    private final WireReader reader = new WireReader(new ExpandableArrayBuffer(8));

    /** Writes {@code message} at {@code offset}; answers the bytes written. {@code buffer} must have room or expand. */
    public int encode(RegionMessage message, MutableDirectBuffer buffer, int offset) {
        writer.begin(buffer, offset).u8(VERSION);
        if (message instanceof Look look) {
            id(LOOK, look.id());
            key(look.job());
            writer.text(look.rolloutId());
        } else if (message instanceof Ask ask) {
            id(ASK, ask.id());
            int commandOffset = writer.offset() + Integer.BYTES;
            writer.nested(commands.encode(ask.command(), buffer, commandOffset));
        } else if (message instanceof Seen seen) {
            id(SEEN, seen.id());
            view(seen.view());
        } else if (message instanceof Answered answered) {
            id(ANSWERED, answered.id());
            writer.word(answered.outcome()).text(answered.detail()).flag(answered.view() != null);
            if (answered.view() != null) {
                view(answered.view());
            }
        } else if (message instanceof NotLeader notLeader) {
            id(NOT_LEADER, notLeader.id());
            writer.i32(notLeader.leaderId());
        } else if (message instanceof Hint hint) {
            writer.u8(HINT);
            key(hint.job());
        } else {
            throw Invariant.broken("a message without a form", message.toString());
        }
        return writer.offset() - offset;
    }

    private void id(int kind, RequestId id) {
        writer.u8(kind).i64(id.term()).i64(id.sequence());
    }

    private void key(JobKey job) {
        writer.text(job.namespace()).text(job.id());
    }

    private void view(RegionView view) {
        writer.text(view.region()).i64(view.index()).i64(view.logTimeMs());
        key(view.job());
        writer.i64(view.version())
                .i64(view.stagedVersion())
                .i64(view.checkIndex())
                .i64(view.specHash())
                .i64(view.sourceHash())
                .flag(view.stopped())
                .texts(view.regions())
                .flag(view.deployment() != null);
        if (view.deployment() != null) {
            deployment(view.deployment());
        }
    }

    private void deployment(Deployment deployment) {
        writer.i64(deployment.id());
        key(deployment.job());
        writer.i64(deployment.version().jobCreateIndex())
                .i64(deployment.version().jobVersion())
                .word(deployment.status())
                .word(deployment.reason())
                .text(deployment.description())
                .i32(deployment.groups().size());
        for (GroupState group : deployment.groups()) {
            writer.text(group.group())
                    .flag(group.autoRevert())
                    .i64(group.progressDeadlineMs())
                    .i64(group.requireProgressByMs())
                    .i32(group.desiredTotal())
                    .i32(group.placedCount())
                    .i32(group.healthyCount())
                    .i32(group.unhealthyCount());
        }
        writer.flag(deployment.membership() != null);
        if (deployment.membership() != null) {
            membership(deployment.membership());
        }
        writer.i64(deployment.createIndex()).i64(deployment.modifyIndex());
    }

    private void membership(RolloutMembership membership) {
        writer.text(membership.rolloutId())
                .text(membership.region())
                .texts(membership.regions())
                .i32(membership.maxParallel())
                .word(membership.onFailure())
                .i64(membership.sourceHash())
                .i64(membership.stallAfterMs())
                .i64(membership.stallByMs());
    }

    /** Reads the message that fills exactly {@code lengthBytes} bytes; keeps nothing of {@code buffer}. */
    public RegionMessage decode(DirectBuffer buffer, int offset, int lengthBytes) throws MalformedBytes {
        reader.begin(buffer, offset, lengthBytes);
        int version = reader.u8();
        if (version != VERSION) {
            throw new MalformedBytes("a region message of version " + version + ", not " + VERSION);
        }
        try {
            RegionMessage message = message(reader.u8(), buffer);
            reader.end();
            return message;
        } catch (IllegalArgumentException e) {
            // Values check themselves when built: a key without parts, a region outside its list.
            throw new MalformedBytes("a region message that contradicts itself: " + e.getMessage());
        }
    }

    private RegionMessage message(int kind, DirectBuffer buffer) throws MalformedBytes {
        return switch (kind) {
            case LOOK -> new Look(readId(), readKey(), reader.text());
            case ASK -> new Ask(readId(), readCommand(buffer));
            case SEEN -> new Seen(readId(), readView());
            case ANSWERED -> readAnswered();
            case NOT_LEADER -> new NotLeader(readId(), reader.i32());
            case HINT -> new Hint(readKey());
            default -> throw new MalformedBytes("no region message is of kind " + kind);
        };
    }

    private RequestId readId() throws MalformedBytes {
        return new RequestId(reader.i64(), reader.i64());
    }

    private JobKey readKey() throws MalformedBytes {
        return new JobKey(reader.text(), reader.text());
    }

    private Command readCommand(DirectBuffer buffer) throws MalformedBytes {
        int lengthBytes = reader.nestedBytes();
        Command command = commands.decode(buffer, reader.offset(), lengthBytes);
        reader.skip(lengthBytes);
        return command;
    }

    private Answered readAnswered() throws MalformedBytes {
        RequestId id = readId();
        VerbOutcome outcome = reader.word(VerbOutcome.class);
        String detail = reader.text();
        return new Answered(id, outcome, reader.flag() ? readView() : null, detail);
    }

    private RegionView readView() throws MalformedBytes {
        return new RegionView(
                reader.text(),
                reader.i64(),
                reader.i64(),
                readKey(),
                reader.i64(),
                reader.i64(),
                reader.i64(),
                reader.i64(),
                reader.i64(),
                reader.flag(),
                reader.texts(),
                reader.flag() ? readDeployment() : null);
    }

    private Deployment readDeployment() throws MalformedBytes {
        return new Deployment(
                reader.i64(),
                readKey(),
                new Deployment.Version(reader.i64(), reader.i64()),
                reader.word(DeploymentStatus.class),
                reader.word(StatusReason.class),
                reader.text(),
                readGroups(),
                reader.flag() ? readMembership() : null,
                reader.i64(),
                reader.i64());
    }

    private List<GroupState> readGroups() throws MalformedBytes {
        int count = reader.count(GROUP_MIN_BYTES);
        List<GroupState> groups = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            groups.add(new GroupState(
                    reader.text(),
                    reader.flag(),
                    reader.i64(),
                    reader.i64(),
                    reader.i32(),
                    reader.i32(),
                    reader.i32(),
                    reader.i32()));
        }
        return groups;
    }

    private RolloutMembership readMembership() throws MalformedBytes {
        return new RolloutMembership(
                reader.text(),
                reader.text(),
                reader.texts(),
                reader.i32(),
                reader.word(OnFailure.class),
                reader.i64(),
                reader.i64(),
                reader.i64());
    }
}
