package dev.steppe.realgroup;

import dev.steppe.realgroup.member.MemberMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A member in a process of its own, as its parent sees it. Any thread may ask; a thread of its own hears the answers.
 */
final class MemberProcess {
    private static final int TAIL_LINES = 60;
    private static final String GONE = "gone";

    private final int memberId;
    private final Process process;
    private final Writer in;
    private final Map<Long, BlockingQueue<Answer>> waiting = new ConcurrentHashMap<>();
    private final Deque<String> tail = new ArrayDeque<>();
    private final CountDownLatch ready = new CountDownLatch(1);
    private volatile int port;
    private volatile boolean isOver;
    private volatile boolean isStruck;

    /** An answer, by the number of its request: its words, or {@code gone} if the process ended before it came. */
    record Answer(long request, List<String> words) {
        String word() {
            return words.get(0);
        }

        long number(int at) {
            return Long.parseLong(words.get(at));
        }
    }

    /** Starts {@link MemberMain} with these arguments. */
    MemberProcess(int memberId, List<String> arguments) throws IOException {
        this.memberId = memberId;
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!flag.startsWith("-javaagent") && !flag.startsWith("-agentlib")) {
                command.add(flag);
            }
        }
        command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+PerfDisableSharedMem"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), MemberMain.class.getName()));
        command.addAll(arguments);
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        in = process.outputWriter(StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "member-" + memberId);
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
            keep("the pipe broke: " + e);
        }
        isOver = true;
        List.copyOf(waiting.keySet()).forEach(this::tellGone);
        ready.countDown();
    }

    private void hear(String line) {
        List<String> words = List.of(line.split(" ", -1));
        if (!words.get(words.size() - 1).equals(MemberMain.END_OF_LINE.strip())) {
            keep(line); // The platform's words, or an answer that a kill tore.
        } else if (words.get(0).equals("ready")) {
            port = Integer.parseInt(words.get(1));
            ready.countDown();
        } else {
            long request = Long.parseLong(words.get(0));
            BlockingQueue<Answer> mailbox = waiting.remove(request);
            if (mailbox != null) {
                mailbox.add(new Answer(request, words.subList(1, words.size() - 1)));
            }
        }
    }

    private void keep(String line) {
        synchronized (tail) {
            tail.add(line);
            if (tail.size() > TAIL_LINES) {
                tail.remove();
            }
        }
    }

    private void tellGone(long request) {
        BlockingQueue<Answer> mailbox = waiting.remove(request);
        if (mailbox != null) {
            mailbox.add(new Answer(request, List.of(GONE)));
        }
    }

    /** Asks; exactly one answer comes to {@code mailbox}, unless the process stands still for ever. */
    void ask(long request, String words, BlockingQueue<Answer> mailbox) {
        waiting.put(request, mailbox);
        try {
            synchronized (in) {
                in.write(request + " " + words + "\n");
                in.flush();
            }
        } catch (IOException broken) {
            tellGone(request);
        }
        if (isOver) {
            tellGone(request);
        }
    }

    /** Where it is reached, once it is; 0 if it ended instead or took too long. */
    int awaitPort(long patienceS) throws InterruptedException {
        return ready.await(patienceS, TimeUnit.SECONDS) ? port : 0;
    }

    long pid() {
        return process.pid();
    }

    int memberId() {
        return memberId;
    }

    /** SIGKILL. What it had said before is in the pipe and is heard. */
    void kill() throws InterruptedException {
        isStruck = true;
        process.destroyForcibly().waitFor();
    }

    /** Whether it ended although nobody struck it. */
    boolean endedByItself() {
        return !isStruck && !process.isAlive();
    }

    /** Its last words that were no answers. */
    String tail() {
        synchronized (tail) {
            return String.join("\n", tail);
        }
    }
}
