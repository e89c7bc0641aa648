package dev.steppe.state.image;

import dev.steppe.base.OperatingFault;
import dev.steppe.command.MalformedBytes;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.rollout.StagedSpec;
import dev.steppe.raft.api.machine.SnapshotSource;
import dev.steppe.state.StateRefill;
import dev.steppe.wire.WireReader;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Puts a state together from what {@link StateImage} wrote. Owned by the apply agent, used once. It takes each record
 * in the one order there is, and ends with as many of each kind as the head promised, or refuses.
 */
public final class StateImageReader {
    private static final int FIRST_BYTES = 1 << 17;

    private final SnapshotSource source;
    private final RowReader rows = new RowReader();
    private final StateRefill refill = new StateRefill();
    private final int[] promised = new int[RecordKind.CODES];
    private final int[] seen = new int[RecordKind.CODES];
    private final int[] nodeClass = new int[1];
    private UnsafeBuffer buffer = new UnsafeBuffer(new byte[FIRST_BYTES]);
    private int readOffset;
    private int endOffset;
    private long index;
    private long logTimeMs;
    private @Nullable OpenJob openJob;

    /** A job whose versions are still coming. */
    private record OpenJob(JobKey key, int versionCount, boolean isStaged, List<JobVersion> versions) {}

    /** Of {@code source}; reads nothing yet. */
    public StateImageReader(SnapshotSource source) {
        this.source = source;
    }

    /**
     * Reads everything and answers the state.
     *
     * @throws OperatingFault when the source fails, or is not an image of a version that this one reads
     */
    public StateRefill read() throws OperatingFault {
        RecordKind last = RecordKind.HEAD;
        while (last != RecordKind.END) {
            last = readRecord(last);
        }
        if (fill(1)) {
            throw new MalformedBytes("bytes follow the end of the image");
        }
        if (openJob != null || !Arrays.equals(promised, seen)) {
            throw new MalformedBytes("the image promised " + Arrays.toString(promised) + " rows by kind and has "
                    + Arrays.toString(seen));
        }
        return refill;
    }

    /** Last entry contained. */
    public long index() {
        return index;
    }

    /** Log time of that entry, milliseconds. */
    public long logTimeMs() {
        return logTimeMs;
    }

    private RecordKind readRecord(RecordKind last) throws OperatingFault {
        need(RecordKind.HEAD_BYTES);
        int code = buffer.getByte(readOffset) & 0xff;
        int lengthBytes = buffer.getInt(readOffset + 1, ByteOrder.LITTLE_ENDIAN);
        if (!RecordKind.isKnown(code) || lengthBytes < 0 || lengthBytes > RecordKind.MAX_BYTES) {
            throw new MalformedBytes("a record of kind " + code + " and " + lengthBytes + " bytes");
        }
        RecordKind kind = RecordKind.of(code);
        boolean isFirst = seen[RecordKind.HEAD.code] == 0;
        boolean isBack = kind.code < last.code && !isJobPart(kind, last);
        if (isFirst != (kind == RecordKind.HEAD) || isBack) {
            throw new MalformedBytes("a record of kind " + kind + " after one of kind " + last);
        }
        need(RecordKind.HEAD_BYTES + lengthBytes);
        WireReader values = rows.begin(buffer, readOffset + RecordKind.HEAD_BYTES, lengthBytes);
        seen[code]++;
        take(kind, values);
        values.end();
        readOffset += RecordKind.HEAD_BYTES + lengthBytes;
        return kind;
    }

    /** Jobs and their versions alternate. */
    private static boolean isJobPart(RecordKind kind, RecordKind last) {
        return kind.code >= RecordKind.JOB.code && last.code <= RecordKind.STAGED.code;
    }

