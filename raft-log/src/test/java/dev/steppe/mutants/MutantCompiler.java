package dev.steppe.mutants;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Compiles the few sources that a mutant changes against all other production classes, into memory. A constant of a
 * changed source that others have copied stays in them as it was.
 */
final class MutantCompiler implements AutoCloseable {
    private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    private final StandardJavaFileManager files =
            compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8);

    /**
     * The classes that differ with each of {@code mutants}: id → name → bytes. Mutants that change different sources
     * are compiled in one go.
     *
     * @throws IllegalArgumentException if one does not apply, or does not compile
     */
    Map<String, Map<String, byte[]>> compileAll(List<Mutant> mutants) throws IOException {
        Map<String, Map<String, byte[]>> compiled = new TreeMap<>();
        List<Mutant> left = new ArrayList<>(mutants);
        while (!left.isEmpty()) {
            Map<String, String> owners = new TreeMap<>();
            Map<String, String> sources = new TreeMap<>();
            for (Mutant mutant : List.copyOf(left)) {
                Map<String, String> changed = MutantSources.with(mutant);
                if (Collections.disjoint(sources.keySet(), changed.keySet())) {
                    sources.putAll(changed);
                    changed.keySet().forEach(name -> owners.put(name, mutant.id()));
                    compiled.put(mutant.id(), new TreeMap<>());
                    left.remove(mutant);
                }
            }
            compile(sources, owners.values()).forEach((name, bytes) -> {
                int nested = name.indexOf('$');
                String owner = owners.get(nested < 0 ? name : name.substring(0, nested));
                compiled.get(owner).put(name, bytes);
            });
        }
        return compiled;
    }

    private Map<String, byte[]> compile(Map<String, String> sources, Collection<String> ids) {
        List<Source> units = sources.entrySet().stream()
                .map(entry -> new Source(entry.getKey(), entry.getValue()))
                .toList();
        Map<String, ByteArrayOutputStream> written = new TreeMap<>();
        StringWriter complaints = new StringWriter();
        List<String> options = List.of(
                "--release", "17", "-proc:none", "-nowarn", "-classpath", System.getProperty("java.class.path"));
        boolean isCompiled = compiler.getTask(complaints, new InMemory(files, written), null, options, null, units)
                .call();
        if (!isCompiled) {
            throw new IllegalArgumentException("one of the mutants " + ids + " does not compile:\n" + complaints);
        }
        Map<String, byte[]> classes = new TreeMap<>();
        written.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
        return classes;
    }

    @Override
    public void close() throws IOException {
        files.close();
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String className, String text) {
            super(URI.create("string:///" + className.replace('.', '/') + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<String, ByteArrayOutputStream> written;

        InMemory(JavaFileManager files, Map<String, ByteArrayOutputStream> written) {
            super(files);
            this.written = written;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            written.put(className, bytes);
            return new SimpleJavaFileObject(URI.create("memory:///" + className), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return bytes;
                }
            };
        }
    }
}
