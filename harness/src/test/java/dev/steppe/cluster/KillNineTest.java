package dev.steppe.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three servers in processes of their own under load; ten times one of them is killed with SIGKILL at a random moment
 * and started again. Everything that any of them acknowledged over its pipe is there at the end, and all three states
 * hash alike.
 */
final class KillNineTest {
    private static final int KILLS = 10;
    private static final long PATIENCE_S = 120;

    private final Set<String> acknowledged = new ConcurrentSkipListSet<>();
    private final List<Child> children = new ArrayList<>();

    @TempDir
    private Path directory;

    @Test
    void losesNoAcknowledgedCommandOverTenKills() throws Exception {
        long seed = Long.getLong("steppe.seed", System.nanoTime());
        System.out.println("KillNineTest seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        List<Integer> ports = LoopbackPorts.draw(3);
        try {
            for (int member = 1; member <= 3; member++) {
                children.add(new Child(member, ports));
            }
            for (int kill = 0; kill < KILLS; kill++) {
                int before = acknowledged.size();
                await(() -> acknowledged.size() > before + 20, "new acknowledgements before kill " + kill);
                LockSupport.parkNanos(random.nextLong(1, 200_000_000)); // The random moment; nothing waits for it.
                int victim = random.nextInt(3);
                children.get(victim).kill();
                children.set(victim, new Child(victim + 1, ports));
            }
            int before = acknowledged.size();
            await(() -> acknowledged.size() > before + 20, "acknowledgements after the last kill");
            settle();
            verify();
        } finally {
            children.forEach(Child::destroy);
        }
    }

    /** The load has ended and all three have applied the same. */
    private void settle() throws Exception {
        for (Child child : children) {
            child.ask("stop");
        }
        await(
                () -> {
                    Set<String> states = new TreeSet<>();
                    for (Child child : children) {
                        String[] status = child.ask("status").split(" ", -1);
                        states.add(status[2] + " " + status[3]);
                        states.add(status[3] + " " + status[2]);
                    }
                    return states.size() == 1;
                },
                "all servers to apply the same last entry");
    }

    private void verify() throws Exception {
        Set<String> hashes = new TreeSet<>();
        for (Child child : children) {
            hashes.add(child.ask("status").split(" ", -1)[4]);
        }
        assertEquals(1, hashes.size(), "state hashes differ: " + hashes);
        for (String name : acknowledged) {
            for (Child child : children) {
                assertEquals("has " + name + " true", child.ask("has " + name));
            }
        }
        assertTrue(acknowledged.size() > KILLS * 20, "acknowledged " + acknowledged.size());
        System.out.println(
                "KillNineTest: " + acknowledged.size() + " acknowledged commands, " + KILLS + " kills, none lost");
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private void await(Condition condition, String what) throws Exception {
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!condition.holds()) {
            for (Child child : children) {
                assertTrue(
                        child.process.isAlive(), "server " + child.member + " ended by itself; it said: " + child.tail);
            }
            assertTrue(System.nanoTime() < untilNs, "waited in vain for " + what);
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** A server in a process of its own. */
    private final class Child {
        private final int member;
        private final Process process;
        private final Writer in;
        private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        private final List<String> tail = new ArrayList<>();

        private Child(int member, List<Integer> ports) throws IOException {
            this.member = member;
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
                if (!flag.startsWith("-javaagent") && !flag.startsWith("-agentlib")) {
                    command.add(flag);
                }
            }
            command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"));
            command.add(System.getProperty("java.class.path"));
            command.add(ServerProcess.class.getName());
            command.add(directory.resolve("server-" + member).toString());
            command.add(Integer.toString(member));
            ports.forEach(port -> command.add(Integer.toString(port)));
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
            in = process.outputWriter(StandardCharsets.UTF_8);
            Thread reader = new Thread(this::read, "server-" + member);
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    hear(line);
                }
            } catch (IOException e) {
                answers.add("pipe broken: " + e);
            }
        }

        private void hear(String line) {
            if (line.startsWith("ack ")) {
                acknowledged.add(line.substring(4));
            } else if (line.startsWith("status ") || line.startsWith("has ") || line.equals("stopped")) {
                answers.add(line);
            } else {
                tail.add(line);
            }
        }

        private String ask(String word) throws Exception {
            in.write(word + "\n");
            in.flush();
            String answer = answers.poll(PATIENCE_S, TimeUnit.SECONDS);
            return answer == null ? "no answer from server " + member + " to " + word + "; it said: " + tail : answer;
        }

        /** SIGKILL. What it had printed before is in the pipe and is read to its end. */
        private void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }

        private void destroy() {
            process.destroyForcibly();
        }
    }
}