    private void take(RecordKind kind, WireReader values) throws MalformedBytes {
        switch (kind) {
            case HEAD -> takeHead(values);
            case CLASS -> refill.putNodeClass(rows.nodeClass());
            case NODE -> takeNode();
            case JOB -> takeJob(values);
            case VERSION -> takeVersion();
            case STAGED -> takeStaged();
            case ALLOCATION -> refill.putAllocation(rows.allocation());
            case EVALUATION -> refill.putEvaluation(rows.evaluation());
            case DEPLOYMENT -> refill.putDeployment(rows.deployment());
            case END -> promised[RecordKind.END.code] = 1;
        }
    }

    private void takeHead(WireReader values) throws MalformedBytes {
        int version = values.i32();
        if (version != RecordKind.FORMAT_VERSION) {
            throw new MalformedBytes("the image has format " + version + ", this program reads format "
                    + RecordKind.FORMAT_VERSION + ": restore it with the program that wrote it");
        }
        index = values.i64();
        logTimeMs = values.i64();
        if (index < 0 || logTimeMs < 0) {
            throw new MalformedBytes("an image at index " + index + " and log time " + logTimeMs);
        }
        promised[RecordKind.HEAD.code] = 1;
        promised[RecordKind.CLASS.code] = values.i32();
        promised[RecordKind.NODE.code] = values.i32();
        promised[RecordKind.JOB.code] = values.i32();
        promised[RecordKind.ALLOCATION.code] = values.i32();
        promised[RecordKind.EVALUATION.code] = values.i32();
        promised[RecordKind.DEPLOYMENT.code] = values.i32();
    }

    private void takeNode() throws MalformedBytes {
        NodeRow row = rows.node(seen[RecordKind.CLASS.code], nodeClass);
        refill.putNode(row, nodeClass[0]);
    }

    private void takeJob(WireReader values) throws MalformedBytes {
        if (openJob != null) {
            throw new MalformedBytes("a job before the versions of " + openJob.key + " have come");
        }
        JobKey key = rows.jobKey();
        int versionCount = values.i32();
        OpenJob job = new OpenJob(key, versionCount, values.flag(), new ArrayList<>());
        promised[RecordKind.VERSION.code] += versionCount;
        promised[RecordKind.STAGED.code] += job.isStaged ? 1 : 0;
        openJob = job;
        closeIfComplete(job, null);
    }

    private void takeVersion() throws MalformedBytes {
        OpenJob job = openJob();
        job.versions.add(rows.version());
        closeIfComplete(job, null);
    }

    private void takeStaged() throws MalformedBytes {
        closeIfComplete(openJob(), rows.staged());
    }

    private void closeIfComplete(OpenJob job, @Nullable StagedSpec staged) {
        if (job.versions.size() == job.versionCount && job.isStaged == (staged != null)) {
            refill.putJob(job.key, job.versions, staged);
            openJob = null;
        }
    }

    private OpenJob openJob() throws MalformedBytes {
        if (openJob == null) {
            throw new MalformedBytes("a version without its job");
        }
        return openJob;
    }

    private void need(int lengthBytes) throws OperatingFault {
        if (!fill(lengthBytes)) {
            throw new MalformedBytes("the image ends within a record");
        }
    }

    /** Reads until {@code lengthBytes} lie at the read offset; false if the source ends before. */
    private boolean fill(int lengthBytes) throws OperatingFault {
        while (endOffset - readOffset < lengthBytes) {
            if (endOffset == buffer.capacity()) {
                makeRoom();
            }
            int takenBytes = source.read(buffer, endOffset, buffer.capacity() - endOffset);
            if (takenBytes == SnapshotSource.END) {
                return false;
            }
            endOffset += takenBytes;
        }
        return true;
    }

    /** Moves what is left to the front; doubles the buffer, which is full of bytes that came, if that gains little. */
    private void makeRoom() {
        int leftBytes = endOffset - readOffset;
        int capacityBytes = leftBytes > buffer.capacity() / 2 ? 2 * buffer.capacity() : buffer.capacity();
        UnsafeBuffer roomy = new UnsafeBuffer(new byte[capacityBytes]);
        roomy.putBytes(0, buffer, readOffset, leftBytes);
        buffer = roomy;
        readOffset = 0;
        endOffset = leftBytes;
    }
}
