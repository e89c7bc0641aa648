package dev.steppe.mutants;

import java.util.ArrayList;
import java.util.List;

/**
 * One known mistake, as its file in {@code src/mutants} says it:
 *
 * <pre>
 *   what: votes of an earlier round are counted
 *   killed by: raft.core.ElectionRulesTest.countsNoVoteOfAnotherRoundOrLifeOrOfAStranger
 *
 *   file: raft/core/Election.java
 *   -        boolean ofThisRound = isMine(reply) &amp;&amp; reply.ballotId() == ballotId;
 *   +        boolean ofThisRound = isMine(reply);
 * </pre>
 *
 * Whole lines: {@code -} goes, {@code +} comes, a blank in the first column stays; a passage ends at an empty line and
 * must stand exactly once in its file. Names of files and tests are said from {@code dev.steppe} on.
 *
 * @param id first part of the name of its file: the mistake's number in the list, and a letter
 * @param what the mistake, in one sentence
 * @param killer the test that fails with it, {@code Class.method}
 * @param mayHang whether a killer that does not come to its end has failed; the mistake is then one that ends progress
 * @param changes of production sources, at least one
 */
record Mutant(String id, String what, String killer, boolean mayHang, List<Change> changes) {
    private static final String WHAT = "what: ";
    private static final String KILLER = "killed by: ";
    private static final String HANG = "hanging is failing: yes";
    private static final String FILE = "file: ";

    Mutant {
        changes = List.copyOf(changes);
        if (what.isEmpty() || killer.isEmpty() || changes.isEmpty()) {
            throw new IllegalArgumentException(
                    "mutant " + id + " must say what it is, who kills it, and change something");
        }
    }

    /**
     * One passage of one source.
     *
     * @param file from {@code dev/steppe} on
     * @param before whole lines, each with its line end
     * @param after whole lines that stand in their place
     */
    record Change(String file, String before, String after) {}

    /** Class of the killer, as the JVM calls it. */
    String killerClass() {
        return "dev.steppe." + killer.substring(0, killer.lastIndexOf('.'));
    }

    /** Method of the killer. */
    String killerMethod() {
        return killer.substring(killer.lastIndexOf('.') + 1);
    }

    /** Number of the mistake in the list of forty; 0 for one that the list names as spare. */
    int mistakeNumber() {
        return id.startsWith("M") ? Integer.parseInt(id.substring(1, 3)) : 0;
    }

    /** Reads the mutant {@code id} from the lines of its file. */
    static Mutant parse(String id, List<String> lines) {
        String what = "";
        String killer = "";
        boolean mayHang = false;
        String file = "";
        List<Change> changes = new ArrayList<>();
        StringBuilder before = new StringBuilder();
        StringBuilder after = new StringBuilder();
        List<String> closed = new ArrayList<>(lines);
        closed.add("");
        for (String line : closed) {
            if (line.startsWith(WHAT)) {
                what = line.substring(WHAT.length());
            } else if (line.startsWith(KILLER)) {
                killer = line.substring(KILLER.length());
            } else if (line.equals(HANG)) {
                mayHang = true;
            } else if (line.startsWith(FILE)) {
                file = line.substring(FILE.length());
            } else if (line.isEmpty()) {
                if (before.length() > 0) {
                    changes.add(new Change(file, before.toString(), after.toString()));
                }
                before.setLength(0);
                after.setLength(0);
            } else {
                take(id, line, before, after);
            }
        }
        return new Mutant(id, what, killer, mayHang, changes);
    }

    private static void take(String id, String line, StringBuilder before, StringBuilder after) {
        String text = line.substring(1) + "\n";
        switch (line.charAt(0)) {
            case '-' -> before.append(text);
            case '+' -> after.append(text);
            case ' ' -> {
                before.append(text);
                after.append(text);
            }
            default -> throw new IllegalArgumentException("mutant " + id + " has a line of no kind: " + line);
        }
    }
}
