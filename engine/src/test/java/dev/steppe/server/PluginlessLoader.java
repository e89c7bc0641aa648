package dev.steppe.server;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;

/** The engine's own classes once more, without the rollout plugin: neither its package nor its service entry. */
final class PluginlessLoader extends URLClassLoader {
    private static final String PLUGIN = "dev.steppe.multiregion.";
    private static final String SERVICE = "META-INF/services/dev.steppe.region.spi.RolloutWatcherProvider";

    PluginlessLoader() throws MalformedURLException {
        super(
                new URL[] {
                    Path.of("target", "classes").toUri().toURL(),
                    Path.of("target", "test-classes").toUri().toURL()
                },
                PluginlessLoader.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (name.startsWith(PLUGIN)) {
            throw new ClassNotFoundException(name + " is not on this class path");
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            if (known != null) {
                return known;
            }
            boolean isEngine = findResource(name.replace('.', '/') + ".class") != null;
            return isEngine ? findClass(name) : super.loadClass(name, resolve);
        }
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        return name.equals(SERVICE) || name.startsWith(PLUGIN.replace('.', '/'))
                ? Collections.emptyEnumeration()
                : super.getResources(name);
    }
}
