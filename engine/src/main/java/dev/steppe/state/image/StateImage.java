package dev.steppe.state.image;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.rollout.StagedSpec;
import dev.steppe.raft.api.SnapshotImage;
import dev.steppe.raft.api.SnapshotSink;
import dev.steppe.state.StateContent;
import dev.steppe.state.StateView;
import java.util.List;

/**
 * One view on its way into a snapshot, row after row. Owned by the snapshot agent; the view is immutable, so nobody
 * waits for anybody. A call writes some 64 KiB: many rows, or one that is longer, or all versions of one job.
 */
public final class StateImage implements SnapshotImage {
    private static final int PIECE_BYTES = 64 << 10;

    private final StateView view;
    private final StateContent content;
    private final RowWriter rows = new RowWriter();
    private RecordKind next = RecordKind.HEAD;
    private int nextOrdinal;
    private boolean isEnded;

    /** Of {@code view}. O(1). */
    public StateImage(StateView view) {
        this.view = view;
        content = view.content();
    }

    @Override
    public boolean writeTo(SnapshotSink sink) throws OperatingFault {
        if (isEnded) {
            throw Invariant.broken("an image was written to its end before: index", view.index());
        }
        rows.clear();
        while (!isEnded && rows.lengthBytes() < PIECE_BYTES) {
            if (nextOrdinal < count(next)) {
                write(next, nextOrdinal++);
            } else {
                nextOrdinal = 0;
                isEnded = next == RecordKind.END;
                next = isEnded ? next : next.next();
            }
        }
        sink.put(rows.buffer(), 0, rows.lengthBytes());
        return isEnded;
    }

    /** Rows of that kind which are written by themselves; versions go with their job. */
    private int count(RecordKind kind) {
        return switch (kind) {
            case HEAD, END -> 1;
            case CLASS -> content.nodeClassCount();
            case NODE -> content.nodeCount();
            case JOB -> content.jobCount();
            case VERSION, STAGED -> 0;
            case ALLOCATION -> content.allocationCount();
            case EVALUATION -> content.evaluationCount();
            case DEPLOYMENT -> content.deploymentCount();
        };
    }

    private void write(RecordKind kind, int ordinal) {
        switch (kind) {
            case HEAD -> rows.head(view.index(), view.logTimeMs(), content);
            case CLASS -> rows.nodeClass(content.nodeClassAt(ordinal));
            case NODE -> rows.node(content.nodeAt(ordinal), content.classOfNode(ordinal));
            case JOB -> writeJob(ordinal);
            case ALLOCATION -> rows.allocation(content.allocationAt(ordinal), content);
            case EVALUATION -> rows.evaluation(content.evaluationAt(ordinal), content);
            case DEPLOYMENT -> rows.deployment(content.deploymentAt(ordinal), content);
            case END -> rows.end();
            case VERSION, STAGED -> throw Invariant.broken("written with its job", kind.name());
        }
    }

    private void writeJob(int ordinal) {
        List<JobVersion> versions = content.jobVersionsAt(ordinal);
        StagedSpec staged = content.stagedAt(ordinal);
        rows.job(content.jobKeyAt(ordinal), versions.size(), staged != null);
        versions.forEach(rows::version);
        if (staged != null) {
            rows.staged(staged);
        }
    }
}
