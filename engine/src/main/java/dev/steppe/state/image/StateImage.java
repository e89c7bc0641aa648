package dev.steppe.state.image;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.rollout.StagedSpec;
import dev.steppe.raft.api.machine.SnapshotImage;
import dev.steppe.raft.api.machine.SnapshotSink;
import dev.steppe.state.StateContent;
import dev.steppe.state.StateView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One view on its way into a snapshot, row after row. Owned by the snapshot agent; the view is immutable, so nobody
 * waits for anybody. A call writes some 64 KiB: many rows, or one that is longer, or all versions of one job.
 */
public final class StateImage implements SnapshotImage {
    private static final int PIECE_BYTES = 64 << 10;

    private final StateView view;
    private final StateContent content;
    private @Nullable RowWriter rows;
    private RecordKind next = RecordKind.HEAD;
    private int nextOrdinal;
    private boolean isEnded;

    /** Of {@code view}. O(1), and small: what writing takes is made at the first piece, by the thread that writes. */
    public StateImage(StateView view) {
        this.view = view;
        content = view.content();
    }

    @Override
    public boolean writeTo(SnapshotSink sink) throws OperatingFault {
        if (isEnded) {
            throw Invariant.broken("an image was written to its end before: index", view.index());
        }
        RowWriter piece = rows == null ? new RowWriter() : rows;
        rows = piece;
        piece.clear();
        while (!isEnded && piece.lengthBytes() < PIECE_BYTES) {
            if (nextOrdinal < count(next)) {
                write(piece, next, nextOrdinal++);
            } else {
                nextOrdinal = 0;
                isEnded = next == RecordKind.END;
                next = isEnded ? next : next.next();
            }
        }
        sink.put(piece.buffer(), 0, piece.lengthBytes());
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

    private void write(RowWriter piece, RecordKind kind, int ordinal) {
        switch (kind) {
            case HEAD -> piece.head(view.index(), view.logTimeMs(), content);
            case CLASS -> piece.nodeClass(content.nodeClassAt(ordinal));
            case NODE -> piece.node(content.nodeAt(ordinal), content.classOfNode(ordinal));
            case JOB -> writeJob(piece, ordinal);
            case ALLOCATION -> piece.allocation(content.allocationAt(ordinal), content);
            case EVALUATION -> piece.evaluation(content.evaluationAt(ordinal), content);
            case DEPLOYMENT -> piece.deployment(content.deploymentAt(ordinal), content);
            case END -> piece.end();
            case VERSION, STAGED -> throw Invariant.broken("written with its job", kind.name());
        }
    }

    private void writeJob(RowWriter piece, int ordinal) {
        List<JobVersion> versions = content.jobVersionsAt(ordinal);
        StagedSpec staged = content.stagedAt(ordinal);
        piece.job(content.jobKeyAt(ordinal), versions.size(), staged != null);
        versions.forEach(piece::version);
        if (staged != null) {
            piece.staged(staged);
        }
    }
}
