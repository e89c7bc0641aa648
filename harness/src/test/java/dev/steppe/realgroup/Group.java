package dev.steppe.realgroup;

import dev.steppe.fault.FaultProxy;
import dev.steppe.realgroup.MemberProcess.Answer;
import dev.steppe.realgroup.member.Flaw;
import dev.steppe.transport.tls.CertificateMint;
import dev.steppe.transport.tls.CertificateMint.Minted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Three or five members in processes of their own, each with a certificate of its own, and proxies between each two:
 * the member with the lower id dials, and after a change of membership whoever has no link, so one stands before
 * either. Any thread may ask; one thread at a time, which strikes, does the rest.
 */
final class Group implements AutoCloseable {
    private static final long PATIENCE_S = 60;
    private static final long STATUS_MS = 500;

    private final Path directory;
    private final Manner manner;
    private final Tally tally = new Tally();
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicReferenceArray<MemberProcess> members;
    private final Map<Integer, FaultProxy> proxies = new TreeMap<>();
    private final Map<Integer, Process> holds = new TreeMap<>();

    /**
     * How its members are.
     *
     * @param memberCount how many, each a voter whenever nobody changes that
     * @param clockDriftMaxPpm for reads by lease; -1 for reads that ask a majority
     */
    record Manner(int memberCount, Flaw flaw, int clockDriftMaxPpm) {}

    /** What a member says of itself. */
    record Status(
            int memberId,
            String role,
            long term,
            long appliedIndex,
            long lastIndex,
            long stateHash,
            long restoreCount,
            String voters,
            String learners,
            boolean isSettled,
            boolean isPinned) {}

    private Group(Path directory, Manner manner) {
        this.directory = directory;
        this.manner = manner;
        members = new AtomicReferenceArray<>(manner.memberCount() + 1);
    }

    /** Starts all members in new directories below {@code directory}. */
    static Group start(Path directory, Manner manner) throws IOException, InterruptedException {
        Group group = new Group(directory, manner);
        try {
            Minted authority = CertificateMint.authority("root");
            for (int id : group.ids()) {
                String name = "sched://prod/north/server/" + id;
                Minted own = CertificateMint.issue(
                        authority, CertificateMint.request().uris(name));
                CertificateMint.write(directory.resolve("tls-" + id), own, authority);
                for (int other : group.ids()) {
                    if (other != id) {
                        group.proxies.put(pair(id, other), new FaultProxy("127.0.0.1:1"));
                    }
                }
            }
            group.start(group.ids());
            return group;
        } catch (IOException | InterruptedException | RuntimeException | Error fault) {
            group.close();
            throw fault;
        }
    }

    int memberCount() {
        return manner.memberCount();
    }

    /** All members, ascending. */
    List<Integer> ids() {
        return IntStream.rangeClosed(1, memberCount()).boxed().toList();
    }

    /** All members, as a status names voters. */
    String all() {
        return words(ids());
    }

    /** All members but one. */
    String allBut(int id) {
        return words(ids().stream().filter(other -> other != id).toList());
    }

    private static String words(List<Integer> ids) {
        return ids.stream().map(id -> Integer.toString(id)).collect(Collectors.joining(","));
    }

    private static int pair(int dialler, int target) {
        return dialler * 10 + target;
    }

    /** Ids of commands, values, requests: never the same twice. */
    long nextNumber() {
        return numbers.incrementAndGet();
    }

    Tally tally() {
        return tally;
    }

    /** The process that is or was this member last. */
    MemberProcess member(int id) {
        return members.get(id);
    }

    /** What stands before {@code target} for a member {@code dialler} that dials it. */
    FaultProxy proxy(int dialler, int target) {
        return proxies.get(pair(dialler, target));
    }

    List<FaultProxy> proxies() {
        return List.copyOf(proxies.values());
    }

    /** Starts members in their directories; returns when all of them are reached. */
    void start(List<Integer> ids) throws IOException, InterruptedException {
        for (int id : ids) {
            launch(id, "first", all());
        }
        for (int id : ids) {
            admit(id);
        }
    }

    /** Starts a member that a group of these voters shall take in. */
    void startJoining(int id, String voters) throws IOException, InterruptedException {
        launch(id, "joining", voters);
        admit(id);
    }

