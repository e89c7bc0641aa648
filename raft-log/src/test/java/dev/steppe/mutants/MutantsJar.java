package dev.steppe.mutants;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/**
 * Writes the classes of all mutants into one jar, {@code mutants/<id>/<path of the class>}, which {@code steppe sim
 * --mutant} reads. Part of the build: {@code MutantsJar <file>}, in the folder of the module.
 */
final class MutantsJar {
    /** The same for every entry, so that the same sources make the same jar. */
    private static final FileTime TIME = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));

    private MutantsJar() {}

    public static void main(String[] arguments) throws IOException {
        try (MutantCompiler compiler = new MutantCompiler();
                JarOutputStream jar = new JarOutputStream(Files.newOutputStream(Path.of(arguments[0])))) {
            Map<String, Map<String, byte[]>> mutants = compiler.compileAll(MutantSources.all(MutantSources.FOLDER));
            for (Map.Entry<String, Map<String, byte[]>> mutant : mutants.entrySet()) {
                for (Map.Entry<String, byte[]> changed : mutant.getValue().entrySet()) {
                    String path = changed.getKey().replace('.', '/') + ".class";
                    JarEntry entry = new JarEntry("mutants/" + mutant.getKey() + "/" + path);
                    entry.setLastModifiedTime(TIME);
                    jar.putNextEntry(entry);
                    jar.write(changed.getValue());
                    jar.closeEntry();
                }
            }
        }
    }
}
