package dev.steppe.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without the plugin on the class path the engine is a complete scheduler of one region (DESIGN §9). */
@Tag("portable")
final class PluginOffTest {
    /** Tests of one region, but for the one that asks for a second. */
    private static final List<String> SINGLE_REGION =
            List.of("dev.steppe.server.EmbeddedEngineTest", "dev.steppe.server.EmbeddingTest");

    private static final String OF_TWO_REGIONS = "unknownRegionIsRefusedWithASentence";

    @TempDir
    private Path directory;

    @Test
    void theLoaderHidesThePluginAndNothingElse() throws Exception {
        try (PluginlessLoader loader = new PluginlessLoader()) {
            assertThrows(
                    ClassNotFoundException.class, () -> loader.loadClass("dev.steppe.multiregion.MultiregionWatcher"));
            assertNotSame(RegionServer.class, loader.loadClass(RegionServer.class.getName()));
        }
    }

    @Test
    void refusesAMultiRegionJobWithASentence() throws Exception {
        assertTrue(
                run(Thread.currentThread().getContextClassLoader()).contains("other"), "with the plugin it is asked");
        try (PluginlessLoader loader = new PluginlessLoader()) {
            String sentence = run(loader);
            assertTrue(sentence.startsWith("no rollout watcher is on the class path"), sentence);
        }
    }

    private String run(ClassLoader loader) throws Exception {
        var program = loader.loadClass(PluginlessProgram.class.getName()).getDeclaredConstructor(Path.class);
        program.setAccessible(true);
        Object run = program.newInstance(directory.resolve(Integer.toHexString(System.identityHashCode(loader))));
        return (String) ((Callable<?>) run).call();
    }

    @Test
    void everyTestOfOneRegionPasses() throws Exception {
        List<String> passed = new ArrayList<>();
        try (PluginlessLoader loader = new PluginlessLoader()) {
            for (String name : SINGLE_REGION) {
                Class<?> tests = loader.loadClass(name);
                for (Method method : tests.getDeclaredMethods()) {
                    if (method.isAnnotationPresent(Test.class)
                            && !method.getName().equals(OF_TWO_REGIONS)) {
                        pass(tests, method, Files.createDirectory(directory.resolve("test-" + passed.size())));
                        passed.add(method.getName());
                    }
                }
            }
        }
        assertTrue(
                passed.contains("lostMachineIsReplaced") && passed.contains("placementsSurviveReopening"),
                () -> passed.toString());
    }

    private static void pass(Class<?> tests, Method method, Path ownDirectory) throws Exception {
        var constructor = tests.getDeclaredConstructor();
        constructor.setAccessible(true);
        Object test = constructor.newInstance();
        var field = tests.getDeclaredField("directory");
        field.setAccessible(true);
        field.set(test, ownDirectory);
        method.setAccessible(true);
        try {
            assertEquals(null, method.invoke(test));
        } catch (InvocationTargetException e) {
            throw new AssertionError(method.getName() + " fails without the plugin", e.getCause());
        }
    }
}
