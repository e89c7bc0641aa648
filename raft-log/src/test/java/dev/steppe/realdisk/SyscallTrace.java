package dev.steppe.realdisk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The system calls of one process, as strace wrote them down, one a line; calls that another thread interrupted count
 * where they began. Immutable.
 */
final class SyscallTrace {
    /** The calls that take bytes to the disk. */
    static final List<String> FORCES = List.of("fdatasync", "fsync", "msync");

    private final List<Call> calls;

    /** One call: which thread of the process, the name of the call, and the whole line. */
    record Call(long threadId, String name, String line) {
        private boolean concerns(String path) {
            return line.contains(path) || name.equals("msync");
        }
    }

    private SyscallTrace(List<Call> calls) {
        this.calls = List.copyOf(calls);
    }

    /** A program in front of another, that writes all {@code names} of calls of that one to {@code file}. */
    static List<String> command(Path file, List<String> names, String... injection) {
        // Without --seccomp-bpf, which is faster, but under which strace 6.1 sends no signals.
        List<String> command = new ArrayList<>(List.of("strace", "-f", "-y", "-s", "64"));
        command.addAll(List.of("-o", file.toString(), "-e", "trace=" + String.join(",", names)));
        for (String fault : injection) {
            command.addAll(List.of("-e", "inject=" + fault));
        }
        return command;
    }

    static SyscallTrace read(Path file) throws IOException {
        List<Call> calls = new ArrayList<>();
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            int space = line.indexOf(' ');
            int bracket = line.indexOf('(');
            if (space > 0 && bracket > space && !line.contains(" resumed>")) {
                String name = line.substring(space, bracket).strip();
                calls.add(new Call(Long.parseLong(line.substring(0, space)), name, line));
            }
        }
        return new SyscallTrace(calls);
    }

    /** The thread that forces most: the one that runs the agents. */
    long busiestThread() {
        Map<Long, Integer> counts = new TreeMap<>();
        for (Call call : calls) {
            if (FORCES.contains(call.name)) {
                counts.merge(call.threadId, 1, Integer::sum);
            }
        }
        return counts.entrySet().stream()
                .max(Comparator.comparing(Map.Entry::getValue))
                .orElseThrow()
                .getKey();
    }

    /**
     * Which calls of that name, counted from 1 among those of {@code threadId} as strace counts them, are about a file
     * under {@code path}.
     */
    List<Integer> ordinals(long threadId, String name, Path path) {
        List<Integer> ordinals = new ArrayList<>();
        int ordinal = 0;
        for (Call call : calls) {
            if (call.threadId == threadId && call.name.equals(name)) {
                ordinal++;
                if (call.concerns(path.toString())) {
                    ordinals.add(ordinal);
                }
            }
        }
        return ordinals;
    }

    /** What came behind the call that was made to fail, all threads; empty if none was. */
    List<Call> behindFault() {
        for (int i = 0; i < calls.size(); i++) {
            if (calls.get(i).line.contains("(INJECTED)")) {
                return calls.subList(i + 1, calls.size());
            }
        }
        return List.of();
    }

    /** Whether a call was made to fail. */
    boolean hasFault() {
        return calls.stream().anyMatch(call -> call.line.contains("(INJECTED)"));
    }
}
