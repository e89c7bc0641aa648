package dev.steppe.server.duty;

import dev.steppe.command.Command;
import dev.steppe.command.CommandCodec;
import dev.steppe.command.MalformedBytes;
import dev.steppe.model.job.JobProblem;
import dev.steppe.model.job.JobRules;
import dev.steppe.model.node.NodeRules;
import java.util.List;
import org.agrona.ExpandableArrayBuffer;

/**
 * Whether an outsider's command may come near the log. What apply refuses is an outcome, but what apply could not even
 * read would stop every replica; so a command is read back here from the bytes that would be written. Owned by the
 * duties agent.
 */
public final class AskRules {
    /** Most rows of one report, and most nodes named in one ask. */
    static final int ROWS_MAX = 10_000;
    /** Longest identifier of an ask, in characters. */
    private static final int NAME_MAX_CHARS = 128;

    private final CommandCodec codec = new CommandCodec();
    private final ExpandableArrayBuffer scratch = new ExpandableArrayBuffer(4_096);
    private final int maxEntryBytes;

    /** {@code maxEntryBytes}: longest command of the log. */
    public AskRules(int maxEntryBytes) {
        this.maxEntryBytes = maxEntryBytes;
    }

    /** Why {@code command} is not proposed, one sentence; empty if it is. */
    String refusal(Command command) {
        String refusal = breach(command);
        if (!refusal.isEmpty()) {
            return refusal;
        }
        int lengthBytes = codec.encode(command, scratch, 0);
        if (lengthBytes > maxEntryBytes) {
            return "the command would take " + lengthBytes + " bytes of the log; one may have at most " + maxEntryBytes
                    + ": ask in parts";
        }
        try {
            codec.decode(scratch, 0, lengthBytes);
            return "";
        } catch (MalformedBytes e) {
            return "the command has no binary form: " + e.getMessage();
        }
    }

    private static String breach(Command command) {
        if (command instanceof Command.RegisterNodes register) {
            return NodeRules.refusal(register.nodes());
        } else if (command instanceof Command.SubmitJob submit) {
            return first(JobRules.check(submit.job()));
        } else if (command instanceof Command.StopJob stop) {
            String breach = name("namespace", stop.job().namespace());
            return breach.isEmpty() ? name("job id", stop.job().id()) : breach;
        } else if (command instanceof Command.ReportAllocations report) {
            String breach = name("node id", report.nodeId());
            return breach.isEmpty() ? rows("allocations", report.reports().size()) : breach;
        } else if (command instanceof Command.SetNodeStatus status) {
            return nodes(status.nodeIds());
        }
        return "";
    }

    /** Why these nodes cannot be named in one ask; empty if they can. */
    static String nodes(List<String> nodeIds) {
        String breach = rows("nodes", nodeIds.size());
        for (int i = 0; i < nodeIds.size() && breach.isEmpty(); i++) {
            breach = name("node id", nodeIds.get(i));
        }
        return breach;
    }

    private static String rows(String what, int rowCount) {
        return rowCount > ROWS_MAX ? rowCount + " " + what + " in one ask; name at most " + ROWS_MAX : "";
    }

    private static String name(String what, String name) {
        return name.length() > NAME_MAX_CHARS
                ? "a " + what + " has " + name.length() + " characters; it may have at most " + NAME_MAX_CHARS
                : "";
    }

    /** As apply says it. */
    private static String first(List<JobProblem> problems) {
        if (problems.isEmpty()) {
            return "";
        }
        String more = problems.size() == 1 ? "" : " (and " + (problems.size() - 1) + " more)";
        return problems.get(0).sentence() + more;
    }
}
