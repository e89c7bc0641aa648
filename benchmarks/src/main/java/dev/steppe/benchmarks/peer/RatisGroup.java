package dev.steppe.benchmarks.peer;

import dev.steppe.base.OperatingFault;
import dev.steppe.benchmarks.raft.GroupUnderLoad;
import dev.steppe.cluster.LoopbackPorts;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;

/**
 * Apache Ratis: members over gRPC on loopback, segmented log, forced as it is by default. The client proposes at the
 * leader, in its process; proposing blocks, so four threads do it, which is what made it fastest.
 */
final class RatisGroup implements GroupUnderLoad {
    private static final int SUBMITTER_COUNT = 4;
    private static final long ELECTION_MAX_NS = TimeUnit.SECONDS.toNanos(30);

    private final List<RaftServer> servers = new ArrayList<>();
    private final ExecutorService submitters = Executors.newFixedThreadPool(SUBMITTER_COUNT);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final RaftGroup group;
    private final ClientId clientId = ClientId.randomId();
    private final Acks acks;
    private final RaftServer leader;

    /** Answers with nothing. */
    private static final class Silent extends BaseStateMachine {
        @Override
        public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
            return CompletableFuture.completedFuture(Message.EMPTY);
        }
    }

    RatisGroup(Path directory, int memberCount, Acks acks) throws IOException, OperatingFault {
        this.acks = acks;
        List<RaftPeer> members = new ArrayList<>();
        for (int port : LoopbackPorts.draw(memberCount)) {
            members.add(RaftPeer.newBuilder()
                    .setId("member-" + port)
                    .setAddress("127.0.0.1:" + port)
                    .build());
        }
        group = RaftGroup.valueOf(RaftGroupId.randomId(), members);
        for (RaftPeer member : members) {
            Path home = Files.createDirectories(directory.resolve(member.getId().toString()));
            RaftServer server = RaftServer.newBuilder()
                    .setServerId(member.getId())
                    .setGroup(group)
                    .setProperties(properties(member, home))
                    .setStateMachine(new Silent())
                    .build();
            servers.add(server);
            server.start();
        }
        leader = awaitLeader();
    }

    @Override
    public boolean offer(DirectBuffer buffer, int offset, int lengthBytes) {
        long sequence = buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN);
        byte[] bytes = new byte[lengthBytes];
        buffer.getBytes(offset, bytes);
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(clientId)
                .setServerId(leader.getId())
                .setGroupId(group.getGroupId())
                .setCallId(sequence)
                .setMessage(Message.valueOf(ByteString.copyFrom(bytes)))
                .setType(RaftClientRequest.writeRequestType())
                .build();
        submitters.execute(() -> submit(sequence, request));
        return true;
    }

    @Override
    public int poll() {
        Throwable failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException("a command was refused", failed);
        }
        return 0;
    }

    @Override
    public String description() {
        return "ratis, " + servers.size() + " members, FORCED, gRPC, " + SUBMITTER_COUNT + " submitters";
    }

    @Override
    public void close() {
        submitters.shutdown();
        servers.forEach(CloseHelper::quietClose);
    }

    private void submit(long sequence, RaftClientRequest request) {
        try {
            CompletableFuture<Void> told = leader.submitClientRequestAsync(request)
                    .handle((reply, fault) -> {
                        if (fault == null && reply.isSuccess()) {
                            acks.acknowledged(sequence);
                        } else {
                            failure.compareAndSet(null, fault == null ? reply.getException() : fault);
                        }
                        return null;
                    });
            if (told.isCompletedExceptionally()) {
                failure.compareAndSet(null, new IllegalStateException("the answer could not be told"));
            }
        } catch (IOException fault) {
            failure.compareAndSet(null, fault);
        }
    }

    private RaftServer awaitLeader() throws IOException {
        long startNs = System.nanoTime();
        while (System.nanoTime() - startNs < ELECTION_MAX_NS) {
            for (RaftServer server : servers) {
                if (server.getDivision(group.getGroupId()).getInfo().isLeaderReady()) {
                    return server;
                }
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        throw new IllegalStateException("no member leads");
    }

    private static RaftProperties properties(RaftPeer member, Path home) {
        RaftProperties properties = new RaftProperties();
        RaftServerConfigKeys.setStorageDir(properties, List.of(home.toFile()));
        String address = member.getAddress();
        GrpcConfigKeys.Server.setPort(properties, Integer.parseInt(address.substring(address.indexOf(':') + 1)));
        GrpcConfigKeys.Server.setHost(properties, "127.0.0.1");
        // As long as everybody's here; its own 150 to 300 ms lose leaders when the cores are busy.
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, TimeDuration.ONE_SECOND);
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, TimeDuration.valueOf(2, TimeUnit.SECONDS));
        return properties;
    }
}
