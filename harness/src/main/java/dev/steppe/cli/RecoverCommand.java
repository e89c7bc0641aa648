package dev.steppe.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.rescue.GroupRescue;
import dev.steppe.raft.rescue.NewGroup;
import dev.steppe.raft.rescue.RescueVerdict;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.file.DirectoryVerdict;
import dev.steppe.raft.storage.file.FileDirectory;
import dev.steppe.raft.storage.file.ReadOnlyDirectory;
import dev.steppe.runtime.clock.SeededEntropy;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code steppe log recover}: begins a new group from the directory, or a copy of the directory, of one member that
 * does not run, when the majority of its group is lost for good. The directory is only read; the new group lies in
 * another.
 */
@Command(
        name = "recover",
        description = {
            "Begins a new group, of one member and under a new id, from what one stopped member has.",
            "For a group whose majority is lost for good, or to restore a backup. What only the others had is lost.",
            "No server of the old group may run any more; none has a part in the new one, but with an empty directory."
        },
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = SteppeMain.USAGE_EXIT_CODE)
final class RecoverCommand implements Callable<Integer> {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--unsafe-new-cluster",
            required = true,
            description = "Says that you know that commands may be lost that were acknowledged.")
    private boolean isUnderstood;

    @Option(names = "--to", required = true, paramLabel = "NEW", description = "An empty or a new directory.")
    private Path target = Path.of("");

    @Option(
            names = "--address",
            required = true,
            paramLabel = "HOST[:PORT]",
            description = "Where others will reach the member.")
    private String address = "";

    @Option(names = "--cluster", description = "The new id, decimal or 0x…; drawn and printed if absent.")
    private @Nullable String cluster;

    @Option(names = "--by", description = "Who asks, for the record; the user of this process if absent.")
    private @Nullable String by;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Parameters(paramLabel = "DIR", description = "The data directory of a stopped member, or a copy of it.")
    private Path source = Path.of("");

    @Override
    public Integer call() throws OperatingFault {
        if (!isUnderstood) {
            throw new ParameterException(spec.commandLine(), "not without --unsafe-new-cluster");
        }
        SeededEntropy entropy = SeededEntropy.fromSystem();
        NewGroup wanted = wanted(cluster == null ? 1 | entropy.nextLong() : idOf(cluster));
        RescueVerdict verdict;
        try (ReadOnlyDirectory old = ReadOnlyDirectory.open(source);
                StorageDirectory fresh = hold()) {
            verdict = GroupRescue.rescue(old, fresh, wanted, entropy);
        }
        if (verdict instanceof RescueVerdict.Rescued rescued) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(json ? document(wanted, rescued) : sentences(wanted, rescued));
            out.flush();
            return 0;
        }
        throw new OperatingFault(((RescueVerdict.Refused) verdict).sentence());
    }

    private StorageDirectory hold() throws OperatingFault {
        if (FileDirectory.hold(target) instanceof DirectoryVerdict.Held held) {
            return held.directory();
        }
        throw new OperatingFault("a server runs on " + target + ": name an empty directory");
    }

    private NewGroup wanted(long clusterId) {
        int colon = address.lastIndexOf(':');
        try {
            int port = colon < 0 ? 0 : Integer.parseInt(address.substring(colon + 1));
            String host = colon < 0 ? address : address.substring(0, colon);
            String name = by == null ? System.getProperty("user.name") : by;
            return new NewGroup(clusterId, host, port, name, Clock.systemUTC().millis());
        } catch (IllegalArgumentException refusal) {
            throw new ParameterException(spec.commandLine(), "cannot be: " + refusal.getMessage(), refusal);
        }
    }

    private long idOf(String text) {
        try {
            return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseLong(text);
        } catch (NumberFormatException refusal) {
            throw new ParameterException(spec.commandLine(), "no cluster id: " + text, refusal);
        }
    }

    private String sentences(NewGroup wanted, RescueVerdict.Rescued rescued) {
        String tail = rescued.isTailLeft() ? "Bytes behind it that nothing explains were left behind.\n" : "";
        return "Cluster 0x" + Long.toHexString(wanted.clusterId()) + " begins in " + target + " with member "
                + rescued.memberId() + " alone and all entries up to " + rescued.lastIndex() + " (term "
                + rescued.lastTerm() + ") of cluster 0x" + Long.toHexString(rescued.oldClusterId()) + ".\n" + tail
                + "Start it with the new id and itself as the only member; let others join with empty directories.";
    }

    private static String document(NewGroup wanted, RescueVerdict.Rescued rescued) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("schema", "steppe/log-recover/v1");
        root.put("clusterId", "0x" + Long.toHexString(wanted.clusterId()));
        root.put("oldClusterId", "0x" + Long.toHexString(rescued.oldClusterId()));
        root.put("memberId", rescued.memberId());
        root.put("snapshotIndex", rescued.snapshotIndex());
        root.put("lastIndex", rescued.lastIndex());
        root.put("lastTerm", rescued.lastTerm());
        root.put("tornTail", rescued.isTailLeft());
        try {
            return MAPPER.writeValueAsString(root);
        } catch (JsonProcessingException fault) {
            throw new IllegalStateException("a tree of plain values cannot be written", fault);
        }
    }
}
