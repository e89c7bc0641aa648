package dev.steppe.sim;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/**
 * Loads a world of its own in which a few production classes are replaced by ones with a known mistake: classes of
 * {@code mutants/<ID>/} in the jar of mutants, then those of the program, all defined anew here, so that
 * package-private parts of both see each other. Everything that is not ours comes from the parent.
 */
public final class MutantLoader extends ClassLoader implements AutoCloseable {
    private static final String OURS = "dev.steppe.";
    private static final String FOLDER = "mutants/";

    static {
        registerAsParallelCapable();
    }

    private final JarFile jar;
    private final String prefix;

    private MutantLoader(JarFile jar, String mutantId, ClassLoader parent) {
        super(parent);
        this.jar = jar;
        prefix = FOLDER + mutantId + "/";
    }

    /**
     * Opens the mutant {@code mutantId} of {@code jarPath}.
     *
     * @throws NoSuchMutant with a sentence, if there is no such jar or no such mutant in it
     */
    public static MutantLoader open(Path jarPath, String mutantId) throws NoSuchMutant, IOException {
        if (!Files.isReadable(jarPath)) {
            throw new NoSuchMutant("there is no jar of mutants at " + jarPath + "; build it, or leave --mutant out");
        }
        JarFile jar = new JarFile(jarPath.toFile());
        TreeSet<String> known = new TreeSet<>();
        jar.stream()
                .map(JarEntry::getName)
                .filter(name -> name.startsWith(FOLDER))
                .forEach(name -> {
                    int end = name.indexOf('/', FOLDER.length());
                    if (end > 0) {
                        known.add(name.substring(FOLDER.length(), end));
                    }
                });
        if (!known.contains(mutantId)) {
            jar.close();
            throw new NoSuchMutant("there is no mutant " + mutantId + " in " + jarPath + ", only " + known);
        }
        ClassLoader parent = MutantLoader.class.getClassLoader();
        return new MutantLoader(jar, mutantId, parent == null ? ClassLoader.getSystemClassLoader() : parent);
    }

    /** {@link Simulation#run} in the world with the mistake; see there. */
    public Map<?, ?> run(
            long firstSeed, long seedCount, long safetyNs, @Nullable PrintWriter lines, Consumer<String> narrator) {
        try {
            Object tree = loadClass(Simulation.class.getName())
                    .getMethod("run", long.class, long.class, long.class, PrintWriter.class, Consumer.class)
                    .invoke(null, firstSeed, seedCount, safetyNs, lines, narrator);
            return (Map<?, ?>) tree;
        } catch (InvocationTargetException thrown) {
            throw new IllegalStateException("the world of the mutant broke: " + thrown.getCause(), thrown);
        } catch (ReflectiveOperationException missing) {
            throw new IllegalStateException("the simulation is not in its own program", missing);
        }
    }

    /** There is no such jar, or no such mutant in it. */
    public static final class NoSuchMutant extends Exception {
        private static final long serialVersionUID = 1L;

        NoSuchMutant(String sentence) {
            super(sentence);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OURS)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            Class<?> found = loaded == null ? findClass(name) : loaded;
            if (resolve) {
                resolveClass(found);
            }
            return found;
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        String path = name.replace('.', '/') + ".class";
        try (InputStream in = bytesOf(path)) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] bytes = in.readAllBytes();
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException fault) {
            throw new ClassNotFoundException(name, fault);
        }
    }

    private @Nullable InputStream bytesOf(String path) throws IOException {
        JarEntry mutated = jar.getJarEntry(prefix + path);
        return mutated == null ? getParent().getResourceAsStream(path) : jar.getInputStream(mutated);
    }

    @Override
    public void close() throws IOException {
        jar.close();
    }
}