    /** Starts a member that will be struck before anybody knows whether it came up. */
    void startForShort(int id) throws IOException {
        launch(id, "first", all());
    }

    private void launch(int id, String how, String voters) throws IOException {
        List<String> arguments = new ArrayList<>();
        arguments.add(directoryOf(id).toString());
        arguments.add(directory.resolve("tls-" + id).toString());
        arguments.add(Integer.toString(id));
        arguments.addAll(List.of(manner.flaw().name(), how, Integer.toString(manner.clockDriftMaxPpm()), voters));
        for (int other : ids()) {
            if (other != id) {
                arguments.add(other + "=" + proxy(id, other).address());
            }
        }
        members.set(id, new MemberProcess(id, arguments));
    }

    private void admit(int id) throws InterruptedException {
        int port = member(id).awaitPort(PATIENCE_S);
        if (port == 0) {
            throw new AssertionError(
                    "member " + id + " did not come up; it said: " + member(id).tail());
        }
        for (int other : ids()) {
            if (other != id) {
                proxy(other, id).retarget("127.0.0.1:" + port);
            }
        }
    }

    /** SIGKILL. */
    void kill(int id) throws InterruptedException {
        member(id).kill();
    }

    /** SIGKILL, and everything that the member has kept is thrown away. */
    void wipe(int id) throws IOException, InterruptedException {
        kill(id);
        try (Stream<Path> files = Files.walk(directoryOf(id))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private Path directoryOf(int id) {
        return directory.resolve("member-" + id);
    }

    /** SIGSTOP. A shell holds the process, and lets it go also when this process ends, so that it can end too. */
    void pause(int id) throws IOException {
        String pid = Long.toString(member(id).pid());
        holds.put(
                id,
                new ProcessBuilder("/bin/sh", "-c", "kill -STOP $0 && echo held; read end; kill -CONT $0", pid)
                        .redirectErrorStream(true)
                        .start());
        if (!"held".equals(holds.get(id).inputReader().readLine())) {
            throw new IOException("member " + id + " could not be stopped");
        }
    }

    /** SIGCONT. */
    void resume(int id) throws IOException, InterruptedException {
        Process hold = holds.remove(id);
        if (hold != null) {
            hold.getOutputStream().close();
            hold.waitFor();
        }
    }

    /** One answer to one question; null if none comes in time. */
    @Nullable
    Answer ask(int id, String words, long patienceMs) throws InterruptedException {
        BlockingQueue<Answer> mailbox = new LinkedBlockingQueue<>();
        member(id).ask(nextNumber(), words, mailbox);
        return mailbox.poll(patienceMs, TimeUnit.MILLISECONDS);
    }

    /** What a member says of itself; null if it says nothing. */
    @Nullable
    Status status(int id) throws InterruptedException {
        Answer answer = ask(id, "status", STATUS_MS);
        if (answer == null || !answer.word().equals("status")) {
            return null;
        }
        List<String> words = answer.words();
        return new Status(
                id,
                words.get(1),
                answer.number(2),
                answer.number(4),
                answer.number(5),
                answer.number(6),
                answer.number(7),
                words.get(8),
                words.get(9),
                words.get(10).equals("true"),
                words.get(11).equals("true"));
    }

    /** Who says that it leads, in the newest term; null if nobody does. */
    @Nullable
    Status leader() throws InterruptedException {
        Status leader = null;
        for (int id : ids()) {
            Status status = status(id);
            boolean leads = status != null && status.role().equals("LEADER");
            leader = leads && (leader == null || leader.term() < status.term()) ? status : leader;
        }
        return leader;
    }

    /** Who ended although nobody struck it, with its last words; empty if nobody did. */
    String endedByItself() {
        for (int id : ids()) {
            if (member(id).endedByItself()) {
                return "member " + id + " ended by itself; it said: "
                        + member(id).tail();
            }
        }
        return "";
    }

    @Override
    public void close() {
        try {
            for (int id : ids()) {
                if (member(id) != null) {
                    member(id).kill();
                }
                resume(id);
            }
        } catch (IOException | InterruptedException fault) {
            throw new IllegalStateException("a process of the group may still be there", fault);
        } finally {
            proxies.values().forEach(FaultProxy::close);
        }
    }
}
