package dev.steppe.realgroup.member;

import dev.steppe.base.OperatingFault;
import dev.steppe.check.AppendListModel.Prefix;
import dev.steppe.raft.api.Member;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.api.RoleListener;
import dev.steppe.raft.node.NodeWorld;
import dev.steppe.raft.node.RaftNode;
import dev.steppe.raft.storage.WriteStrategy;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.IdleChoice;
import dev.steppe.runtime.ThreadLayout;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.runtime.clock.SystemClocks;
import dev.steppe.transport.LinkAudit;
import dev.steppe.transport.tcp.TcpConfig;
import dev.steppe.transport.tcp.TcpLoops;
import dev.steppe.transport.tcp.TcpTransport;
import dev.steppe.transport.tls.TlsConfig;
import dev.steppe.transport.tls.TlsCredentials;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One member in a process of its own, driven over pipes. Arguments: directory, directory of its certificate, member id,
 * a {@link Flaw}, {@code first} or {@code joining}, the greatest drift of clocks in ppm for reads by lease or -1, the
 * ids of the voters with commas between, and then {@code ID=ADDRESS} for each member that it may dial. It says
 * {@code ready PORT} and then answers what {@link Desk} understands. It ends when its standard input does, so it never
 * outlives whoever started it. The first member has one thread for its agents, the second one for each and stores its
 * entries through a mapping, and the third runs them on its event loop; the others take turns in that.
 */
public final class MemberMain {
    /** What a whole line ends with: a process that is killed may leave the beginning of one. */
    public static final String END_OF_LINE = " .\n";

    private static final long CLUSTER_ID = 0x6E0A_11CE;
    private static final RaftConfig.Timing TIMING = new RaftConfig.Timing(50, 400, 800);
    private static final RaftConfig.Snapshots OFTEN = new RaftConfig.Snapshots(48 << 10, 8 << 10, 256 << 10);
    private static final int SESSIONS_MAX = 64;
    private static final TcpConfig.Times TIMES = new TcpConfig.Times(
            TimeUnit.SECONDS.toNanos(2),
            TimeUnit.SECONDS.toNanos(2),
            TimeUnit.MILLISECONDS.toNanos(250),
            TimeUnit.MILLISECONDS.toNanos(10),
            TimeUnit.MILLISECONDS.toNanos(200));

    private final String[] arguments;
    private final int memberId;
    private final HaltSwitch halt = HaltSwitch.process();
    private final TcpLoops loops =
            new TcpLoops("raft-net", SystemClocks.nano(), SeededEntropy.fromSystem(), HaltSwitch.process());
    private final KeyedMachine machine = new KeyedMachine();
    private final AtomicReference<String> listening = new AtomicReference<>("");

    private MemberMain(String[] arguments) {
        this.arguments = arguments;
        memberId = Integer.parseInt(arguments[2]);
    }

    /** See the class. */
    public static void main(String[] arguments) throws Exception {
        BlockingQueue<String> said = new LinkedBlockingQueue<>();
        Thread speaker = new Thread(() -> speak(said), "speaker");
        speaker.setDaemon(true);
        speaker.start();
        MemberMain member = new MemberMain(arguments);
        Desk desk = new Desk(member.start(), member.machine, Flaw.valueOf(arguments[3]), said::add);
        String address = member.listening.get();
        said.add("ready " + address.substring(address.lastIndexOf(':') + 1));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            desk.obey(line);
        }
        Runtime.getRuntime().halt(0);
    }

    private RaftNode<Prefix> start() throws OperatingFault {
        RaftNode<Prefix> node = RaftNode.open(config(), Path.of(arguments[0]), world(), machine, roles());
        return switch (memberId % 3) {
            case 1 -> node.start(ThreadLayout.SHARED, IdleChoice.BACK_OFF);
            case 2 -> node.start(ThreadLayout.DEDICATED, IdleChoice.BACK_OFF);
            default -> node.startOn(loops);
        };
    }

    private RaftConfig config() {
        boolean isJoining = arguments[4].equals("joining");
        List<Member> members = new ArrayList<>();
        for (String id : arguments[6].split(",", -1)) {
            members.add(new Member(Integer.parseInt(id), Detour.nameOf(Integer.parseInt(id)), 0));
        }
        if (isJoining) {
            members.add(new Member(memberId, Detour.nameOf(memberId), 0));
        }
        RaftConfig.Options options = new RaftConfig.Options(
                OFTEN, Integer.parseInt(arguments[5]), RaftConfig.Options.ANY_DISTANCE, SESSIONS_MAX, isJoining);
        WriteStrategy strategy = memberId % 3 == 2 ? WriteStrategy.MAPPED : WriteStrategy.POSITIONAL;
        return new RaftConfig(CLUSTER_ID, "north", memberId, members, TIMING, RaftConfig.Limits.TINY)
                .with(options.with(strategy));
    }

    private NodeWorld world() throws OperatingFault {
        Map<String, String> proxies = new TreeMap<>();
        for (int i = 7; i < arguments.length; i++) {
            String[] named = arguments[i].split("=", -1);
            proxies.put(Detour.nameOf(Integer.parseInt(named[0])), named[1]);
        }
        Path certificates = Path.of(arguments[1]);
        TlsCredentials credentials = TlsCredentials.open(
                new TlsConfig.Pem(
                        certificates.resolve("authorities.pem"),
                        certificates.resolve("chain.pem"),
                        certificates.resolve("key.pem")),
                SystemClocks.epoch());
        TcpConfig tcp = TcpConfig.defaults("raft").withTimes(TIMES);
        return new NodeWorld(
                SystemClocks.nano(),
                SeededEntropy.fromSystem(),
                halt,
                self -> new Detour(
                        new TcpTransport(loops, self, tcp, credentials, LinkAudit.NONE), proxies, listening));
    }

    private static RoleListener roles() {
        return new RoleListener() {
            @Override
            public void onLeader(long term) {}

            @Override
            public void onFollower(long term, int leaderId) {}
        };
    }

    /** Writes what the agents had to say, since they must not wait for a pipe. */
    private static void speak(BlockingQueue<String> said) {
        try (OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16)) {
            while (true) {
                String line = said.poll();
                if (line == null) {
                    out.flush();
                    line = said.take();
                }
                out.write((line + END_OF_LINE).getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException | InterruptedException gone) {
            Runtime.getRuntime().halt(0); // Nobody hears this member any more.
        }
    }
}
