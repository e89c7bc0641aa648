package dev.steppe.mutants;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code FAULTS.md} names every fault and every mistake, and nothing that is not there. */
final class FaultMapTest {
    private static final Path MAP = Path.of("FAULTS.md");
    private static final Path ALL_MODULES = Path.of("..");
    private static final int MISTAKE_COUNT = 40;
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)(\\$\\w+)?\\.(\\w+)`");
    private static final Path MARKS =
            Path.of("..", "harness", "src", "main", "java", "dev", "steppe", "fault", "Mark.java");
    private static final Pattern MARK = Pattern.compile("`([A-Z]{3}[A-Z_]*)`");
    private static final Pattern FAULT = Pattern.compile("\\| ([SNPU]\\d+) \\|[^|]+\\|([^|]+)\\|");

    private static List<String> lines() throws IOException {
        return Files.readAllLines(MAP);
    }

    private static void addFaults(Set<String> ids, String letter, int count) {
        IntStream.rangeClosed(1, count).forEach(number -> ids.add(letter + number));
    }

    @Test
    void namesEveryFaultAndEitherATestOrWhatIsMissing() throws IOException {
        Set<String> wanted = new TreeSet<>();
        addFaults(wanted, "S", 19);
        addFaults(wanted, "N", 10);
        addFaults(wanted, "P", 8);
        addFaults(wanted, "U", 9);
        Set<String> named = new TreeSet<>();
        for (String line : lines()) {
            Matcher row = FAULT.matcher(line);
            boolean isAnswered = row.matches()
                    && (TEST.matcher(row.group(2)).find() || row.group(2).contains("not shown: "));
            if (isAnswered) {
                named.add(row.group(1));
            }
        }
        assertEquals(wanted, named);
    }

    @Test
    void namesTestsThatAreThere() throws IOException {
        Map<String, String> sources = testSources();
        List<String> missing = new ArrayList<>();
        for (String line : lines()) {
            Matcher test = TEST.matcher(line);
            while (test.find()) {
                String source = sources.getOrDefault(test.group(1), "");
                boolean isThere = Pattern.compile("(void|Stream<\\w+>)\\s+" + test.group(3) + "\\(")
                        .matcher(source)
                        .find();
                if (!isThere) {
                    missing.add(test.group());
                }
            }
        }
        assertEquals(List.of(), missing);
    }

    @Test
    void namesMarksThatTheWorldHas() throws IOException {
        String marks = Files.readString(MARKS);
        List<String> missing = new ArrayList<>();
        for (String line : lines()) {
            Matcher mark = MARK.matcher(line);
            while (mark.find()) {
                if (!Pattern.compile("\\b" + mark.group(1) + "[,;]")
                        .matcher(marks)
                        .find()) {
                    missing.add(mark.group());
                }
            }
        }
        assertEquals(List.of(), missing);
    }

    @Test
    void namesEveryMutantWithWhatItIsAndWhoKillsIt() throws IOException {
        List<String> wanted = MutantSources.all(MutantSources.FOLDER).stream()
                .map(FaultMapTest::row)
                .toList();
        List<String> named = lines().stream()
                .filter(line -> line.matches("\\| [MX]\\d\\d[a-z] \\|.*"))
                .toList();
        assertEquals(String.join("\n", wanted), String.join("\n", named));
    }

    @Test
    void hasAMutantOfEachMistake() throws IOException {
        Set<Integer> mistakes = MutantSources.all(MutantSources.FOLDER).stream()
                .map(Mutant::mistakeNumber)
                .filter(number -> number > 0)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(
                IntStream.rangeClosed(1, MISTAKE_COUNT).boxed().collect(Collectors.toCollection(TreeSet::new)),
                mistakes);
    }

    private static String row(Mutant mutant) {
        String killer = mutant.killer();
        String method = killer.substring(killer.lastIndexOf('.'));
        String name = killer.substring(0, killer.length() - method.length());
        return "| " + mutant.id() + " | " + mutant.what() + " | `" + name.substring(name.lastIndexOf('.') + 1) + method
                + "` |";
    }

    /**
     * Texts of all test classes of all modules by their simple names; those of one name in several modules together.
     */
    private static Map<String, String> testSources() throws IOException {
        Map<String, String> sources = new HashMap<>();
        try (Stream<Path> modules = Files.list(ALL_MODULES)) {
            for (Path module : modules.sorted().toList()) {
                Path tests = module.resolve("src").resolve("test").resolve("java");
                if (Files.isDirectory(tests)) {
                    addTests(tests, sources);
                }
            }
        }
        return sources;
    }

    private static void addTests(Path folder, Map<String, String> sources) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file :
                    files.filter(one -> one.toString().endsWith("Test.java")).toList()) {
                String name = file.getFileName().toString().replace(".java", "");
                sources.merge(name, Files.readString(file), String::concat);
            }
        }
    }
}
