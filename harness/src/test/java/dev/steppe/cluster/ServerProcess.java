package dev.steppe.cluster;

import dev.steppe.command.Command;
import dev.steppe.gateway.GatewayMessage;
import dev.steppe.model.job.Resources;
import dev.steppe.model.node.Node;
import dev.steppe.raft.api.Member;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.api.RaftStatus;
import dev.steppe.runtime.IdleChoice;
import dev.steppe.runtime.ThreadLayout;
import dev.steppe.server.RegionServer;
import dev.steppe.server.ServerConfig;
import dev.steppe.server.ServerWorld;
import dev.steppe.transport.tcp.TcpLoops;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * One server in a process of its own, driven over pipes. Arguments: directory, member id, then the Raft ports of all
 * members. While it leads it registers machines with names of its own as fast as 32 in flight allow, and prints
 * {@code ack NAME} for each that was acknowledged. Words on its standard input: {@code stop} ends the load,
 * {@code status} prints {@code status ROLE APPLIED HASH}, {@code has NAME} prints {@code has NAME true|false},
 * {@code end} ends the process.
 */
public final class ServerProcess {
    private static final int IN_FLIGHT_MAX = 32;

    private final PrintStream out;
    private final Semaphore free = new Semaphore(IN_FLIGHT_MAX);
    private final long life;
    private volatile boolean loading = true;
    private RegionServer server;
    private long nextNumber;

    private ServerProcess(PrintStream out, long life) {
        this.out = out;
        this.life = life;
    }

    /** See the class. */
    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        ServerProcess process = new ServerProcess(out, System.currentTimeMillis());
        process.open(arguments);
        Thread load = new Thread(process::load, "load");
        load.setDaemon(true);
        load.start();
        out.println("ready");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null && !line.equals("end"); line = in.readLine()) {
            process.obey(line);
        }
        process.server.close();
        System.exit(0);
    }

    private void open(String[] arguments) throws Exception {
        int memberId = Integer.parseInt(arguments[1]);
        List<Member> members = new ArrayList<>();
        for (int i = 2; i < arguments.length; i++) {
            members.add(new Member(i - 1, LoopbackPorts.HOST, Integer.parseInt(arguments[i])));
        }
        RaftConfig raft = new RaftConfig(
                7, "kill", memberId, members, new RaftConfig.Timing(50, 300, 600), RaftConfig.Limits.SMALL);
        ServerConfig config = new ServerConfig(
                raft,
                Path.of(arguments[0]),
                ServerConfig.Lanes.NONE,
                new ServerConfig.Work(ThreadLayout.SHARED, IdleChoice.BACK_OFF, 1, 0),
                new TreeMap<>());
        ServerWorld world = ServerWorld.real();
        ServerWorld.Network network = ServerWorld.Network.plaintextOnLoopback(
                new TcpLoops("raft", world.clock(), world.entropy().get(), world.haltSwitch()),
                new TcpLoops("forward", world.clock(), world.entropy().get(), world.haltSwitch()));
        server = RegionServer.open(config, world.with(network, view -> {}));
    }

    private void obey(String line) {
        if (line.equals("stop")) {
            loading = false;
            out.println("stopped");
        } else if (line.equals("status")) {
            RaftStatus status = server.status();
            out.println("status " + status.role() + " " + status.indexes().appliedIndex() + " "
                    + status.indexes().lastIndex() + " " + status.stateHash());
        } else if (line.startsWith("has ")) {
            String name = line.substring(4);
            out.println("has " + name + " " + (server.view().node(name) != null));
        }
    }

    private void load() {
        while (true) {
            if (!loading || server.status().role() != RaftStatus.Role.LEADER) {
                LockSupport.parkNanos(1_000_000);
                continue;
            }
            free.acquireUninterruptibly();
            register("m" + life + "-" + nextNumber++);
        }
    }

    private void register(String name) {
        Node node =
                new Node(name, name, "dc1", "", new TreeMap<>(), new TreeMap<>(), new Resources(1_000, 1_000, 1_000));
        GatewayMessage.Ask ask = new GatewayMessage.Propose(nextNumber, new Command.RegisterNodes(List.of(node)));
        boolean taken = server.ask(ask, answer -> {
            if (answer instanceof GatewayMessage.Accepted) {
                out.println("ack " + name);
            }
            free.release();
        });
        if (!taken) {
            free.release();
        }
    }
}
