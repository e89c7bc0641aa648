package dev.steppe.realdisk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.realdisk.server.LoggedServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One {@link LoggedServer} in a process of its own; what it acknowledges goes into a ledger. */
public final class ServerChild implements AutoCloseable {
    private static final int ARGUMENTS_ALONE = 4;

    private final Process process;
    private final Writer in;
    private final Thread reader;
    private final AckLedger ledger;
    private final Path errorFolder;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final NavigableMap<Long, Long> window = new ConcurrentSkipListMap<>();
    private final List<String> tail = new ArrayList<>();
    private final AtomicInteger ackCount = new AtomicInteger();
    private final AtomicInteger fullCount = new AtomicInteger();
    private final AtomicInteger roomCount = new AtomicInteger();
    private final AtomicInteger readCount = new AtomicInteger();

    /** With nobody else to count on, a command is acknowledged only when the own disk has it. */
    private final boolean isAlone;

    private volatile boolean isHeld;
    private volatile long forcedIndex;
    private volatile String earlyAck = "";

    private ServerChild(List<String> command, Path errorFolder, AckLedger ledger, boolean isAlone) throws IOException {
        this.isAlone = isAlone;
        this.ledger = ledger;
        this.errorFolder = errorFolder;
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        in = process.outputWriter(StandardCharsets.UTF_8);
        reader = new Thread(this::read, "child-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts one.
     *
     * @param wrapper program in front of it, such as strace; may be empty
     * @param errorFolder where a crash of the virtual machine would leave its file
     * @param arguments of {@link LoggedServer}
     */
    public static ServerChild start(List<String> wrapper, Path errorFolder, AckLedger ledger, Object... arguments)
            throws IOException {
        return start(new Program(wrapper, List.of(), LoggedServer.class), errorFolder, ledger, arguments);
    }

    /**
     * What is started.
     *
     * @param flags of its virtual machine, behind all others, so that they win
     */
    public record Program(List<String> wrapper, List<String> flags, Class<?> main) {}

    /** As {@link #start(List, Path, AckLedger, Object...)}, another way. */
    public static ServerChild start(Program program, Path errorFolder, AckLedger ledger, Object... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(program.wrapper());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!flag.startsWith("-javaagent") && !flag.startsWith("-agentlib")) {
                command.add(flag);
            }
        }
        command.addAll(List.of("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+PerfDisableSharedMem"));
        command.add("-XX:ErrorFile=" + errorFolder.resolve("hs_err_%p.log"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(program.flags());
        command.add(program.main().getName());
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return new ServerChild(command, errorFolder, ledger, arguments.length == ARGUMENTS_ALONE);
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
        String[] words = line.split(" ", -1);
        switch (words[0]) {
            case "forced" -> forcedIndex = Math.max(forcedIndex, Long.parseLong(words[1]));
            case "ack" -> {
                if (isAlone && Long.parseLong(words[1]) > forcedIndex) {
                    earlyAck = line + " although forced is " + forcedIndex;
                }
                ledger.note(Long.parseLong(words[1]), Long.parseLong(words[2]));
                if (ackCount.incrementAndGet() % LoggedServer.HEARD_STEP == 0 && !isHeld) {
                    tell("heard");
                }
            }
            case "full" -> fullCount.incrementAndGet();
            case "room" -> roomCount.incrementAndGet();
            case "read" -> readCount.incrementAndGet();
            case "status" -> answers.add(line);
            case "entry" -> window.put(Long.parseLong(words[1]), Long.parseLong(words[2]));
            default -> {
                synchronized (tail) {
                    tail.add(line);
                }
            }
        }
    }

    /** What it said beside acknowledgements: its last words, if it halted. */
    public String words() {
        synchronized (tail) {
            return String.join("\n", tail);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public int fullCount() {
        return fullCount.get();
    }

    public int roomCount() {
        return roomCount.get();
    }

    public int readCount() {
        return readCount.get();
    }

    public int ackCount() {
        return ackCount.get();
    }

    /** Waits for {@code count} more acknowledgements. */
    public void awaitAcks(int count) {
        int target = ackCount.get() + count;
        SystemTools.await(
                () -> ackCount.get() >= target || !process.isAlive(), count + " acknowledgements; it said: " + words());
        assertTrue(ackCount.get() >= target, () -> "it ended by itself; it said: " + words());
    }

    /** Waits for {@code count} acknowledgements; false if it ended before that. */
    public boolean isServing(int count) {
        SystemTools.await(() -> ackCount.get() >= count || !process.isAlive(), "a server to serve or to end");
        return ackCount.get() >= count;
    }

    /** Words 1 and on: role, term, last, forced and applied index, hash. */
    public String[] status() throws InterruptedException {
        return ask("status");
    }

    /** As {@link #status}, where nothing can be thrown. */
    public String[] statusUnchecked() {
        try {
            return status();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends its load; what is under way goes on. */
    public void pause() throws InterruptedException {
        ask("pause");
    }

    /** From now on it acknowledges no more than {@link LoggedServer#UNHEARD_MAX} commands. */
    public void hold() {
        isHeld = true;
    }

    private void tell(String word) {
        synchronized (in) {
            try {
                in.write(word + "\n");
                in.flush();
            } catch (IOException gone) {
                // It has died, or it played a script and has ended; whoever waits for it finds that out.
                isHeld = true;
            }
        }
    }

    private String[] ask(String word) throws InterruptedException {
        tell(word);
        String answer = answers.poll(60, TimeUnit.SECONDS);
        assertTrue(answer != null && answer.startsWith("status "), () -> "no status; it said: " + words());
        return answer.split(" ", -1);
    }

    /** Lets it close its server; it must end well. The last commands of its state. */
    public NavigableMap<Long, Long> stop() throws InterruptedException {
        tell("stop");
        assertEquals(0, awaitEnd(), this::words);
        return window;
    }

    /** SIGKILL. What it had printed before is in the pipe and is read to its end. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        awaitEnd();
    }

    /** Waits until it ends; its exit code. */
    public int awaitEnd() throws InterruptedException {
        assertTrue(process.waitFor(120, TimeUnit.SECONDS), () -> "it does not end; it said: " + words());
        reader.join();
        return process.exitValue();
    }

    /**
     * Nothing was acknowledged that was not forced; no error that the virtual machine should never have met, and no
     * crash of it.
     */
    public void verifyWords() throws IOException {
        assertEquals("", earlyAck);
        assertFalse(words().contains("InternalError"), this::words);
        try (var files = Files.list(errorFolder)) {
            assertEquals(
                    List.of(),
                    files.map(Path::toString)
                            .filter(name -> name.contains("hs_err"))
                            .toList());
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
