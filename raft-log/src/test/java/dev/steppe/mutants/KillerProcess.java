package dev.steppe.mutants;

import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * A process of its own for killers: a mistake may end the process, and a loop that it makes can only be ended with it.
 * Takes the folder of the mutants and jobs, {@code killer} for the program as it is and {@code killer@mutant}, one
 * after another, and says before and after each a line on standard output; what tests say goes to standard error.
 */
final class KillerProcess {
    static final String BEGUN = "begun ";
    static final String PASSED = "passed ";
    static final String FAILED = "failed ";
    static final String NOT_RUN = "not-run ";

    private KillerProcess() {}

    public static void main(String[] arguments) throws Exception {
        PrintStream told = System.out;
        System.setOut(System.err);
        Map<String, Mutant> mutants = MutantSources.all(Path.of(arguments[0])).stream()
                .collect(Collectors.toMap(Mutant::id, mutant -> mutant));
        List<String> jobs = List.of(arguments).subList(1, arguments.length);
        List<Mutant> wanted = jobs.stream()
                .map(job -> mutants.get(job.substring(job.indexOf('@') + 1)))
                .filter(Objects::nonNull)
                .toList();
        try (MutantCompiler compiler = new MutantCompiler()) {
            Map<String, Map<String, byte[]>> compiled = compiler.compileAll(wanted);
            for (String job : jobs) {
                told.println(BEGUN + job);
                told.flush();
                int at = job.indexOf('@');
                Map<String, byte[]> replaced = compiled.getOrDefault(job.substring(at + 1), Map.of());
                told.println(run(new MutatedClasses(replaced), at < 0 ? job : job.substring(0, at), job));
                told.flush();
            }
        }
        // A test that failed may have left threads behind.
        System.exit(0);
    }

    private static String run(ClassLoader classes, String killer, String job) throws ClassNotFoundException {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(classes);
        try {
            int dot = killer.lastIndexOf('.');
            Class<?> testClass = classes.loadClass("dev.steppe." + killer.substring(0, dot));
            Outcome outcome = new Outcome();
            LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                    .selectors(DiscoverySelectors.selectMethod(testClass, method(testClass, killer.substring(dot + 1))))
                    .configurationParameter("jqwik.database", "")
                    .build();
            launcher().execute(request, outcome);
            return outcome.line(job);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private static Launcher launcher() {
        return LauncherFactory.create(LauncherConfig.builder()
                .enableTestExecutionListenerAutoRegistration(false)
                .enableLauncherSessionListenerAutoRegistration(false)
                .enableLauncherDiscoveryListenerAutoRegistration(false)
                .build());
    }

    private static Method method(Class<?> testClass, String name) {
        List<Method> found = Arrays.stream(testClass.getDeclaredMethods())
                .filter(method -> method.getName().equals(name) && !method.isSynthetic())
                .toList();
        if (found.size() != 1) {
            throw new IllegalArgumentException("not one method " + name + " in " + testClass.getName());
        }
        return found.get(0);
    }

    /** What the tests of one job came to; its first failure counts. */
    private static final class Outcome implements TestExecutionListener {
        private int succeededCount;
        private int abortedCount;
        private @Nullable Throwable failure;

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (result.getStatus() == Status.FAILED && failure == null) {
                failure = result.getThrowable().orElseGet(() -> new AssertionError("failed without a word"));
            }
            abortedCount += result.getStatus() == Status.ABORTED ? 1 : 0;
            succeededCount += test.isTest() && result.getStatus() == Status.SUCCESSFUL ? 1 : 0;
        }

        String line(String job) {
            if (failure != null) {
                failure.printStackTrace();
                String text = String.valueOf(failure).replaceAll("\\s+", " ");
                return FAILED + job + " " + text.substring(0, Math.min(text.length(), 300));
            }
            return (succeededCount > 0 && abortedCount == 0 ? PASSED : NOT_RUN) + job;
        }
    }
}
