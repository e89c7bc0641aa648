package dev.steppe.mutants;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The mutants that there are, and the production sources with one of them put in. */
final class MutantSources {
    /** Where the mutants are. */
    static final Path FOLDER = Path.of("src", "mutants");

    private static final Path PRODUCTION = Path.of("src", "main", "java", "dev", "steppe");
    private static final String ENDING = ".mutant";

    private MutantSources() {}

    /** All mutants in {@code folder}, ascending by the names of their files. */
    static List<Mutant> all(Path folder) throws IOException {
        List<Mutant> mutants = new ArrayList<>();
        for (Path file : files(folder)) {
            String name = file.getFileName().toString();
            mutants.add(Mutant.parse(name.substring(0, name.indexOf('-')), Files.readAllLines(file)));
        }
        return mutants;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ENDING))
                    .sorted()
                    .toList();
        }
    }

    /**
     * The sources that {@code mutant} changes, as they are with it: name of the class → text.
     *
     * @throws IllegalArgumentException if a passage does not stand exactly once in its file, or nothing changes
     */
    static Map<String, String> with(Mutant mutant) throws IOException {
        Map<String, String> changed = new TreeMap<>();
        for (Mutant.Change change : mutant.changes()) {
            String className =
                    "dev.steppe." + change.file().replace(".java", "").replace('/', '.');
            String source = changed.get(className);
            if (source == null) {
                source = Files.readString(PRODUCTION.resolve(change.file()), StandardCharsets.UTF_8);
            }
            int place = source.indexOf(change.before());
            boolean isOnce = place >= 0 && source.indexOf(change.before(), place + 1) < 0;
            if (!isOnce || change.before().equals(change.after())) {
                throw new IllegalArgumentException("mutant " + mutant.id() + ": this must stand once in "
                        + change.file() + ", and be changed:\n" + change.before());
            }
            int end = place + change.before().length();
            changed.put(className, source.substring(0, place) + change.after() + source.substring(end));
        }
        return changed;
    }
}
