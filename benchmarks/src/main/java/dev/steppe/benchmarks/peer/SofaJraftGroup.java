package dev.steppe.benchmarks.peer;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.RaftGroupService;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import dev.steppe.base.OperatingFault;
import dev.steppe.benchmarks.raft.GroupUnderLoad;
import dev.steppe.cluster.LoopbackPorts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * SOFAJRaft: members over its own RPC on loopback, the log in RocksDB; forced: its option {@code sync}, which is the
 * default. The client proposes at the leader, in its process.
 */
final class SofaJraftGroup implements GroupUnderLoad {
    private static final String GROUP = "bench";
    private static final long ELECTION_MAX_NS = TimeUnit.SECONDS.toNanos(30);

    private final List<RaftGroupService> services = new ArrayList<>();
    private final Acks acks;
    private final AtomicReference<@Nullable Status> failure = new AtomicReference<>();
    private final String description;
    private Node leader;

    /** Ends each command where it was proposed. */
    private static final class Answering extends StateMachineAdapter {
        @Override
        public void onApply(Iterator entries) {
            while (entries.hasNext()) {
                Closure done = entries.done();
                if (done != null) {
                    done.run(Status.OK());
                }
                entries.next();
            }
        }
    }

    SofaJraftGroup(Path directory, int memberCount, boolean isForced, Acks acks) throws IOException, OperatingFault {
        this.acks = acks;
        Configuration members = new Configuration();
        for (int port : LoopbackPorts.draw(memberCount)) {
            members.addPeer(new PeerId("127.0.0.1", port));
        }
        List<Node> nodes = new ArrayList<>();
        for (PeerId member : members.getPeers()) {
            Path home = Files.createDirectories(directory.resolve("member-" + member.getPort()));
            RaftOptions raft = new RaftOptions();
            raft.setSync(isForced);
            NodeOptions options = new NodeOptions();
            options.setElectionTimeoutMs(1_000);
            options.setInitialConf(members);
            options.setFsm(new Answering());
            options.setLogUri(home.resolve("log").toString());
            options.setRaftMetaUri(home.resolve("meta").toString());
            options.setDisableCli(true);
            options.setRaftOptions(raft);
            RaftGroupService service = new RaftGroupService(GROUP, member, options);
            services.add(service);
            nodes.add(service.start());
        }
        leader = awaitLeader(nodes);
        description = "sofa-jraft, " + memberCount + " members, " + (isForced ? "FORCED" : "UNFORCED") + ", RocksDB";
    }

    @Override
    public boolean offer(DirectBuffer buffer, int offset, int lengthBytes) {
        long sequence = buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN);
        ByteBuffer copy = ByteBuffer.allocate(lengthBytes);
        buffer.getBytes(offset, copy, lengthBytes);
        copy.flip();
        leader.apply(new Task(copy, status -> {
            if (status.isOk()) {
                acks.acknowledged(sequence);
            } else {
                failure.set(status);
            }
        }));
        return true;
    }

    @Override
    public int poll() {
        Status failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException("a command was refused: " + failed);
        }
        return 0;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public void close() {
        services.forEach(RaftGroupService::shutdown);
    }

    private static Node awaitLeader(List<Node> nodes) {
        long startNs = System.nanoTime();
        while (System.nanoTime() - startNs < ELECTION_MAX_NS) {
            for (Node node : nodes) {
                if (node.isLeader()) {
                    return node;
                }
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        throw new IllegalStateException("no member leads");
    }
}
