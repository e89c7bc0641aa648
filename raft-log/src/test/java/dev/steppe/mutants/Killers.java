package dev.steppe.mutants;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs killers in processes of their own, a new one after each that died or did not come to its end. */
final class Killers {
    /** Many times what the slowest killer takes; after that it is ended. */
    private static final long LIMIT_MS = TimeUnit.SECONDS.toMillis(90);

    private static final String HANGS = "does not come to its end";

    private static final Path FOLDER = Path.of("target", "mutants");

    private final Path mutantFolder;
    private final Map<String, String> words = new LinkedHashMap<>();

    private Killers(Path mutantFolder) {
        this.mutantFolder = mutantFolder;
    }

    /**
     * What is wrong with {@code mutants}, which lie in {@code mutantFolder}, and their killers, a sentence each: a
     * mutant that survives, a killer that fails without any mistake. Nothing if all is well.
     */
    static List<String> complaints(Path mutantFolder, List<Mutant> mutants) throws IOException, InterruptedException {
        List<Mutant> ordered =
                mutants.stream().sorted(Comparator.comparing(Mutant::killer)).toList();
        LinkedHashSet<String> jobs = new LinkedHashSet<>();
        for (Mutant mutant : ordered) {
            jobs.add(mutant.killer());
            jobs.add(jobOf(mutant));
        }
        Killers killers = new Killers(mutantFolder);
        List<String> left = new ArrayList<>(jobs);
        while (!left.isEmpty()) {
            killers.runIn(left);
            left.removeAll(killers.words.keySet());
        }
        return ordered.stream()
                .flatMap(mutant -> killers.complaintsOf(mutant).stream())
                .distinct()
                .toList();
    }

    private static String jobOf(Mutant mutant) {
        return mutant.killer() + "@" + mutant.id();
    }

    private List<String> complaintsOf(Mutant mutant) {
        String plain = String.valueOf(words.get(mutant.killer()));
        if (plain.startsWith(KillerProcess.NOT_RUN)) {
            System.out.println("mutant " + mutant.id() + " is not tried: this machine cannot run " + mutant.killer());
            return List.of();
        }
        if (!plain.startsWith(KillerProcess.PASSED)) {
            return List.of("without any mutant: " + plain);
        }
        String word = String.valueOf(words.get(jobOf(mutant)));
        boolean isKilled = word.startsWith(KillerProcess.FAILED) || (mutant.mayHang() && word.equals(HANGS));
        return isKilled ? List.of() : List.of(mutant.id() + " survives (" + mutant.what() + "): " + word);
    }

    private void runIn(List<String> jobs) throws IOException, InterruptedException {
        Files.createDirectories(FOLDER);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--") || flag.equals("-XX:+IgnoreUnrecognizedVMOptions"))
                .forEach(command::add);
        command.addAll(List.of("-Xmx1500m", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(KillerProcess.class.getName(), mutantFolder.toString()));
        command.addAll(jobs);
        Process process = new ProcessBuilder(command)
                .redirectError(
                        ProcessBuilder.Redirect.appendTo(FOLDER.resolve("said").toFile()))
                .start();
        BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
        try {
            listen(reader);
        } finally {
            // Before the reader is closed, which waits for a thread that may still be reading.
            process.destroyForcibly().waitFor();
            reader.close();
        }
    }

    private void listen(BufferedReader reader) throws InterruptedException {
        String begun = "";
        while (true) {
            String line = read(reader);
            if (line.startsWith(KillerProcess.BEGUN)) {
                begun = line.substring(KillerProcess.BEGUN.length());
            } else if (begun.isEmpty()) {
                if (!line.isEmpty()) {
                    throw new IllegalStateException("the process for killers says: " + line);
                }
                return;
            } else {
                words.put(begun, line.isEmpty() ? KillerProcess.FAILED + "with its process" : line);
                if (line.isEmpty() || line.equals(HANGS)) {
                    return;
                }
                begun = "";
            }
        }
    }

    /** The next line; empty at the end. */
    private static String read(BufferedReader reader) throws InterruptedException {
        CompletableFuture<String> line = CompletableFuture.supplyAsync(() -> {
            try {
                String next = reader.readLine();
                return next == null ? "" : next;
            } catch (IOException gone) {
                throw new UncheckedIOException(gone);
            }
        });
        try {
            return line.get(LIMIT_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            return HANGS;
        } catch (ExecutionException broken) {
            throw new IllegalStateException("the process for killers cannot be heard", broken);
        }
    }
}
