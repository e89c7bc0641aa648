package dev.steppe.mutants;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/**
 * All our classes, tests included, defined anew, a few of them replaced; whatever is not ours comes from the parent.
 */
final class MutatedClasses extends ClassLoader {
    private static final String OURS = "dev.steppe.";

    static {
        registerAsParallelCapable();
    }

    private final Map<String, byte[]> replaced;

    /** Replaces classes by name; none for the program as it is. */
    MutatedClasses(Map<String, byte[]> replaced) {
        super(MutatedClasses.class.getClassLoader());
        this.replaced = Map.copyOf(replaced);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OURS)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? findClass(name) : loaded;
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes = replaced.get(name);
        if (bytes == null) {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                bytes = in.readAllBytes();
            } catch (IOException fault) {
                throw new ClassNotFoundException(name, fault);
            }
        }
        return defineClass(name, bytes, 0, bytes.length);
    }
}
